from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from aftersales.domain.training_links import invite_trainees, invited_by, is_ahead
from aftersales.domain.trainings import (
    add_trainees,
    note_attendance,
    plan_session,
    save_course,
)
from aftersales.forms.trainings import CourseForm, SessionForm, TraineesForm
from aftersales.models import Course, Reply, TrainingSession
from implportal.kernel.errors import DomainError
from implportal.kernel.forms import ConfirmForm
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_contribute
from implportal.signing.models import SharedLink


class TrainingList(ProjectPageMixin, TemplateView):
    tab = "overview"
    template_name = "aftersales/training_list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        user = self.request.user
        sessions = (
            TrainingSession.objects.select_related("meeting__organiser")
            .annotate(
                people=Count("attendances"),
                present=Count("attendances", filter=Q(attendances__came=True)),
            )
            .order_by("meeting__start_at", "pk")
        )
        courses = (
            Course.objects.visible_to(user)
            .filter(project=self.project)
            .prefetch_related(Prefetch("sessions", queryset=sessions), "requirements")
            .order_by("title", "pk")
        )
        return super().get_context_data(**kwargs) | {
            "courses": courses,
            "may_change": self.project.is_running and may_contribute(user, self.project),
        }


class TrainingPage(ProjectActionPage):
    """One act around training; for those who work on the project."""

    tab = "overview"

    def allowed(self) -> bool:
        return may_contribute(self.request.user, self.project)

    def get_success_url(self) -> str:
        return reverse("aftersales:training_list", kwargs={"project_pk": self.project.pk})

    def who_and_when(self) -> dict[str, Any]:
        return {"actor": self.request.user, "at": timezone.now()}


class CourseCreate(TrainingPage):
    form_class = CourseForm
    title = gettext_lazy("Add a course")
    button = gettext_lazy("Add course")
    success_message = gettext_lazy("The course is added. Plan when it is given.")
    course: Course | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"project": self.project}

    def perform(self, form: CourseForm) -> Course:
        return save_course(
            project=self.project, course=self.course, **form.cleaned_data, **self.who_and_when()
        )


class CourseEdit(CourseCreate):
    title = gettext_lazy("Change a course")
    button = gettext_lazy("Keep changes")
    success_message = gettext_lazy("The changes are kept.")

    def prepare(self) -> None:
        self.course = get_object_or_404(
            Course.objects.visible_to(self.request.user),
            project=self.project,
            pk=self.kwargs["pk"],
        )

    def get_initial(self) -> dict[str, Any]:
        return {
            "title": self.course.title,
            "topics": self.course.topics,
            "requirements": self.course.requirements.order_by("number", "pk"),
        }


class SessionPlan(TrainingPage):
    form_class = SessionForm
    button = gettext_lazy("Plan training")
    success_message = gettext_lazy("The training is planned. Add who takes part.")

    def prepare(self) -> None:
        self.course = get_object_or_404(
            Course.objects.visible_to(self.request.user).select_related("project__customer"),
            project=self.project,
            pk=self.kwargs["pk"],
        )
        self.title = _("Plan a training: %(course)s") % {"course": self.course.title}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"project": self.project}

    def perform(self, form: SessionForm) -> TrainingSession:
        data = form.cleaned_data
        words = ("start_at", "end_at", "place", "trainer", "capacity")
        return plan_session(
            course=self.course, **{name: data[name] for name in words}, **self.who_and_when()
        )

    def get_success_url(self) -> str:
        made = getattr(self, "result", None)
        return made.get_absolute_url() if made else super().get_success_url()


class SessionMixin:
    """The session of the address, one of the project."""

    def read_session(self) -> TrainingSession:
        return get_object_or_404(
            TrainingSession.objects.visible_to(self.request.user).select_related(
                "course__project__customer", "meeting__organiser"
            ),
            course__project=self.project,
            pk=self.kwargs["pk"],
        )


class SessionDetail(SessionMixin, ProjectPageMixin, TemplateView):
    """Who takes part. Ticking who came is one form for everybody."""

    tab = "overview"
    template_name = "aftersales/training_session.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = self.read_session()
        came = {
            int(key)
            for key in request.POST.getlist("came")
            if key.isdecimal() and len(key) < 19  # noqa: PLR2004 - fits the column
        }
        try:
            note_attendance(session=session, came=came, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("Attendance is noted: %(count)s came.")
                % {"count": session.attendances.filter(came=True).count()},
            )
        return HttpResponseRedirect(session.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict:
        session, now = self.read_session(), timezone.now()
        trainees = list(session.attendances.order_by("name", "pk"))
        invited = invited_by(session, at=now)
        return super().get_context_data(**kwargs) | {
            "invited": invited,
            "may_invite": is_ahead(session, at=now)
            and any(one.email and one.pk not in invited for one in trainees),
            "coming": sum(one.reply == Reply.COMING for one in trainees),
            "session": session,
            "trainees": trainees,
            "places_left": session.capacity - len(trainees),
            "has_begun": session.meeting.start_at <= now,
            "may_change": self.project.is_running
            and may_contribute(self.request.user, self.project),
        }


class TraineesAdd(SessionMixin, TrainingPage):
    form_class = TraineesForm
    button = gettext_lazy("Give them places")

    def prepare(self) -> None:
        self.session = self.read_session()
        self.title = _("Who takes part in “%(course)s”") % {"course": self.session.course.title}
        left = self.session.capacity - self.session.attendances.count()
        self.text = _("Places left: %(left)s") % {"left": left}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"session": self.session}

    def perform(self, form: TraineesForm) -> TrainingSession:
        return add_trainees(session=self.session, **form.cleaned_data, **self.who_and_when())

    def get_success_url(self) -> str:
        return self.session.get_absolute_url()


class TraineesInvite(SessionMixin, TrainingPage):
    """Links by mail to all trainees with an address who have none yet."""

    form_class = ConfirmForm
    title = gettext_lazy("Invite the trainees")
    text = gettext_lazy(
        "Everybody with an e-mail address gets a personal link with time, place and topics, "
        "and says there whether he or she comes. Who was invited before is left out."
    )
    button = gettext_lazy("Send invitations")
    success_message = gettext_lazy("The invitations are on their way; answers appear here.")

    def prepare(self) -> None:
        self.session = self.read_session()

    def perform(self, form: ConfirmForm) -> list[SharedLink]:
        return invite_trainees(session=self.session, **self.who_and_when())

    def get_success_url(self) -> str:
        return self.session.get_absolute_url()
