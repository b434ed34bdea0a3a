"""The customer visits us: who receives whom, where and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import change_meeting, lock_open_meeting, plan_meeting
from implportal.meetings.models import Kind, Meeting
from implportal.meetings.permissions import may_change_meeting
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import change_step
from implportal.projects.models import Contact, Project, Step
from implportal.projects.permissions import may_run
from presales.domain.inspection_standing import advance_inspection, itinerary_of
from presales.models import ItineraryItem

STOP_ADDED = Action(
    "presales.stop_added", gettext_lazy("put “%(stop)s” into the itinerary of “%(title)s”")
)
STOP_CHANGED = Action(
    "presales.stop_changed", gettext_lazy("changed “%(stop)s” in the itinerary of “%(title)s”")
)
STOP_REMOVED = Action(
    "presales.stop_removed", gettext_lazy("took “%(stop)s” out of the itinerary of “%(title)s”")
)
ITINERARY_MOVED = Action(
    "presales.itinerary_moved", gettext_lazy("moved the itinerary of “%(title)s” with the visit")
)


class NotAnInspection(DomainError):
    """The meeting is of another kind, so it has no itinerary."""


class OutsideTheVisit(DomainError):
    """The stop begins before the visit, or ends after it."""


class EndsTooEarly(DomainError):
    """The end is not after the start."""


class PlaceTaken(DomainError):
    """The visitors, or others of them, are there at that time."""


class HostIsElsewhere(DomainError):
    """The host receives visitors in another place at that time."""


class HostIsStranger(DomainError):
    """The host does not work on the project."""


class NothingToMove(DomainError):
    """There is no itinerary yet."""


@transaction.atomic
def plan_inspection(
    *,
    project: Project,
    host: User,
    title: str,
    start_at: datetime,
    end_at: datetime,
    time_zone: str,
    place: str,
    actor: User,
    at: datetime,
    call_link: str = "",
    users: Iterable[User] = (),
    contacts: Iterable[Contact] = (),
) -> Meeting:
    """Plan a visit that ``host`` answers for; the implementation manager goes along.

    Somebody of commerce who is not on the project yet becomes owner of the activity, and
    so sees the project, where ``actor`` runs it.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, EndsTooEarly, ContactOfOthers, OrganiserIsStranger.
    """
    step = Step.objects.get(project=project, key="inspection")
    if step.owner_id != host.pk and may_run(actor, project):
        change_step(
            step=step, actor=actor, at=at, state=Step.State(step.state), owner=host,
            due_on=step.due_on, notes=step.notes, waived_reason=step.waived_reason,
        )  # fmt: skip
    return plan_meeting(
        project=project, kind=Kind.INSPECTION, title=title, start_at=start_at, end_at=end_at,
        time_zone=time_zone, place=place, call_link=call_link, organiser=host,
        users={*users, project.implementation_manager}, contacts=contacts, actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def add_stop(
    *,
    meeting: Meeting,
    title: str,
    start_at: datetime,
    end_at: datetime,
    place: str = "",
    host: User | None = None,
    note: str = "",
    actor: User,
    at: datetime,
) -> ItineraryItem:
    """Put a stop into the itinerary; the moments are aware.

    Raises:
        NotAllowed: ``actor`` neither organises the visit nor runs the project.
        ProjectNotRunning, MeetingCalledOff, NotAnInspection.
        EndsTooEarly, OutsideTheVisit, PlaceTaken, HostIsElsewhere, HostIsStranger.
    """
    meeting = locked_inspection(meeting, actor=actor)
    stop = ItineraryItem(
        meeting=meeting, title=title, start_at=start_at, end_at=end_at, place=place.strip(),
        host=host, note=note,
    )  # fmt: skip
    was = agenda_of(meeting)
    _check(stop)
    stop.save(force_insert=True)
    _follow(STOP_ADDED, stop, was=was, actor=actor, at=at)
    return stop


@transaction.atomic
def change_stop(
    *,
    stop: ItineraryItem,
    title: str,
    start_at: datetime,
    end_at: datetime,
    place: str,
    host: User | None,
    note: str,
    actor: User,
    at: datetime,
) -> ItineraryItem:
    """Change a stop of the itinerary. Raises as ``add_stop``."""
    meeting = locked_inspection(stop.meeting, actor=actor)
    stop = ItineraryItem.objects.get(pk=stop.pk)
    stop.meeting = meeting
    was = agenda_of(meeting)
    stop.title, stop.start_at, stop.end_at = title, start_at, end_at
    stop.place, stop.host, stop.note = place.strip(), host, note
    _check(stop)
    stop.save(update_fields=["title", "start_at", "end_at", "place", "host", "note"])
    _follow(STOP_CHANGED, stop, was=was, actor=actor, at=at)
    return stop


@transaction.atomic
def remove_stop(*, stop: ItineraryItem, actor: User, at: datetime) -> None:
    """Take a stop out of the itinerary; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnInspection.
    """
    stop.meeting = locked_inspection(stop.meeting, actor=actor)
    was = agenda_of(stop.meeting)
    ItineraryItem.objects.filter(pk=stop.pk).delete()
    _follow(STOP_REMOVED, stop, was=was, actor=actor, at=at)


@transaction.atomic
def move_itinerary(*, meeting: Meeting, actor: User, at: datetime) -> list[ItineraryItem]:
    """Let the first stop begin with the visit and all others as much later as before.

    Times are moved as they stand on the wall there: what was at 13:00 two hours after the
    beginning is two hours after the new one, also where the clocks change in between.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnInspection.
        NothingToMove: there is no stop.
        OutsideTheVisit: the visit is too short for them now; nothing is moved.
    """
    meeting = locked_inspection(meeting, actor=actor)
    stops = itinerary_of(meeting)
    if not stops:
        raise NothingToMove(_("There is no itinerary yet."))
    was = agenda_of(meeting)
    zone = ZoneInfo(meeting.time_zone)

    def on_the_wall(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(tzinfo=None)

    later = on_the_wall(meeting.start_at) - on_the_wall(stops[0].start_at)
    for stop in stops:
        stop.meeting = meeting
        stop.start_at = (on_the_wall(stop.start_at) + later).replace(tzinfo=zone)
        stop.end_at = (on_the_wall(stop.end_at) + later).replace(tzinfo=zone)
        _check_inside(stop)
    ItineraryItem.objects.bulk_update(stops, ["start_at", "end_at"])
    _write_agenda(meeting, was=was, actor=actor, at=at)
    record(
        ITINERARY_MOVED, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title},
    )  # fmt: skip
    return stops


@transaction.atomic
def take_itinerary_as_agenda(*, meeting: Meeting, actor: User, at: datetime) -> Meeting:
    """Put the itinerary in place of what somebody wrote as the agenda of the invitation.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnInspection.
    """
    meeting = locked_inspection(meeting, actor=actor)
    return change_meeting(meeting=meeting, agenda=agenda_of(meeting), actor=actor, at=at)


def agenda_of(meeting: Meeting) -> str:
    """Return the itinerary as the lines of an agenda, in the time of the place."""
    zone, lines, day = ZoneInfo(meeting.time_zone), [], None
    is_long = meeting.start_at.astimezone(zone).date() != meeting.end_at.astimezone(zone).date()
    for stop in itinerary_of(meeting):
        start, end = stop.start_at.astimezone(zone), stop.end_at.astimezone(zone)
        if is_long and start.date() != day:
            day = start.date()
            lines.append(date_format(start, "l j F"))
        what = f"{stop.title}, {stop.place}" if stop.place else stop.title
        lines.append(f"- {date_format(start, 'H:i')}–{date_format(end, 'H:i')} {what}")
    return "\n".join(lines)


def locked_inspection(meeting: Meeting, *, actor: User) -> Meeting:
    """Re-read a visit to change what is planned, holding its row.

    Raises:
        NotAllowed: ``actor`` neither organises the visit nor runs the project.
        ProjectNotRunning, MeetingCalledOff, NotAnInspection.
    """
    meeting = lock_open_meeting(meeting)
    if not may_change_meeting(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    check_kind(meeting)
    return meeting


def check_kind(meeting: Meeting) -> None:
    """Let an inspection pass.

    Raises:
        NotAnInspection.
    """
    if meeting.kind != Kind.INSPECTION:
        raise NotAnInspection(_("Only a company inspection has an itinerary."))


def _check(stop: ItineraryItem) -> None:
    if stop.end_at.astimezone(UTC) <= stop.start_at.astimezone(UTC):
        raise EndsTooEarly(_("It must end after it begins."))
    _check_inside(stop)
    project = stop.meeting.project
    if stop.host and not Project.objects.visible_to(stop.host).filter(pk=project.pk).exists():
        raise HostIsStranger(
            _("%(name)s does not work on this project yet. Add them under People first.")
            % {"name": stop.host.name}
        )
    others = stop.meeting.itinerary.exclude(pk=stop.pk).filter(
        start_at__lt=stop.end_at, end_at__gt=stop.start_at
    )
    for other in others.order_by("start_at", "pk"):
        if stop.place and other.place.casefold() == stop.place.casefold():
            raise PlaceTaken(
                _("“%(stop)s” is in “%(place)s” at that time.")
                % {"stop": other.title, "place": other.place}
            )
        if stop.host_id and other.host_id == stop.host_id:
            raise HostIsElsewhere(
                _("%(name)s receives the visitors at “%(stop)s” at that time.")
                % {"name": stop.host.name, "stop": other.title}
            )


def _check_inside(stop: ItineraryItem) -> None:
    meeting = stop.meeting
    if stop.start_at < meeting.start_at or stop.end_at > meeting.end_at:
        zone = ZoneInfo(meeting.time_zone)
        said = {
            "stop": stop.title,
            "start": date_format(meeting.start_at.astimezone(zone), "j M, H:i"),
            "end": date_format(meeting.end_at.astimezone(zone), "j M, H:i"),
        }
        raise OutsideTheVisit(
            _("“%(stop)s” must lie within the visit, from %(start)s to %(end)s.") % said
        )


def _follow(action: Action, stop: ItineraryItem, *, was: str, actor: User, at: datetime) -> None:
    meeting = stop.meeting
    record(
        action, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"stop": stop.title, "title": meeting.title},
    )  # fmt: skip
    _write_agenda(meeting, was=was, actor=actor, at=at)
    advance_inspection(meeting.project, actor=actor, at=at)


def _write_agenda(meeting: Meeting, *, was: str, actor: User, at: datetime) -> None:
    """Keep the agenda what the itinerary is, unless somebody wrote another one."""
    if meeting.agenda.replace("\r\n", "\n").strip() in {"", was}:
        change_meeting(meeting=meeting, agenda=agenda_of(meeting), actor=actor, at=at)
