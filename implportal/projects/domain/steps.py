from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import hold_record, record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project, Step
from implportal.projects.permissions import may_contribute, may_run

STEP_MOVED = Action("projects.step_moved", gettext_lazy("set “%(step)s” to “%(state)s”"))
STEP_WAIVED = Action("projects.step_waived", gettext_lazy("waived “%(step)s”: %(reason)s"))
STEP_CHANGED = Action("projects.step_changed", gettext_lazy("changed “%(step)s”: %(fields)s"))


class ReasonMissing(DomainError):
    """An activity is waived only with a reason."""


class OwnerIsStranger(DomainError):
    """The owner does not work on this project in any way."""


@transaction.atomic
def advance_step(
    *,
    project: Project,
    key: str,
    state: Step.State,
    actor: User | None,
    at: datetime,
    next_step: str = "",
    waiting_on: str = "",
    actor_name: str = "",
) -> Step:
    """Note where an activity stands because a record of it moved.

    Called by the phases after their own permission check. A waived activity comes
    back to life: something happened in it after all. Putting a state on record
    that it already has is silent.
    """
    hold_record(project)  # most who come here have put something on record already
    step = Step.objects.select_for_update().get(project=project, key=key)
    changed = step.state != state
    _set_state(step, state, at=at)
    step.next_step, step.waiting_on = next_step[:200], waiting_on[:200]
    step.save()
    if changed:
        record(
            STEP_MOVED,
            subject=step,
            actor=actor,
            actor_name=actor_name,
            at=at,
            project=project,
            details={"step": step.title, "state": str(state.label)},
        )
    return step


@transaction.atomic
def change_step(
    *,
    step: Step,
    actor: User,
    at: datetime,
    state: Step.State,
    owner: User | None,
    due_on: date | None,
    notes: str,
    waived_reason: str = "",
) -> Step:
    """Set what a person says of an activity: owner, due date, notes, state.

    Who runs the project may change all of it; who contributes changes notes and state,
    but does not waive.

    Raises:
        NotAllowed: ``actor`` does not work on the project, or changes what only those
            who run it may.
        ProjectNotRunning: the project rests or is over.
        ReasonMissing: waived without a reason.
        OwnerIsStranger: the owner can not see the project.
    """
    hold_record(step.project)
    step = Step.objects.select_for_update().get(pk=step.pk)
    project = step.project
    runs = may_run(actor, project)
    if not (runs or may_contribute(actor, project)):
        raise NotAllowed
    check_running(project)
    decides = (
        owner != step.owner
        or due_on != step.due_on
        or (state != step.state and Step.State.WAIVED in {state, step.state})
    )
    if decides and not runs:
        raise NotAllowed
    if state == Step.State.WAIVED and not waived_reason.strip():
        raise ReasonMissing(_("Say why this activity is not needed."))
    if owner and owner != step.owner and not _works_here(owner, project):
        raise OwnerIsStranger(
            _("%(name)s does not work on this project yet. Add them under People first.")
            % {"name": owner.name}
        )

    moved = step.state != state
    changed = [
        str(Step._meta.get_field(name).verbose_name)
        for name, value in (("owner", owner), ("due_on", due_on), ("notes", notes))
        if getattr(step, name) != value
    ]
    step.owner, step.due_on, step.notes = owner, due_on, notes
    _set_state(step, state, at=at, waived_reason=waived_reason)
    step.save()
    title = step.title
    if moved and state == Step.State.WAIVED:
        details = {"step": title, "reason": waived_reason}
        record(STEP_WAIVED, subject=step, actor=actor, at=at, project=project, details=details)
    elif moved:
        details = {"step": title, "state": str(state.label)}
        record(STEP_MOVED, subject=step, actor=actor, at=at, project=project, details=details)
    if changed:
        details = {"step": title, "fields": ", ".join(changed)}
        record(STEP_CHANGED, subject=step, actor=actor, at=at, project=project, details=details)
    return step


def _set_state(step: Step, state: Step.State, *, at: datetime, waived_reason: str = "") -> None:
    if step.state != state:
        step.state_since = at
    step.state = state
    step.waived_reason = waived_reason.strip() if state == Step.State.WAIVED else ""
    if state not in {Step.State.NOT_STARTED, Step.State.WAIVED}:
        step.started_at = step.started_at or at
    step.done_at = (step.done_at or at) if state == Step.State.DONE else None
    if not step.is_open:
        step.next_step = step.waiting_on = ""


def _works_here(user: User, project: Project) -> bool:
    """Commerce hosts inspections of any project; everybody else is one of its people."""
    return (
        Project.objects.visible_to(user).filter(pk=project.pk).exists() or user.role == "COMMERCE"
    )
