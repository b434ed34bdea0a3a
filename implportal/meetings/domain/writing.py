"""The minutes while they are written, perhaps by two people at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record_once
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import hold_if_begun, lock_open_meeting
from implportal.meetings.models import Meeting
from implportal.meetings.permissions import may_take_minutes
from implportal.projects.domain.projects import check_running

MINUTES_WRITTEN = Action(
    "meetings.minutes_written", gettext_lazy("wrote the minutes of “%(title)s”")
)


class MinutesWereChanged(DomainError):
    """Somebody else has saved since the writer read them; ``meeting`` holds what is there."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(
            _("Somebody else has saved these minutes meanwhile. Nothing of yours is lost.")
        )
        self.meeting = meeting


@transaction.atomic
def write_minutes(
    *, meeting: Meeting, minutes: str, actor: User, at: datetime, based_on: int | None = None
) -> Meeting:
    """Keep the minutes (Markdown). They may be prepared before the meeting begins.

    ``based_on`` is the ``minutes_revision`` that the writer has seen; without it, whatever
    is there is replaced.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff.
        MinutesWereChanged: what is there is not what the writer has seen; nothing is kept.
    """
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    if meeting.minutes == minutes:
        return meeting
    if based_on not in {None, meeting.minutes_revision}:
        raise MinutesWereChanged(meeting)
    meeting.minutes = minutes
    meeting.minutes_revision += 1
    meeting.save(update_fields=["minutes", "minutes_revision"])
    hold_if_begun(meeting, actor=actor, at=at)
    record_once(
        MINUTES_WRITTEN, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title},
    )  # fmt: skip
    return meeting
