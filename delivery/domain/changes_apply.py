"""A signed change carried out: requirements, plan, contract and installments move together."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.changes import CannotBeDone, locked_change, note_change_step, put_on_record
from delivery.domain.changes_effects import (
    END,
    PRICE,
    days_of,
    outlook,
    requirement_effects,
    task_effects,
)
from delivery.domain.plans import insert_task, shift_task
from delivery.models import ChangeRequest, Plan
from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.contracts import amend_contract
from implportal.projects.domain.events import announce
from implportal.projects.domain.projects import check_running
from implportal.projects.permissions import may_run
from presales.domain.requirement_changes import RequirementChange, amend_requirements
from presales.models import Requirement

CHANGE_APPLIED = Action(
    "delivery.change_applied", gettext_lazy("carried out the change request %(number)s")
)
CHANGE_APPLIED_PARTLY = Action(
    "delivery.change_applied_partly",
    gettext_lazy("carried out the change request %(number)s without %(left_out)s: %(reason)s"),
    tells_money=True,
)


class NothingToApply(DomainError):
    """It is not signed, or was carried out already."""


@transaction.atomic
def apply_change(
    *, change: ChangeRequest, actor: User, at: datetime, leave_out_reason: str = ""
) -> ChangeRequest:
    """Carry out a signed change that could not be when it was signed.

    With a reason, what still cannot be done is left out, on record; all else moves.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        NothingToApply: somebody was faster.
        ProjectNotRunning.
        CannotBeDone: something stands in the way, and no reason is given to leave it out.
    """
    change = locked_change(change)
    if not may_run(actor, change.project):
        raise NotAllowed
    if not change.waits_to_be_applied:
        raise NothingToApply(_("There is nothing left to carry out."))
    carry_out(change, actor=actor, at=at, leave_out_reason=leave_out_reason.strip())
    return change


def carry_out(
    change: ChangeRequest, *, actor: User | None, at: datetime, leave_out_reason: str = ""
) -> None:
    """Do all that a locked, signed change says, in the caller's transaction.

    ``actor`` is None when the last signature does it.

    Raises:
        ProjectNotRunning, CannotBeDone; whatever a listener to CHANGE_SIGNED refuses with.
    """
    project = change.project
    check_running(project)
    Plan.objects.locked_for(project)
    # Their rows are held before they are judged; a plain read could be overtaken.
    list(
        Requirement.objects.select_for_update(of=("self",))
        .filter(pk__in=change.requirement_effects.values("requirement"))
        .order_by("pk")
    )
    problems = outlook(change).problems
    if problems and not leave_out_reason:
        raise CannotBeDone(" ".join(problems.values()))
    change.left_out = sorted(problems)
    _move_requirements(change, actor=actor, at=at)
    _move_tasks(change, actor=actor, at=at)
    amend_contract(
        project=project,
        reference=change.number,
        difference_minor=0 if PRICE in problems else change.price_minor,
        new_end_on=None if END in problems else change.new_end_on,
        actor=actor,
        at=at,
    )
    change.applied_at, change.not_applied_reason = at, ""
    change.save(update_fields=["applied_at", "not_applied_reason", "left_out"])
    announce(project=project, event="CHANGE_SIGNED", at=at, actor=actor, reference=str(change.pk))
    if problems:
        put_on_record(
            CHANGE_APPLIED_PARTLY, change, actor=actor, at=at, reason=leave_out_reason,
            left_out=" ".join(problems.values()),
        )  # fmt: skip
    else:
        put_on_record(CHANGE_APPLIED, change, actor=actor, at=at)
    note_change_step(project=project, actor=actor, at=at)


def _move_requirements(change: ChangeRequest, *, actor: User | None, at: datetime) -> None:
    effects = [one for one in requirement_effects(change) if one.key not in change.left_out]
    made = amend_requirements(
        project=change.project,
        changes=[
            RequirementChange(
                requirement=effect.requirement,
                text=effect.text,
                priority=effect.priority,
                is_dropped=effect.kind == effect.Kind.DROP,
            )
            for effect in effects
        ],
        reference=change.number,
        author=change.created_by,
        actor=actor,
        at=at,
    )
    for effect, requirement in zip(effects, made, strict=True):
        if effect.requirement_id is None:
            effect.requirement = requirement
            effect.save(update_fields=["requirement"])


def _move_tasks(change: ChangeRequest, *, actor: User | None, at: datetime) -> None:
    for effect in task_effects(change):
        if effect.key in change.left_out:
            continue
        starts_on, ends_on = days_of(effect)
        if effect.kind == effect.Kind.SHIFT:
            shift_task(task=effect.task, starts_on=starts_on, ends_on=ends_on, actor=actor, at=at)
            continue
        effect.task = insert_task(
            project=change.project, title=effect.title, starts_on=starts_on, ends_on=ends_on,
            phase_label=change.number, actor=actor, at=at,
        )  # fmt: skip
        effect.save(update_fields=["task"])
