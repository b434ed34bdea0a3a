from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.money import format_money
from implportal.projects.models import Project

CONTRACT_AMENDED = Action(
    "projects.contract_amended",
    gettext_lazy("amended the contract by %(reference)s: from %(old)s to %(new)s"),
    tells_money=True,
)
END_AMENDED = Action(
    "projects.end_amended",
    gettext_lazy("moved the planned end by %(reference)s: from %(old)s to %(new)s"),
)


def amend_contract(
    *,
    project: Project,
    reference: str,
    difference_minor: int,
    new_end_on: date | None,
    actor: User | None,
    at: datetime,
) -> None:
    """Change value and planned end of a locked project as a signed paper says.

    Also after money was received, which ``change_project`` refuses. The caller has checked
    that ``actor`` may, and that value and end make sense; ``reference`` names the paper.
    """
    name = "" if actor else str(_("The portal"))
    if difference_minor:
        old = project.contract_value_minor
        project.contract_value_minor = old + difference_minor
        project.save(update_fields=["contract_value_minor"])
        record(
            CONTRACT_AMENDED, subject=project, actor=actor, actor_name=name, at=at,
            project=project,
            details={
                "reference": reference,
                "old": format_money(old, project.currency),
                "new": format_money(project.contract_value_minor, project.currency),
                "difference_minor": difference_minor,
            },
        )  # fmt: skip
    if new_end_on and new_end_on != project.planned_end_on:
        old_end, project.planned_end_on = project.planned_end_on, new_end_on
        project.save(update_fields=["planned_end_on"])
        record(
            END_AMENDED, subject=project, actor=actor, actor_name=name, at=at, project=project,
            details={"reference": reference, "old": str(old_end or "–"), "new": str(new_end_on)},
        )  # fmt: skip
