"""The training as a trainee meets it, behind a link, without an account or script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, View

from aftersales.domain.training_links import is_ahead, reply_to_invitation
from aftersales.forms.trainings import ReplyForm
from aftersales.models import Attendance
from implportal.kernel.views import DomainFormMixin
from implportal.meetings.domain.calendar import to_icalendar
from implportal.signing.models import LinkKind
from implportal.signing.pages import LinkPageMixin


class TrainingLinkMixin(LinkPageMixin):
    """A page about the training that the link leads to. Costs one query more than the link."""

    kinds = frozenset({LinkKind.ATTEND})

    def refusal(self) -> HttpResponse | None:
        attendance = (
            Attendance.objects.select_related(
                "session__course__project", "session__meeting__organiser"
            )
            .filter(pk=self.link.object_id)
            .first()
        )
        if attendance is None or self.link.content_type.model_class() is not Attendance:
            return self.unknown()
        self.attendance, self.session_of_course = attendance, attendance.session
        return None


class TrainingLink(DomainFormMixin, TrainingLinkMixin, FormView):
    """When, where and what; below it the answer."""

    form_class = ReplyForm
    template_name = "aftersales/training_link.html"
    success_message = _("Thank you, your answer is noted. You can change it until it begins.")

    def get_initial(self) -> dict[str, Any]:
        return {"reason": self.attendance.reply_reason}

    def perform(self, form: ReplyForm) -> Attendance:
        return reply_to_invitation(link=self.link, at=self.now, **form.cleaned_data)

    def get_success_url(self) -> str:
        return reverse("aftersales:training_link", kwargs={"link_id": self.link.public_id})

    def get_context_data(self, **kwargs: Any) -> dict:
        training = self.session_of_course
        return super().get_context_data(**kwargs) | {
            "attendance": self.attendance,
            "training": training,
            "meeting": training.meeting,
            "topics": [line for line in training.course.topics.splitlines() if line.strip()],
            "is_ahead": is_ahead(training, at=self.now),
        }


class TrainingLinkCalendar(TrainingLinkMixin, View):
    """The training as a file for any calendar, without the names of the others."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        return HttpResponse(
            to_icalendar(meeting=self.session_of_course.meeting, at=self.now, for_guest=True),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="training.ics"'},
        )
