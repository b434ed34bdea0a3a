"""Invitations by mail that people's calendars understand (iMIP, RFC 6047)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.agenda import agenda_text
from implportal.meetings.domain.calendar import Method, to_invitation, with_address
from implportal.meetings.models import Attendee, Meeting, State
from implportal.meetings.permissions import may_change_meeting
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running

INVITATIONS_SENT = Action(
    "meetings.invitations_sent", gettext_lazy("invited %(names)s to “%(title)s”")
)


class NobodyToInvite(DomainError):
    """Nobody on the list has an address and no invitation yet."""


class TooLateToInvite(DomainError):
    """The meeting was called off or is over."""


@transaction.atomic
def send_invitations(*, meeting: Meeting, actor: User, at: datetime) -> list[Attendee]:
    """Invite everybody on the list who has no invitation yet; returns them.

    From now on their calendars are told by themselves when day, time or place change, when
    they are taken off the list, and when the meeting is called off; who comes onto the list
    is invited at once.

    Raises:
        NotAllowed: ``actor`` neither organises the meeting nor runs the project.
        ProjectNotRunning, TooLateToInvite, NobodyToInvite.
    """
    meeting = Meeting.objects.select_related("project").locked(meeting.pk)
    if not may_change_meeting(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    if meeting.state == State.CANCELLED or meeting.end_at <= at:
        raise TooLateToInvite(_("This meeting is over or was called off; nobody can come."))
    new = [attendee for attendee in with_address(meeting) if attendee.invited_at is None]
    if not new:
        raise NobodyToInvite(_("Everybody with an e-mail address is invited already."))
    meeting.invited_at = meeting.invited_at or at
    meeting.save(update_fields=["invited_at"])
    invite(meeting, at=at)
    record(
        INVITATIONS_SENT, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "names": ", ".join(one.label for one in new)},
    )  # fmt: skip
    return new


def invite(meeting: Meeting, *, at: datetime, is_changed: bool = False) -> None:
    """Send a locked meeting to the calendars of those who have no invitation yet.

    With ``is_changed`` those who have one get it again, as an update.
    """
    everybody = with_address(meeting)
    told = [one for one in everybody if is_changed or one.invited_at is None]
    text = to_invitation(meeting=meeting, attendees=everybody, method=Method.REQUEST, at=at)
    for attendee in told:
        is_update = attendee.invited_at is not None
        subject = _("Changed: %(title)s") if is_update else _("Invitation: %(title)s")
        _send(attendee, meeting, text, subject=subject, template="invitation", at=at)
    meeting.attendees.filter(pk__in=[one.pk for one in told], invited_at=None).update(invited_at=at)


def disinvite(
    meeting: Meeting, attendees: Iterable[Attendee], *, at: datetime, reason: str = ""
) -> None:
    """Take a locked meeting out of the calendars of ``attendees`` who were invited."""
    for attendee in attendees:
        if attendee.invited_at is not None and attendee.address:
            text = to_invitation(meeting=meeting, attendees=[attendee], method=Method.CANCEL, at=at)
            subject = _("Called off: %(title)s") if reason else _("No longer invited: %(title)s")
            _send(
                attendee, meeting, text, subject=subject, template="called_off", at=at,
                reason=reason,
            )  # fmt: skip


def _send(
    attendee: Attendee,
    meeting: Meeting,
    calendar: bytes,
    *,
    subject: str,
    template: str,
    at: datetime,
    reason: str = "",
) -> None:
    start = meeting.start_at.astimezone(ZoneInfo(meeting.time_zone))
    day = date_format(start, "l, j F Y, H:i")
    notify(
        to=attendee.address,
        to_name=attendee.label,
        user=attendee.user,
        subject=subject % {"title": meeting.title},
        template=f"email/meetings/{template}.txt",
        context={
            "title": meeting.title,
            "when": f"{day} ({meeting.time_zone.replace('_', ' ')})",
            "place": meeting.place,
            "call_link": meeting.call_link,
            "agenda": agenda_text(meeting),
            "organiser": meeting.organiser,
            "reason": reason,
        },
        url=meeting.get_absolute_url() if attendee.user_id else "",
        calendar=calendar.decode(),
        dedupe_key=f"meeting:{meeting.pk}:{template}:{meeting.revision}:{attendee.pk}",
        project_id=meeting.project_id,
        at=at,
    )
