"""Where the activity “Payment” of a project stands, told to the spine."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from aftersales.models import Installment
from implportal.accounts.models import User
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step

SETTLED = {Installment.State.PAID, Installment.State.WRITTEN_OFF}


def update_paid(*, project: Project) -> None:
    """Write what was paid into the project's row, which the caller holds locked."""
    paid = project.installments.aggregate(paid=Sum("paid_minor"))["paid"] or 0
    project.paid_minor = paid
    project.save(update_fields=["paid_minor"])


def update_payment_step(*, project: Project, actor: User | None, at: datetime) -> None:
    """Let the step say what the installments say: nothing released, open, or all settled."""
    installments = list(project.installments.order_by("order", "pk"))
    by_state = {
        state: [one for one in installments if one.state == state] for state in Installment.State
    }
    if installments and all(one.state in SETTLED for one in installments):
        state, next_step, waiting_on = Step.State.DONE, "", ""
    elif by_state[Installment.State.RELEASED]:
        state, waiting_on = Step.State.IN_PROGRESS, ""
        next_step = _("Invoice “%(title)s”") % {"title": by_state["RELEASED"][0].title}
    elif by_state[Installment.State.INVOICED]:
        first = min(by_state[Installment.State.INVOICED], key=lambda one: (one.due_on, one.pk))
        state, waiting_on = Step.State.WAITING, project.customer.name
        next_step = _("Collect %(invoice)s") % {"invoice": first.invoice_number}
    else:
        waiting = by_state[Installment.State.WAITING]
        started = any(one.state in SETTLED for one in installments)
        state, waiting_on = (
            Step.State.IN_PROGRESS if started else Step.State.NOT_STARTED,
            "",
        )
        next_step = _("Then invoice “%(title)s”") % {"title": waiting[0].title} if waiting else ""
    advance_step(
        project=project, key="payment", state=state, actor=actor, at=at,
        next_step=next_step, waiting_on=waiting_on,
        actor_name="" if actor else str(_("The portal")),
    )  # fmt: skip
