"""A project rests, is lost or cancelled, and may go on again; and why, counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.models import STATE_MOVES, Cause, Phase, Project, State, Stop
from implportal.projects.permissions import may_run

PROJECT_SUSPENDED = Action(
    "projects.project_suspended", gettext_lazy("suspended the project: %(reason)s")
)
PROJECT_RESUMED = Action("projects.project_resumed", gettext_lazy("resumed the project"))
PROJECT_LOST = Action(
    "projects.project_lost", gettext_lazy("marked the project as lost: %(reason)s")
)
PROJECT_REOPENED = Action(
    "projects.project_reopened", gettext_lazy("reopened the lost project: %(reason)s")
)
PROJECT_CANCELLED = Action(
    "projects.project_cancelled", gettext_lazy("cancelled the project: %(reason)s")
)

_ACTIONS = {
    State.SUSPENDED: PROJECT_SUSPENDED,
    State.LOST: PROJECT_LOST,
    State.CANCELLED: PROJECT_CANCELLED,
}


class NotInPresales(DomainError):
    """Only a project in pre-sales can be lost; later it is cancelled."""


class ReasonMissing(DomainError):
    """A project neither stops nor is reopened without a word why."""


class DateHasPassed(DomainError):
    """The day on which to look again lies in the past."""


@transaction.atomic
def stop_project(
    *,
    project: Project,
    state: State,
    actor: User,
    at: datetime,
    reason: str,
    cause: str = Cause.OTHER,
    lost_to: str = "",
    look_again_on: date | None = None,
) -> Project:
    """Let a project rest, or end it as lost (from pre-sales only) or cancelled.

    Nobody is reminded of a stopped project. ``lost_to`` names who won; ``look_again_on``
    is the day from which a resting project is shown to its manager again.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        IllegalMove: the project is not in a state from which it stops this way.
        NotInPresales: lost, although past pre-sales.
        ReasonMissing, DateHasPassed.
    """
    state = State(state)
    project = Project.objects.locked(project.pk)
    if not may_run(actor, project):
        raise NotAllowed
    check_move(STATE_MOVES, source=State(project.state), target=state)
    if state == State.LOST and project.phase != Phase.PRESALES:
        raise NotInPresales(_("This project is past pre-sales; cancel it instead."))
    reason = _said(reason)
    if look_again_on and look_again_on <= at.date():
        raise DateHasPassed(_("Choose a day that is still to come."))
    # A resting project that ends now stops for another reason: the rest is over.
    _end_open_stop(project, at=at)
    Stop.objects.create(
        project=project,
        state=state,
        phase=project.phase,
        cause=Cause(cause),
        reason=reason,
        lost_to=lost_to.strip() if state == State.LOST else "",
        look_again_on=look_again_on if state == State.SUSPENDED else None,
        stopped_at=at,
        stopped_by=actor,
    )
    return _move(project, state, _ACTIONS[state], actor=actor, at=at, reason=reason)


@transaction.atomic
def resume_project(*, project: Project, actor: User, at: datetime, reason: str = "") -> Project:
    """Go on with a suspended project, or reopen a lost one, which takes a reason.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        IllegalMove: the project runs, or ended for good.
        ReasonMissing: a lost project is reopened without one.
    """
    project = Project.objects.locked(project.pk)
    if not may_run(actor, project):
        raise NotAllowed
    check_move(STATE_MOVES, source=State(project.state), target=State.RUNNING)
    was_lost = project.state == State.LOST
    if was_lost:
        reason = _said(reason)
    _end_open_stop(project, at=at, reason=reason)
    action = PROJECT_REOPENED if was_lost else PROJECT_RESUMED
    return _move(project, State.RUNNING, action, actor=actor, at=at, reason=reason)


def _end_open_stop(project: Project, *, at: datetime, reason: str = "") -> None:
    project.stops.filter(resumed_at=None).update(resumed_at=at, resumed_reason=reason[:1000])


def _move(
    project: Project, target: State, action: Action, *, actor: User, at: datetime, reason: str
) -> Project:
    project.state = target
    project.state_reason = "" if target == State.RUNNING else reason
    project.save(update_fields=["state", "state_reason"])
    record(action, subject=project, actor=actor, at=at, project=project, details={"reason": reason})
    return project


def _said(reason: str) -> str:
    reason = reason.strip()[:1000]
    if not reason:
        raise ReasonMissing(_("Say in a few words why."))
    return reason


@dataclass
class CauseFigure:
    """How often one cause stopped projects, and their contract values by currency."""

    cause: str
    count: int = 0
    values: list[tuple[str, int]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(Cause(self.cause).label)


def causes_of(stops: QuerySet[Stop]) -> list[CauseFigure]:
    """Count why projects stopped, the most frequent cause first. Costs one query.

    Values are minor units; amounts in different currencies are never added.
    """
    rows = (
        stops.order_by()
        .values_list("cause", "project__currency")
        .annotate(count=Count("pk"), minor=Sum("project__contract_value_minor"))
        .order_by("cause", "project__currency")
    )
    figures: dict[str, CauseFigure] = {}
    for cause, currency, count, minor in rows:
        figure = figures.setdefault(cause, CauseFigure(cause))
        figure.count += count
        if minor:
            figure.values.append((currency, minor))
    return sorted(figures.values(), key=lambda one: (-one.count, one.cause))


@dataclass(frozen=True)
class Outcome:
    """What became of the projects that were decided in pre-sales."""

    won: int
    lost: int

    @property
    def percent_won(self) -> int | None:
        """Rounded; None while nothing is decided."""
        decided = self.won + self.lost
        return round(100 * self.won / decided) if decided else None


def outcome_of(projects: QuerySet[Project]) -> Outcome:
    """Count who went on to delivery and who was lost. Costs one query."""
    states: Iterable[tuple[str, str, int]] = (
        projects.order_by().values_list("phase", "state").annotate(count=Count("pk", distinct=True))
    )
    won = lost = 0
    for phase, state, count in states:
        won += count if phase != Phase.PRESALES else 0
        lost += count if state == State.LOST else 0
    return Outcome(won, lost)
