"""Requirements moved by a paper that the customer has signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.projects.models import Project
from presales.domain.requirement_suspects import mark_suspect
from presales.domain.requirements import (
    REQUIREMENT_ADDED,
    REQUIREMENT_CHANGED,
    REQUIREMENT_DROPPED,
    check_unsettled,
    said_of_change,
)
from presales.models import Requirement

State = Requirement.State


@dataclass(frozen=True, kw_only=True)
class RequirementChange:
    """One requirement: a new one (``requirement`` is None), other words or weight, or dropped.

    An empty ``text`` or ``priority`` leaves it as it is.
    """

    requirement: Requirement | None
    text: str = ""
    priority: str = ""
    is_dropped: bool = False


def amend_requirements(
    *,
    project: Project,
    changes: Sequence[RequirementChange],
    reference: str,
    author: User,
    actor: User | None,
    at: datetime,
) -> list[Requirement]:
    """Do what the signed paper ``reference`` says; return the requirements in the same order.

    What was signed is promised: new ones are, and changed ones are again, even where they
    had been verified in their old words. ``author`` stands behind new ones. The caller holds
    the project's row, and has checked that ``actor`` may.

    Raises:
        AlreadySettled: one was accepted or dropped.
    """
    latest = project.requirements.aggregate(latest=Max("number"))["latest"] or 0
    done = []
    for change in changes:
        if change.requirement is None:
            latest += 1
            requirement = Requirement(
                project=project, number=latest, order=latest, source=Requirement.Source.CHANGE,
                created_at=at, created_by=author,
            )  # fmt: skip
        else:
            requirement = Requirement.objects.locked(change.requirement.pk)
        done.append(_amend(requirement, change, project, reference, actor, at))
    return done


def _amend(  # noqa: PLR0917 - one step of the loop above
    requirement: Requirement, change: RequirementChange, project: Project, reference: str,
    actor: User | None, at: datetime,
) -> Requirement:  # fmt: skip
    check_unsettled(requirement)
    details = {"code": requirement.code, "reference": reference}
    if change.is_dropped:
        action = REQUIREMENT_DROPPED
        requirement.state = State.DROPPED
        requirement.dropped_reason = _("By %(reference)s") % {"reference": reference}
        details["reason"] = requirement.dropped_reason
    else:
        names = [name for name in ("text", "priority") if getattr(change, name)]
        was = {name: getattr(requirement, name) for name in names}
        for name in names:
            setattr(requirement, name, getattr(change, name))
        requirement.state = State.PROMISED
        action = REQUIREMENT_CHANGED if requirement.pk else REQUIREMENT_ADDED
        details |= {"text": requirement.text, **said_of_change(requirement, was)}
    requirement.save()
    record(
        action, subject=requirement, actor=actor,
        actor_name="" if actor else str(_("The portal")), at=at, project=project, details=details,
    )  # fmt: skip
    if action is REQUIREMENT_CHANGED and any(
        getattr(requirement, name) != before for name, before in was.items()
    ):
        mark_suspect(requirements=[requirement], actor=actor, at=at, but=reference)
    return requirement
