from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from implportal.kernel.errors import DomainError
from implportal.kernel.forms import ReasonForm
from implportal.kernel.views import ListPage
from implportal.meetings.domain.agenda import timetable
from implportal.meetings.domain.calendar import to_icalendar
from implportal.meetings.domain.feedback import opinions, to_ask
from implportal.meetings.domain.invitations import send_invitations
from implportal.meetings.domain.meetings import (
    cancel_meeting,
    change_meeting,
    plan_meeting,
    set_attendance,
)
from implportal.meetings.domain.minutes_standing import minutes_standing
from implportal.meetings.domain.parts import note_minutes, parts_of
from implportal.meetings.filters import MeetingFilter
from implportal.meetings.forms.meetings import AttendanceForm, MeetingForm
from implportal.meetings.forms.minutes import ActionForm, DecisionForm
from implportal.meetings.models import Kind, Meeting, State
from implportal.meetings.permissions import (
    may_change_meeting,
    may_plan_meeting,
    may_send_minutes,
    may_take_minutes,
)
from implportal.meetings.views.one import MeetingAct, OneMeeting
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin


class MeetingList(ProjectPageMixin, ListPage):
    queryset = Meeting.objects.select_related("organiser").annotate(
        people=Count("attendees"), came=Count("attendees", filter=Q(attendees__came=True))
    )
    filterset_class = MeetingFilter
    template_name = "meetings/meeting_list.html"
    context_object_name = "meetings"
    export_name = "meetings"
    tab = "meetings"
    default_sort = "-start"
    sorts = {"start": ("start_at", "pk"), "title": ("title", "pk"), "kind": ("kind", "pk")}

    def get_queryset(self) -> QuerySet[Meeting]:
        return note_minutes(super().get_queryset().filter(project=self.project))

    def export_columns(self) -> list:
        return [
            (_("Start"), lambda meeting: meeting.start_at),
            (_("End"), lambda meeting: meeting.end_at),
            (_("Kind"), lambda meeting: meeting.get_kind_display()),
            (_("Title"), lambda meeting: meeting.title),
            (_("Place"), lambda meeting: meeting.place or meeting.call_link),
            (_("Organiser"), lambda meeting: meeting.organiser.name),
            (_("Invited"), lambda meeting: meeting.people),
            (_("Came"), lambda meeting: meeting.came),
            (_("State"), lambda meeting: meeting.get_state_display()),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            may_plan=self.project.is_running and may_plan_meeting(self.request.user, self.project),
            now=timezone.now(),
            **kwargs,
        )


class MeetingCreate(ProjectActionPage):
    """``?kind=`` chooses the kind beforehand."""

    form_class = MeetingForm
    template_name = "meetings/meeting_form.html"
    tab = "meetings"
    title = gettext_lazy("Plan a meeting")
    button = gettext_lazy("Plan meeting")
    success_message = gettext_lazy(
        "The meeting is planned. Send the invitations when the list of people is complete."
    )

    def allowed(self) -> bool:
        return may_plan_meeting(self.request.user, self.project)

    def get_initial(self) -> dict:
        kind = self.request.GET.get("kind", "")
        chosen = Kind(kind) if kind in Kind.values else Kind.OTHER
        return {
            "kind": chosen,
            "title": "" if chosen == Kind.OTHER else chosen.label,
            "organiser": self.request.user.pk,
            "users": [self.request.user.pk],
            "time_zone": self.project.customer.time_zone,
        }

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project, "user": self.request.user}

    def perform(self, form: MeetingForm) -> Meeting:
        return plan_meeting(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_url(self) -> str:
        if getattr(self, "result", None):
            return self.result.get_absolute_url()
        return reverse("meetings:meeting_list", kwargs={"project_pk": self.project.pk})


class MeetingDetail(OneMeeting, ProjectPageMixin, TemplateView):
    template_name = "meetings/meeting_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        self.meeting = self.get_meeting()
        user = self.request.user
        is_open = self.project.is_running and self.meeting.state != State.CANCELLED
        may_note = is_open and may_take_minutes(user, self.meeting)
        attendees = list(self.meeting.attendees.select_related("user", "contact").order_by("pk"))
        may_change = is_open and may_change_meeting(user, self.meeting)
        is_over = self.meeting.end_at < timezone.now()
        found = opinions(self.meeting, at=timezone.now()) if is_over else []
        forms = {}
        if may_note:
            forms = {
                "decision_form": DecisionForm(),
                "action_form": ActionForm(meeting=self.meeting),
            }
        return super().get_context_data(
            attendees=attendees,
            may_invite=may_change and not is_over,
            uninvited=[
                one
                for one in attendees
                if one.address and not one.invited_at and one.user_id != self.meeting.organiser_id
            ],
            is_over=is_over,
            opinions=found,
            uninquired=to_ask(found),
            may_change=may_change,
            may_note=may_note,
            may_send=is_open and may_send_minutes(user, self.project),
            timetable=timetable(self.meeting),
            decisions=self.meeting.decisions.order_by("pk"),
            actions=self.meeting.actions.select_related("user", "contact").order_by("pk"),
            standing=minutes_standing(self.meeting),
            parts=parts_of(self.meeting),
            today=timezone.localdate(),
            **forms,
            may_cancel=(
                self.project.is_running
                and self.meeting.state == State.PLANNED
                and may_change_meeting(user, self.meeting)
            ),
            **kwargs,
        )


class MeetingEdit(OneMeeting, ProjectActionPage):
    form_class = MeetingForm
    template_name = "meetings/meeting_form.html"
    title = gettext_lazy("Change the meeting")
    button = gettext_lazy("Keep changes")
    success_message = gettext_lazy(
        "The meeting is changed. Whoever was invited is told if day, time or place changed."
    )

    def allowed(self) -> bool:
        return may_change_meeting(self.request.user, self.meeting)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "project": self.project, "user": self.request.user, "meeting": self.meeting,
        }  # fmt: skip

    def perform(self, form: MeetingForm) -> Meeting:
        return change_meeting(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class MeetingCancel(OneMeeting, ProjectActionPage):
    form_class = ReasonForm
    title = gettext_lazy("Call the meeting off")
    text = gettext_lazy("It stays on the list with the reason. It cannot be planned again.")
    button = gettext_lazy("Call off")
    tone = "danger"
    success_message = gettext_lazy(
        "The meeting is called off. Whoever was invited is told by mail."
    )

    def allowed(self) -> bool:
        return may_change_meeting(self.request.user, self.meeting)

    def perform(self, form: ReasonForm) -> Meeting:
        return cancel_meeting(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class InvitationsSend(MeetingAct):
    """Invites everybody on the list who has no invitation yet."""

    def act(self, **_kwargs: Any) -> str:
        new = send_invitations(meeting=self.meeting, actor=self.request.user, at=timezone.now())
        names = ", ".join(one.label for one in new)
        return _("Invited: %(names)s. Their calendars hear of every change.") % {"names": names}


class AttendanceSet(OneMeeting, ProjectPageMixin, View):
    """The boxes of the attendance list, posted."""

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        meeting = self.get_meeting()
        keys = meeting.attendees.values_list("pk", flat=True)
        form = AttendanceForm(request.POST, keys=keys)
        if not form.is_valid():
            messages.error(request, _("The list of people has changed. Tick them again."))
            return HttpResponseRedirect(meeting.get_absolute_url())
        try:
            set_attendance(
                meeting=meeting,
                came=form.cleaned_data["came"],
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is noted who came."))
        return HttpResponseRedirect(meeting.get_absolute_url())


class MeetingCalendar(OneMeeting, ProjectPageMixin, View):
    """The meeting as a file for any calendar."""

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        meeting = self.get_meeting()
        name = f"{self.project.code}-{meeting.pk}.ics"
        return HttpResponse(
            to_icalendar(meeting=meeting, at=timezone.now()),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
