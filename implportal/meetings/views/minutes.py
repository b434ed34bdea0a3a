"""The minutes: written, and sent to those who confirm them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError
from implportal.meetings.domain.minutes import send_minutes
from implportal.meetings.domain.writing import MinutesWereChanged, write_minutes
from implportal.meetings.forms.minutes import MinutesForm, SendMinutesForm
from implportal.meetings.models import Meeting
from implportal.meetings.permissions import may_send_minutes, may_take_minutes
from implportal.meetings.views.one import OneMeeting
from implportal.projects.pages import ProjectActionPage


class MinutesEdit(OneMeeting, ProjectActionPage):
    form_class = MinutesForm
    template_name = "meetings/minutes_form.html"
    title = gettext_lazy("Minutes")
    theirs: Meeting | None = None
    """What somebody else has saved meanwhile."""
    button = gettext_lazy("Keep minutes")
    heeds_buttons = True
    success_message = gettext_lazy("The minutes are kept.")

    def allowed(self) -> bool:
        return may_take_minutes(self.request.user, self.meeting)

    def get_initial(self) -> dict:
        return {
            "minutes": self.meeting.minutes or self.meeting.agenda,
            "revision": self.meeting.minutes_revision,
        }

    def perform(self, form: MinutesForm) -> Meeting:
        try:
            return write_minutes(
                meeting=self.meeting,
                minutes=form.cleaned_data["minutes"],
                based_on=form.based_on if self.heeds_buttons else form.cleaned_data["revision"],
                actor=self.request.user,
                at=timezone.now(),
            )
        except MinutesWereChanged as error:
            self.theirs = error.meeting
            raise

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(theirs=self.theirs, **kwargs)


class MinutesAutosave(MinutesEdit):
    """Saves while somebody writes, and says so beside the button."""

    http_method_names = ["post"]
    heeds_buttons = False  # htmx sends the button along that was merely reached with Tab

    def form_valid(self, form: MinutesForm) -> HttpResponse:
        try:
            meeting = self.perform(form)
        except DomainError as error:
            return self.answer(str(error), theirs=self.theirs, status=HTTPStatus.CONFLICT)
        return self.answer("", meeting=meeting)

    def form_invalid(self, form: MinutesForm) -> HttpResponse:
        problem = _("These minutes are too long to be kept.")
        return self.answer(problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def answer(
        self,
        problem: str,
        *,
        theirs: Meeting | None = None,
        meeting: Meeting | None = None,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        context = {"theirs": theirs, "problem": problem, "meeting": meeting, "now": timezone.now()}
        return render(self.request, "meetings/_saved.html", context, status=status)


class MinutesSend(OneMeeting, ProjectActionPage):
    form_class = SendMinutesForm
    template_name = "meetings/meeting_form.html"
    title = gettext_lazy("Send the minutes")
    text = gettext_lazy(
        "They are frozen as they are now. Whoever confirms them does so on a page of their own; "
        "an objection comes back to you, and you send the next version."
    )
    button = gettext_lazy("Send to confirm")
    success_message = gettext_lazy(
        "The minutes are frozen. They leave as soon as the PDF is there, in a moment."
    )

    def allowed(self) -> bool:
        return may_send_minutes(self.request.user, self.project)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"meeting": self.meeting}

    def perform(self, form: SendMinutesForm) -> DocumentVersion:
        return send_minutes(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )
