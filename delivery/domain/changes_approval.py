"""A change request inside the house: approved and frozen, or sent back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.changes import (
    check_can_be_done,
    locked_change,
    move_change,
    note_change_step,
    put_on_record,
)
from delivery.domain.changes_document import KIND, change_content, latest_version
from delivery.domain.changes_effects import days_of, requirement_effects, task_effects
from delivery.models import ChangeRequest
from delivery.models.changes import CHANGE_MOVES, ChangeState
from delivery.permissions import managers_of, may_approve_change
from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.documents.domain.versions import freeze, withdraw
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_run

CHANGE_APPROVED = Action(
    "delivery.change_approved",
    gettext_lazy("approved the change request %(number)s, version %(version)s"),
)
CHANGE_SENT_BACK = Action(
    "delivery.change_sent_back",
    gettext_lazy("sent the change request %(number)s back to be written: %(reason)s"),
)


class OwnText(DomainError):
    """Nobody approves what they wrote or handed in, while another manager could."""


@transaction.atomic
def approve_change(*, change: ChangeRequest, actor: User, at: datetime) -> DocumentVersion:
    """Stand up for the change: what it does is frozen, and what it starts from is kept.

    The PDF follows; then it can be sent for signature.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning: the project rests or is over.
        OwnText: ``actor`` wrote it, and another manager could approve it.
        IllegalMove: it is not handed in (any more).
        NothingChanges, CannotBeDone, MissingImage.
    """
    change = _locked_to_run(change, actor=actor)
    if not may_approve_change(actor, change):
        others = managers_of(change.project) - {change.created_by_id, change.handed_in_by_id}
        names = ", ".join(
            User.objects.filter(pk__in=others).order_by("name", "pk").values_list("name", flat=True)
        )
        raise OwnText(_("You wrote this one, so %(names)s approves it.") % {"names": names})
    check_move(CHANGE_MOVES, source=ChangeState(change.state), target=ChangeState.APPROVED)
    check_can_be_done(change)
    content = change_content(change, at=at)
    _keep_what_it_starts_from(change)
    version = freeze(
        kind=KIND, subject=change, project=change.project, number=change.number,
        title=change.title, content=content, actor=actor, at=at,
    )  # fmt: skip
    change.approved_by, change.approved_at, change.came_back_reason = actor, at, ""
    move_change(
        change,
        ChangeState.APPROVED,
        at=at,
        also=["approved_by", "approved_at", "came_back_reason", "old_end_on", "old_value_minor"],
    )
    put_on_record(CHANGE_APPROVED, change, actor=actor, at=at, version=version.version)
    note_change_step(project=change.project, actor=actor, at=at)
    return version


@transaction.atomic
def send_back_change(
    *, change: ChangeRequest, reason: str, actor: User, at: datetime
) -> ChangeRequest:
    """Have it written anew, before or after it was approved; a frozen version is withdrawn.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning: the project rests or is over.
        IllegalMove: it is with the customer, or has ended.
        AlreadySealed: it is signed.
    """
    # The project before anything goes on record, as everybody takes them; then the version
    # before the change: the order in which sending for signature locks them.
    Project.objects.locked(change.project_id)
    version = latest_version(change)
    if version:
        withdraw(version=version, actor=actor, at=at, reason=reason)
    change = _locked_to_run(change, actor=actor)
    check_move(CHANGE_MOVES, source=ChangeState(change.state), target=ChangeState.DRAFT)
    _forget_what_it_started_from(change)
    change.came_back_reason = reason[:2000]
    change.old_end_on = change.old_value_minor = None
    change.approved_by = change.approved_at = change.handed_in_by = None
    move_change(
        change,
        ChangeState.DRAFT,
        at=at,
        also=["came_back_reason", "old_end_on", "old_value_minor", "approved_by", "approved_at",
              "handed_in_by"],
    )  # fmt: skip
    put_on_record(CHANGE_SENT_BACK, change, actor=actor, at=at, reason=reason)
    note_change_step(project=change.project, actor=actor, at=at)
    return change


def _keep_what_it_starts_from(change: ChangeRequest) -> None:
    change.old_end_on = change.project.planned_end_on
    change.old_value_minor = change.project.contract_value_minor
    for effect in requirement_effects(change):
        if effect.requirement:
            effect.old_text = effect.requirement.text
            effect.old_priority = effect.requirement.priority
            effect.save(update_fields=["old_text", "old_priority"])
    for effect in task_effects(change):
        if effect.kind == effect.Kind.SHIFT:
            effect.old_starts_on, effect.old_ends_on = effect.task.starts_on, effect.task.ends_on
            effect.starts_on, effect.ends_on = days_of(effect)
            effect.save(update_fields=["old_starts_on", "old_ends_on", "starts_on", "ends_on"])


def _forget_what_it_started_from(change: ChangeRequest) -> None:
    change.requirement_effects.update(old_text="", old_priority="")
    change.task_effects.filter(kind="SHIFT").update(
        old_starts_on=None, old_ends_on=None, starts_on=None, ends_on=None
    )


def _locked_to_run(change: ChangeRequest, *, actor: User) -> ChangeRequest:
    change = locked_change(change)
    if not may_run(actor, change.project):
        raise NotAllowed
    check_running(change.project)
    return change
