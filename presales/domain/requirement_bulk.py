"""Several requirements changed at once: seen before, then all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.order import LIST_HAS_CHANGED, put_in_order
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.domain.requirement_suspects import mark_suspect
from presales.domain.requirements import (
    MATTERS,
    advance_requirements,
    check_may_drop,
    check_unsettled,
    write_change,
    write_drop,
)
from presales.models import REQUIREMENT_MOVES, Requirement

State = Requirement.State
CHOICES = {"priority": Requirement.Priority, "source": Requirement.Source, "state": State}
BY_HAND = frozenset({State.PROMISED, State.VERIFIED, State.DROPPED})
"""States that a person sets; a signature promises, and an acceptance accepts."""

REQUIREMENTS_ORDERED = Action(
    "presales.requirements_ordered", gettext_lazy("put the requirements in another order")
)


class OthersWereFaster(DomainError):
    """Requirements changed since the rows were looked at, so what was seen no longer holds."""


@dataclass
class PlannedChange:
    """What becomes of one requirement; ``error`` says why nothing does.

    ``was`` and ``now`` are the fields that change, by name. ``reason`` goes with a drop.
    """

    code: str
    text: str
    was: dict[str, str] = field(default_factory=dict)
    now: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    error: str = ""

    @property
    def kind(self) -> str:
        return "CHANGE" if self.now else "SAME"

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What would change, as (field, before, after) in words."""
        return [(*in_words(name, before), in_words(name, self.now[name])[1])
                for name, before in self.was.items()]  # fmt: skip


def in_words(name: str, value: str) -> tuple[str, str]:
    """A field of a requirement and one of its values, as people call them."""
    choices = CHOICES.get(name)
    said = str(choices(value).label) if choices and value in choices.values else value
    return str(Requirement._meta.get_field(name).verbose_name), said


def plan_changes(
    requirements: Iterable[Requirement], *, wanted: Mapping[str, str], reason: str = ""
) -> list[PlannedChange]:
    """Say of each what ``wanted`` (priority, source, state) would change; no query.

    An empty value leaves a field as it is.
    """
    rows = []
    for requirement in requirements:
        now = {n: v for n, v in wanted.items() if v and getattr(requirement, n) != v}
        row = PlannedChange(
            requirement.code, requirement.text, {n: getattr(requirement, n) for n in now}, now
        )
        if now:
            try:
                _check(requirement, now)
            except DomainError as refusal:
                row.error = str(refusal)
        if now.get("state") == State.DROPPED:
            row.reason = reason
        rows.append(row)
    return rows


def _check(requirement: Requirement, now: Mapping[str, str]) -> None:
    check_unsettled(requirement)
    target = now.get("state")
    if target == State.DROPPED:
        check_may_drop(requirement)
    elif target and (
        target not in BY_HAND
        or State(target) not in REQUIREMENT_MOVES[State(requirement.state)]
        or requirement.state == State.OPEN
    ):
        raise DomainError(
            _("%(code)s is “%(state)s”. Verified is what a signed solution promised before.")
            % {"code": requirement.code, "state": State(requirement.state).label}
        )  # fmt: skip


@transaction.atomic
def change_requirements(
    *, project: Project, rows: Sequence[PlannedChange], actor: User, at: datetime
) -> list[Requirement]:
    """Do what ``plan_changes`` found possible, all or none; return those that changed.

    Each change stands on record with its requirement; what was only verified, as one list.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        OthersWereFaster: one of them changed since the look.
    """
    rows = [row for row in rows if row.now and not row.error]
    present = hold_as_seen(project=project, was={row.code: row.was for row in rows}, actor=actor)
    if any(row.error for row in _planned_anew(rows, present)):
        raise OthersWereFaster(CHANGED_MEANWHILE)
    for row in rows:
        if row.now.get("state") == State.DROPPED:
            write_drop(requirement=present[row.code], reason=row.reason, actor=actor, at=at)
    kept = [row for row in rows if row.now.get("state") != State.DROPPED]
    write_changes(
        [(present[row.code], {n: v for n, v in row.now.items() if n != "state"}) for row in kept],
        actor=actor,
        at=at,
    )
    for state in BY_HAND - {State.DROPPED}:
        advance_requirements(
            project=project,
            requirements=[present[row.code] for row in kept if row.now.get("state") == state],
            state=state,
            actor=actor,
            at=at,
        )
    return [present[row.code] for row in rows]


CHANGED_MEANWHILE = gettext_lazy(
    "Requirements were added or changed since you looked. Look at the rows once more."
)


def _planned_anew(
    rows: Iterable[PlannedChange], present: Mapping[str, Requirement]
) -> list[PlannedChange]:
    return [plan_changes([present[row.code]], wanted=row.now)[0] for row in rows]


def hold_as_seen(
    *, project: Project, was: Mapping[str, Mapping[str, str]], actor: User
) -> dict[str, Requirement]:
    """Lock the project and its requirements, and return these by code.

    ``was`` are values that somebody saw, by code and field.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        OthersWereFaster: one of the values is another now.
    """
    project = Project.objects.locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    present = {
        requirement.code: requirement
        for requirement in project.requirements.select_for_update().order_by("number", "pk")
    }
    for code, seen in was.items():
        if code not in present or any(getattr(present[code], n) != v for n, v in seen.items()):
            raise OthersWereFaster(CHANGED_MEANWHILE)
    return present


def write_changes(
    wanted: Iterable[tuple[Requirement, Mapping[str, str]]], *, actor: User, at: datetime
) -> list[Requirement]:
    """Change several that ``hold_as_seen`` returned; return those of which something changed."""
    changed, matter = [], []
    for requirement, values in wanted:
        names = write_change(requirement=requirement, wanted=values, actor=actor, at=at)
        if names:
            changed.append(requirement)
        if MATTERS & set(names):
            matter.append(requirement)
    mark_suspect(requirements=matter, actor=actor, at=at)
    return changed


@transaction.atomic
def order_requirements(*, project: Project, keys: Sequence[int], actor: User, at: datetime) -> None:
    """Put the requirements of one page of the list into this order.

    ``keys`` are the primary keys of some that stand next to each other, at most all.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        DomainError: they do not stand together any more; somebody added or moved some.
    """
    project = Project.objects.locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    every = list(
        Requirement.objects.filter(project=project).in_order().values_list("pk", flat=True)
    )
    first = min((every.index(key) for key in keys if key in every), default=0)
    if not keys or set(every[first : first + len(keys)]) != set(keys):
        raise DomainError(str(LIST_HAS_CHANGED))
    put_in_order(
        Requirement.objects.filter(project=project),
        [*every[:first], *keys, *every[first + len(keys) :]],
    )
    record(REQUIREMENTS_ORDERED, subject=project, actor=actor, at=at, project=project)
