"""The minutes: written, and sent to those who confirm them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from implportal.documents.models import DocumentVersion
from implportal.meetings.domain.meetings import write_minutes
from implportal.meetings.domain.minutes import send_minutes
from implportal.meetings.forms.minutes import MinutesForm, SendMinutesForm
from implportal.meetings.models import Meeting
from implportal.meetings.permissions import may_send_minutes, may_take_minutes
from implportal.meetings.views.one import OneMeeting
from implportal.projects.pages import ProjectActionPage


class MinutesEdit(OneMeeting, ProjectActionPage):
    form_class = MinutesForm
    title = gettext_lazy("Minutes")
    button = gettext_lazy("Keep minutes")
    success_message = gettext_lazy("The minutes are kept.")

    def allowed(self) -> bool:
        return may_take_minutes(self.request.user, self.meeting)

    def get_initial(self) -> dict:
        return {"minutes": self.meeting.minutes or self.meeting.agenda}

    def perform(self, form: MinutesForm) -> Meeting:
        return write_minutes(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


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
