from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.meetings.domain.calendar import with_address
from implportal.meetings.domain.invitations import disinvite, invite
from implportal.meetings.models import STATE_MOVES, Attendee, Kind, Meeting, State
from implportal.meetings.permissions import may_change_meeting, may_plan_meeting, may_take_minutes
from implportal.projects.domain.events import announce
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact, Project

MEETING_PLANNED = Action("meetings.meeting_planned", gettext_lazy("planned “%(title)s”"))
MEETING_CHANGED = Action(
    "meetings.meeting_changed", gettext_lazy("changed “%(title)s”: %(fields)s")
)
MEETING_CANCELLED = Action(
    "meetings.meeting_cancelled", gettext_lazy("called off “%(title)s”: %(reason)s")
)
MEETING_HELD = Action("meetings.meeting_held", gettext_lazy("noted that “%(title)s” was held"))
ATTENDANCE_NOTED = Action(
    "meetings.attendance_noted",
    gettext_lazy("noted who came to “%(title)s”: %(came)s of %(people)s"),
)

CHANGEABLE = frozenset(
    {
        "kind", "title", "start_at", "end_at", "time_zone", "place", "call_link",
        "organiser", "agenda",
    }
)  # fmt: skip
IN_CALENDARS = frozenset({"title", "start_at", "end_at", "time_zone", "place", "call_link"})


class EndsTooEarly(DomainError):
    """The end is not after the start."""


class ContactOfOthers(DomainError):
    """A contact of another customer was invited."""


class OrganiserIsStranger(DomainError):
    """The organiser does not work on the project."""


class MeetingCalledOff(DomainError):
    """The meeting was cancelled; nothing can be noted of it."""


@dataclass(frozen=True)
class Guest:
    """Somebody who is neither one of us nor a contact of the customer."""

    name: str
    email: str = ""


@transaction.atomic
def plan_meeting(
    *,
    project: Project,
    kind: str,
    title: str,
    start_at: datetime,
    end_at: datetime,
    time_zone: str,
    organiser: User,
    actor: User,
    at: datetime,
    place: str = "",
    call_link: str = "",
    agenda: str = "",
    users: Iterable[User] = (),
    contacts: Iterable[Contact] = (),
    guests: Iterable[Guest] = (),
) -> Meeting:
    """Put a meeting into the project's calendar; the organiser always belongs to it.

    ``time_zone`` is where the meeting takes place; the moments are aware.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: the project rests or is over.
        EndsTooEarly, ContactOfOthers, OrganiserIsStranger.
    """
    if not may_plan_meeting(actor, project):
        raise NotAllowed
    check_running(project)
    _check_time(start_at, end_at)
    _check_organiser(organiser, project)
    meeting = Meeting.objects.create(
        project=project,
        kind=Kind(kind),
        title=title,
        start_at=start_at,
        end_at=end_at,
        time_zone=time_zone,
        place=place,
        call_link=call_link,
        organiser=organiser,
        agenda=agenda,
    )
    _set_attendees(meeting, {*users, organiser}, set(contacts), set(guests))
    announce_move(meeting, actor=actor, at=at)
    record(
        MEETING_PLANNED, subject=meeting, actor=actor, at=at, project=project,
        details={"title": title, "start_at": start_at},
    )  # fmt: skip
    return meeting


@transaction.atomic
def change_meeting(
    *,
    meeting: Meeting,
    actor: User,
    at: datetime,
    users: Collection[User] | None = None,
    contacts: Collection[Contact] | None = None,
    guests: Collection[Guest] | None = None,
    **changes: object,
) -> Meeting:
    """Change what is planned; ``changes`` are fields of CHANGEABLE.

    Each group of attendees stays as it is unless given. Who had been noted as present
    and is no longer invited is taken off the list.

    Raises:
        NotAllowed: ``actor`` neither organises the meeting nor runs the project.
        ProjectNotRunning, MeetingCalledOff.
        EndsTooEarly, ContactOfOthers, OrganiserIsStranger.
        ValueError: a field that does not change this way.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"not changeable: {unknown}")
    meeting = lock_open_meeting(meeting)
    if not may_change_meeting(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    changed = [name for name, value in changes.items() if getattr(meeting, name) != value]
    for name in changed:
        setattr(meeting, name, changes[name])
    _check_time(meeting.start_at, meeting.end_at)
    if "organiser" in changed:
        _check_organiser(meeting.organiser, meeting.project)
    is_moved = bool(IN_CALENDARS & set(changed))
    said = [str(Meeting._meta.get_field(name).verbose_name) for name in changed]
    new, gone = _set_attendees(
        meeting,
        None if users is None else {*users, meeting.organiser},
        None if contacts is None else set(contacts),
        None if guests is None else set(guests),
    )
    meeting.revision += is_moved or bool(gone)
    meeting.save(update_fields=[*changed, "revision"])
    if new or gone:
        said.append(_("attendees"))
    if meeting.invited_at and meeting.end_at > at:
        disinvite(meeting, gone, at=at)
        invite(meeting, at=at, is_changed=is_moved)
    if said:
        announce_move(meeting, actor=actor, at=at)
        record(
            MEETING_CHANGED, subject=meeting, actor=actor, at=at, project=meeting.project,
            details={"title": meeting.title, "fields": ", ".join(said)},
        )  # fmt: skip
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, actor: User, at: datetime, reason: str) -> Meeting:
    """Call a planned meeting off. Raises NotAllowed, ProjectNotRunning, IllegalMove."""
    meeting = Meeting.objects.select_related("project").locked(meeting.pk)
    if not may_change_meeting(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    check_move(STATE_MOVES, source=State(meeting.state), target=State.CANCELLED)
    meeting.state, meeting.state_reason = State.CANCELLED, reason
    meeting.revision += 1
    meeting.save(update_fields=["state", "state_reason", "revision"])
    if meeting.invited_at and meeting.end_at > at:
        disinvite(meeting, with_address(meeting), at=at, reason=reason)
    announce_move(meeting, actor=actor, at=at)
    record(
        MEETING_CANCELLED, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "reason": reason},
    )  # fmt: skip
    return meeting


@transaction.atomic
def hold_meeting(*, meeting: Meeting, actor: User, at: datetime) -> Meeting:
    """Note that the meeting took place; once more is silent.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        MeetingCalledOff: it was cancelled.
    """
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    _hold(meeting, actor=actor, at=at)
    return meeting


@transaction.atomic
def set_attendance(
    *, meeting: Meeting, came: Collection[int], actor: User, at: datetime
) -> Meeting:
    """Note who came: ``came`` holds the keys of attendees; all others did not.

    A meeting that has begun counts as held from then on.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff.
    """
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    present = meeting.attendees.filter(pk__in=came)
    meeting.attendees.exclude(pk__in=came).update(came=False)
    count = present.update(came=True)
    hold_if_begun(meeting, actor=actor, at=at)
    record(
        ATTENDANCE_NOTED, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "came": count, "people": meeting.attendees.count()},
    )  # fmt: skip
    return meeting


def lock_open_meeting(meeting: Meeting) -> Meeting:
    """Re-read a meeting that was not called off, with its project, holding its row.

    Raises:
        MeetingCalledOff.
    """
    meeting = Meeting.objects.select_related("project").locked(meeting.pk)
    if meeting.state == State.CANCELLED:
        raise MeetingCalledOff(_("This meeting was called off. Plan a new one."))
    return meeting


def hold_if_begun(meeting: Meeting, *, actor: User, at: datetime) -> None:
    if meeting.start_at <= at:
        _hold(meeting, actor=actor, at=at)


def _hold(meeting: Meeting, *, actor: User, at: datetime) -> None:
    if meeting.state == State.HELD:
        return
    meeting.state = State.HELD
    meeting.save(update_fields=["state"])
    announce_move(meeting, actor=actor, at=at)
    record(
        MEETING_HELD, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title},
    )  # fmt: skip


def announce_move(meeting: Meeting, *, actor: User | None, at: datetime) -> None:
    """Tell the activity that the meeting belongs to that it stands elsewhere now."""
    announce(
        project=meeting.project, event="MEETING_MOVED", at=at, actor=actor,
        reference=str(meeting.pk),
    )  # fmt: skip


def _check_time(start_at: datetime, end_at: datetime) -> None:
    # In UTC, because times of one zone are compared as the wall shows them.
    if end_at.astimezone(UTC) <= start_at.astimezone(UTC):
        raise EndsTooEarly(_("The meeting must end after it starts."))


def _check_organiser(organiser: User, project: Project) -> None:
    if not Project.objects.visible_to(organiser).filter(pk=project.pk).exists():
        raise OrganiserIsStranger(
            _("%(name)s does not work on this project yet. Add them under People first.")
            % {"name": organiser.name}
        )


def _set_attendees(
    meeting: Meeting,
    users: set[User] | None,
    contacts: set[Contact] | None,
    guests: set[Guest] | None,
) -> tuple[list[Attendee], list[Attendee]]:
    """Make the list of attendees what is given; returns who came onto it and who left it."""
    for contact in contacts or ():
        if contact.customer_id != meeting.project.customer_id:
            raise ContactOfOthers(
                _("%(name)s belongs to another customer.") % {"name": contact.name}
            )
    new: list[Attendee] = []
    gone: list[Attendee] = []
    present = list(meeting.attendees.select_related("user", "contact"))
    for wanted, field in ((users, "user"), (contacts, "contact")):
        if wanted is None:
            continue
        had = {getattr(one, field): one for one in present if getattr(one, field)}
        new += [Attendee(meeting=meeting, **{field: one}) for one in wanted - had.keys()]
        gone += [one for person, one in had.items() if person not in wanted]
    if guests is not None:
        named = {Guest(one.name, one.email): one for one in present if one.name}
        new += [
            Attendee(meeting=meeting, name=one.name, email=one.email)
            for one in guests - named.keys()
        ]
        gone += [one for guest, one in named.items() if guest not in guests]
    meeting.attendees.filter(pk__in=[one.pk for one in gone]).delete()
    Attendee.objects.bulk_create(sorted(new, key=lambda one: one.label))
    return new, gone
