"""Phases are entered through gates that say in plain words what is still missing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.events import announce
from implportal.projects.domain.projects import check_running
from implportal.projects.models import PHASE_ORDER, Phase, Project, State
from implportal.projects.permissions import may_handle_money, may_override_gate, may_run
from implportal.projects.registry import GATES, Reason

PHASE_ENTERED = Action("projects.phase_entered", gettext_lazy("moved the project on to %(phase)s"))
GATE_OVERRIDDEN = Action(
    "projects.gate_overridden",
    gettext_lazy("moved the project on to %(phase)s although something was missing: %(reason)s"),
)
PROJECT_CLOSED = Action(
    "projects.project_closed", gettext_lazy("closed the project: accepted and paid")
)


class GateIsShut(DomainError):
    """Something is still missing; ``reasons`` lists it."""

    def __init__(self, reasons: list[Reason]) -> None:
        self.reasons = reasons
        missing = " ".join(str(reason.text) for reason in reasons)
        super().__init__(_("Not yet: %(missing)s") % {"missing": missing})


class NoSuchPhase(DomainError):
    """The project is in its last phase, or the phase asked for is not the next one."""


def next_phase(project: Project) -> Phase | None:
    """Return the phase after the present one, None once closed."""
    position = PHASE_ORDER.index(Phase(project.phase)) + 1
    return PHASE_ORDER[position] if position < len(PHASE_ORDER) else None


def missing_for(project: Project, phase: Phase) -> list[Reason]:
    """Return what still keeps ``project`` out of ``phase``; empty when the gate is open."""
    return [reason for gate in GATES if gate.phase == phase for reason in gate.reasons(project)]


@transaction.atomic
def enter_phase(
    *, project: Project, phase: Phase, actor: User, at: datetime, override_reason: str = ""
) -> Project:
    """Move the project into the next phase; entering CLOSED closes it.

    An administrator may go on with things missing by giving ``override_reason``,
    which goes on record together with what was missing. Closing can not be overridden:
    a project closes only when accepted and paid, or written off on record.

    Raises:
        NotAllowed: ``actor`` does not run the project, or overrides without being allowed.
        ProjectNotRunning, NoSuchPhase.
        GateIsShut: something is missing.
    """
    project = Project.objects.locked(project.pk)
    closes = phase == Phase.CLOSED
    if not (may_run(actor, project) or (closes and may_handle_money(actor))):
        raise NotAllowed
    check_running(project)
    if next_phase(project) != phase:
        raise NoSuchPhase(_("The project cannot enter this phase now; look at the page again."))
    reasons = missing_for(project, phase)
    if reasons and override_reason and not may_override_gate(actor):
        raise NotAllowed
    if reasons and (closes or not override_reason):
        raise GateIsShut(reasons)

    project.phase = phase
    if closes:
        project.state, project.closed_at = State.CLOSED, at
    project.save(update_fields=["phase", "state", "closed_at"])
    announce(project=project, event="PHASE_ENTERED", at=at, actor=actor, reference=phase)
    action = PROJECT_CLOSED if closes else GATE_OVERRIDDEN if reasons else PHASE_ENTERED
    record(
        action,
        subject=project,
        actor=actor,
        at=at,
        project=project,
        details={
            "phase": str(phase.label),
            "reason": override_reason,
            "missing": [str(reason.text) for reason in reasons],
        },
    )
    return project
