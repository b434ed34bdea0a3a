"""What must be seen to before the visitors come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import lock_open_meeting
from implportal.meetings.models import Meeting
from implportal.meetings.permissions import may_take_minutes
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from presales.domain.inspection_standing import advance_inspection
from presales.domain.inspections import check_kind
from presales.models import Arrangement

USUAL = (
    # days before the visit, what
    (14, gettext_lazy("Ask who comes, from where, and what they want to see")),
    (14, gettext_lazy("Ask those who receive them to keep the time free")),
    (7, gettext_lazy("Reserve rooms, equipment and parking")),
    (7, gettext_lazy("Ask for diets and accessibility; order the meal")),
    (3, gettext_lazy("Register the visitors at the gate; badges and safety rules")),
    (2, gettext_lazy("Send the itinerary to the visitors")),
    (1, gettext_lazy("Walk through the itinerary with the hosts")),
)
"""What most visits need; a checklist to begin with."""

ARRANGEMENT_ADDED = Action(
    "presales.arrangement_added", gettext_lazy("put on the checklist of “%(title)s”: %(text)s")
)
ARRANGEMENT_CHANGED = Action(
    "presales.arrangement_changed", gettext_lazy("changed on the checklist: %(text)s")
)
ARRANGEMENT_DONE = Action("presales.arrangement_done", gettext_lazy("arranged: %(text)s"))
ARRANGEMENT_REOPENED = Action(
    "presales.arrangement_reopened", gettext_lazy("put back on the checklist: %(text)s")
)
ARRANGEMENT_REMOVED = Action(
    "presales.arrangement_removed",
    gettext_lazy("took off the checklist of “%(title)s”: %(text)s"),
)


class OwnerIsStranger(DomainError):
    """One of our people who does not work on the project was to arrange something."""


class HasChecklist(DomainError):
    """There is a checklist already; the usual things are for an empty one."""


@transaction.atomic
def add_arrangement(
    *,
    meeting: Meeting,
    text: str,
    owner: User | None,
    due_on: date | None,
    actor: User,
    at: datetime,
) -> Arrangement:
    """Put something on the checklist, due on a day where the visit is.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotAnInspection, OwnerIsStranger.
    """
    meeting = _locked(meeting, actor=actor)
    _check_owner(owner, meeting.project)
    one = Arrangement.objects.create(
        meeting=meeting, order=_last(meeting) + 1, text=text, owner=owner, due_on=due_on
    )
    _record(ARRANGEMENT_ADDED, one, actor=actor, at=at)
    return one


@transaction.atomic
def add_usual_arrangements(*, meeting: Meeting, actor: User, at: datetime) -> list[Arrangement]:
    """Begin with what most visits need, due so many days before, done by who organises it.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnInspection, HasChecklist.
    """
    meeting = _locked(meeting, actor=actor)
    if meeting.arrangements.exists():
        raise HasChecklist(_("There is a checklist already. Add what is missing."))
    day = meeting.start_at.astimezone(ZoneInfo(meeting.time_zone)).date()
    new = Arrangement.objects.bulk_create(
        Arrangement(
            meeting=meeting, order=place, text=str(text), owner=meeting.organiser,
            due_on=day - timedelta(days=days),
        )
        for place, (days, text) in enumerate(USUAL, start=1)
    )  # fmt: skip
    _record(ARRANGEMENT_ADDED, new[0], actor=actor, at=at, text=_("the usual things"))
    return new


@transaction.atomic
def change_arrangement(
    *,
    arrangement: Arrangement,
    text: str,
    owner: User | None,
    due_on: date | None,
    actor: User,
    at: datetime,
) -> Arrangement:
    """Say it otherwise, give it to somebody else or another day. Raises as ``add_arrangement``."""
    meeting = _locked(arrangement.meeting, actor=actor)
    one = Arrangement.objects.locked(arrangement.pk)
    one.meeting = meeting
    if owner and owner.pk != one.owner_id:
        _check_owner(owner, meeting.project)
    if (one.text, one.owner, one.due_on) != (text, owner, due_on):
        one.text, one.owner, one.due_on = text, owner, due_on
        one.save(update_fields=["text", "owner", "due_on"])
        _record(ARRANGEMENT_CHANGED, one, actor=actor, at=at)
    return one


@transaction.atomic
def settle_arrangement(
    *, arrangement: Arrangement, is_done: bool, actor: User, at: datetime
) -> Arrangement:
    """Tick it off, or put it back; saying what is so already is silent.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnInspection.
    """
    meeting = _locked(arrangement.meeting, actor=actor)
    one = Arrangement.objects.locked(arrangement.pk)
    one.meeting = meeting
    if (one.done_at is not None) != is_done:
        one.done_at, one.done_by = (at, actor) if is_done else (None, None)
        one.save(update_fields=["done_at", "done_by"])
        action = ARRANGEMENT_DONE if is_done else ARRANGEMENT_REOPENED
        _record(action, one, actor=actor, at=at)
    return one


@transaction.atomic
def remove_arrangement(*, arrangement: Arrangement, actor: User, at: datetime) -> None:
    """Take something off the checklist that is not needed; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnInspection.
    """
    arrangement.meeting = _locked(arrangement.meeting, actor=actor)
    Arrangement.objects.filter(pk=arrangement.pk).delete()
    _record(ARRANGEMENT_REMOVED, arrangement, actor=actor, at=at)


def _locked(meeting: Meeting, *, actor: User) -> Meeting:
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    check_kind(meeting)
    return meeting


def _check_owner(owner: User | None, project: Project) -> None:
    if owner and not Project.objects.visible_to(owner).filter(pk=project.pk).exists():
        raise OwnerIsStranger(
            _("%(name)s does not work on this project yet. Add them under People first.")
            % {"name": owner.name}
        )


def _last(meeting: Meeting) -> int:
    return meeting.arrangements.aggregate(last=Max("order"))["last"] or 0


def _record(action: Action, one: Arrangement, *, actor: User, at: datetime, text: str = "") -> None:
    meeting = one.meeting
    advance_inspection(meeting.project, actor=actor, at=at)
    record(
        action, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "text": text or one.text},
    )  # fmt: skip
