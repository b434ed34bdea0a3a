from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.domain.requirement_suspects import mark_suspect
from presales.models import REQUIREMENT_MOVES, Requirement

if TYPE_CHECKING:
    from implportal.meetings.models import Meeting
    from presales.models import Answer

State = Requirement.State
MATTERS = frozenset({"text", "priority"})
"""What refers to a requirement was made for these words and this weight."""

REQUIREMENT_ADDED = Action(
    "presales.requirement_added", gettext_lazy("added the requirement %(code)s: %(text)s")
)
REQUIREMENT_CHANGED = Action(
    "presales.requirement_changed",
    gettext_lazy("changed the requirement %(code)s (%(fields)s): %(text)s"),
)
REQUIREMENT_DROPPED = Action(
    "presales.requirement_dropped", gettext_lazy("dropped the requirement %(code)s: %(reason)s")
)
REQUIREMENTS_ADVANCED = Action(
    "presales.requirements_advanced", gettext_lazy("set %(codes)s to “%(state)s”")
)


class EmptyRequirement(DomainError):
    """A requirement is one sentence; this is none."""


class AnswerOfOtherProject(DomainError):
    """The answer that it should come from belongs to another project."""


class MeetingOfOtherProject(DomainError):
    """A requirement comes from a meeting of its own project."""


class AlreadySettled(DomainError):
    """An accepted or dropped requirement does not change any more."""


class StillPromised(DomainError):
    """It stands in a signed solution, so only a change request can take it away."""


@transaction.atomic
def add_requirement(
    *,
    project: Project,
    text: str,
    source: Requirement.Source,
    priority: Requirement.Priority,
    actor: User,
    at: datetime,
    source_answer: Answer | None = None,
    source_meeting: Meeting | None = None,
) -> Requirement:
    """Add one sentence that can be checked; it gets the project's next code.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        EmptyRequirement: ``text`` is blank.
        AnswerOfOtherProject: ``source_answer`` was given in another project.
        MeetingOfOtherProject: ``source_meeting`` belongs to another project.
    """
    project = Project.objects.locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    if source_answer and source_answer.question.survey.project_id != project.pk:
        raise AnswerOfOtherProject(_("That answer belongs to another project."))
    if source_meeting and source_meeting.project_id != project.pk:
        raise MeetingOfOtherProject(_("That meeting belongs to another project."))
    return write_new(
        project=project, text=text, source=source, priority=priority, actor=actor, at=at,
        source_answer=source_answer, source_meeting=source_meeting,
    )  # fmt: skip


def write_new(
    *,
    project: Project,
    text: str,
    source: str,
    priority: str,
    actor: User,
    at: datetime,
    source_answer: Answer | None = None,
    source_meeting: Meeting | None = None,
) -> Requirement:
    """Write a new one. The caller holds the project's row and has checked ``actor``.

    Raises:
        EmptyRequirement: ``text`` is blank.
    """
    # The project's row is locked, so no two people get the same number.
    latest = project.requirements.aggregate(latest=Max("number"))["latest"] or 0
    requirement = Requirement.objects.create(
        project=project,
        number=latest + 1,
        order=latest + 1,
        text=sentence(text),
        source=source,
        priority=priority,
        source_answer=source_answer,
        source_meeting=source_meeting,
        created_at=at,
        created_by=actor,
    )
    record(
        REQUIREMENT_ADDED,
        subject=requirement,
        actor=actor,
        at=at,
        project=project,
        details={"code": requirement.code, "text": requirement.text},
    )
    return requirement


@transaction.atomic
def change_requirement(
    *,
    requirement: Requirement,
    text: str,
    source: Requirement.Source,
    priority: Requirement.Priority,
    actor: User,
    at: datetime,
) -> Requirement:
    """Say it better, or weigh it differently. Nothing is recorded where nothing changed.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        EmptyRequirement: ``text`` is blank.
        AlreadySettled: it was accepted or dropped.
    """
    requirement = Requirement.objects.locked(requirement.pk)
    project = requirement.project
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    changed = write_change(
        requirement=requirement,
        wanted={"text": sentence(text), "source": source, "priority": priority},
        actor=actor,
        at=at,
    )
    if MATTERS & set(changed):
        mark_suspect(requirements=[requirement], actor=actor, at=at)
    return requirement


def write_change(
    *, requirement: Requirement, wanted: Mapping[str, str], actor: User, at: datetime
) -> list[str]:
    """Change the fields that differ, and return their names; none, nothing is recorded.

    The caller holds the requirement's row, has checked ``actor``, and marks as suspect what
    refers to those of which something that ``MATTERS`` changed.

    Raises:
        AlreadySettled: it was accepted or dropped.
    """
    check_unsettled(requirement)
    was = {name: getattr(requirement, name) for name in wanted}
    changed = [name for name, value in wanted.items() if was[name] != value]
    if not changed:
        return []
    for name in changed:
        setattr(requirement, name, wanted[name])
    requirement.save(update_fields=changed)
    record(
        REQUIREMENT_CHANGED,
        subject=requirement,
        actor=actor,
        at=at,
        project=requirement.project,
        details={
            "code": requirement.code,
            "text": requirement.text,
            **said_of_change(requirement, {name: was[name] for name in changed}),
        },
    )
    return changed


def said_of_change(requirement: Requirement, was: Mapping[str, str]) -> dict[str, object]:
    """What an audit entry keeps of a change: which fields, and each before and after."""
    fields = [str(Requirement._meta.get_field(name).verbose_name) for name in was]
    return {
        "fields": ", ".join(fields),
        "was": dict(was),
        "now": {name: getattr(requirement, name) for name in was},
    }


def check_unsettled(requirement: Requirement) -> None:
    """Let pass what may still change.

    Raises:
        AlreadySettled: it was accepted or dropped.
    """
    if requirement.state in {State.ACCEPTED, State.DROPPED}:
        raise AlreadySettled(
            _("%(code)s is “%(state)s” and does not change any more. Add a new one instead.")
            % {"code": requirement.code, "state": State(requirement.state).label}
        )


@transaction.atomic
def drop_requirement(
    *, requirement: Requirement, reason: str, actor: User, at: datetime
) -> Requirement:
    """Let it count no longer; it stays readable with the reason.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        IllegalMove: it was accepted or dropped already.
        StillPromised: it stands in a signed solution.
    """
    requirement = Requirement.objects.locked(requirement.pk)
    project = requirement.project
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    return write_drop(requirement=requirement, reason=reason, actor=actor, at=at)


def check_may_drop(requirement: Requirement) -> None:
    """Let pass what may be dropped.

    Raises:
        IllegalMove: it was accepted or dropped already.
        StillPromised: it stands in a signed solution.
    """
    check_move(REQUIREMENT_MOVES, source=State(requirement.state), target=State.DROPPED)
    if requirement.state != State.OPEN:
        raise StillPromised(
            _("%(code)s was promised in a signed solution. Take it away with a change request.")
            % {"code": requirement.code}
        )


def write_drop(*, requirement: Requirement, reason: str, actor: User, at: datetime) -> Requirement:
    """Drop one. The caller holds its row and has checked ``actor``.

    Raises:
        IllegalMove, StillPromised: see ``check_may_drop``.
    """
    check_may_drop(requirement)
    requirement.state, requirement.dropped_reason = State.DROPPED, reason.strip()
    requirement.save(update_fields=["state", "dropped_reason"])
    requirement.sections.clear()
    record(
        REQUIREMENT_DROPPED,
        subject=requirement,
        actor=actor,
        at=at,
        project=requirement.project,
        details={"code": requirement.code, "reason": requirement.dropped_reason},
    )
    return requirement


@transaction.atomic
def advance_requirements(
    *,
    project: Project,
    requirements: Iterable[Requirement],
    state: Requirement.State,
    actor: User | None,
    at: datetime,
    actor_name: str = "",
) -> list[Requirement]:
    """Note that several requirements came further, e.g. by a signature or an acceptance.

    Those that cannot move to ``state`` are left as they are; returns those that moved.
    The caller has checked that ``actor`` may do what moves them.
    """
    pks = [requirement.pk for requirement in requirements]
    moved = [
        requirement
        for requirement in Requirement.objects.select_for_update()
        .filter(project=project, pk__in=pks)
        .order_by("number", "pk")
        if state in REQUIREMENT_MOVES.get(State(requirement.state), frozenset())
    ]
    for requirement in moved:
        requirement.state = state
    Requirement.objects.bulk_update(moved, ["state"])
    if moved:
        record(
            REQUIREMENTS_ADVANCED,
            subject=project,
            actor=actor,
            actor_name=actor_name,
            at=at,
            project=project,
            details={
                "codes": ", ".join(requirement.code for requirement in moved),
                "state": str(State(state).label),
            },
        )
    return moved


def sentence(text: str) -> str:
    """The text on one line.

    Raises:
        EmptyRequirement: nothing is left.
    """
    text = " ".join(text.split())
    if not text:
        raise EmptyRequirement(_("Say in one sentence what must be so."))
    return text
