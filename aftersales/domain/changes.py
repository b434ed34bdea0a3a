"""What a signed change request means for installments and for a running acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.domain.acceptances import NotBeingChecked
from aftersales.domain.installments import OtherCurrency
from aftersales.domain.progress import update_payment_step
from aftersales.domain.release import has_happened, release_all
from aftersales.models import Acceptance, Criterion, Installment, ReleaseEvent
from delivery.domain.changes_effects import PRICE, requirement_effects, say_price
from delivery.models import ChangeRequest, RequirementEffect
from delivery.models.changes import PriceRelease
from delivery.registry import PriceMove
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError
from implportal.kernel.money import format_money
from implportal.projects.models import Project
from presales.models import Requirement

State = Installment.State
OPEN = (State.WAITING, State.RELEASED)
"""Not invoiced yet: a signed change may still take from it."""

INSTALLMENTS_AMENDED = Action(
    "aftersales.installments_amended",
    gettext_lazy("amended the installments by %(difference)s (%(reference)s)"),
    tells_money=True,
)
CRITERIA_AMENDED = Action(
    "aftersales.criteria_amended",
    gettext_lazy("amended the acceptance criteria by %(reference)s: %(codes)s"),
)


class InvoicedAlready(DomainError):
    """More is to be taken away than is still to be invoiced."""


def foresee_installments(change: ChangeRequest) -> list[PriceMove]:
    """Return which installments ``change`` would make, reduce or take away. One query.

    More money becomes one new installment; less reduces those that are not invoiced yet,
    from the last one on, and those that are not even released first. A contract that was
    never divided has nothing to move.

    Raises:
        OtherCurrency: an installment is in another currency than the change.
        InvoicedAlready: less than the difference is still to be invoiced.
    """
    installments = list(change.project.installments.order_by("order", "pk"))
    return [
        PriceMove(
            title=one.title if one else _title(change),
            old_minor=one.amount_minor if one else None,
            new_minor=amount or None,
            words="" if one else str(change.get_price_release_display()),
        )
        for one, amount in _moves(change, installments)
    ]


def follow_change(
    *, project: Project, at: datetime, actor: User | None, reference: str = ""
) -> None:
    """Move installments and criteria as the change with the key ``reference`` says.

    Listens to CHANGE_SIGNED, in the transaction that carries the change out and that holds
    the project's row.

    Raises:
        OtherCurrency, InvoicedAlready.
        NotBeingChecked: the acceptance certificate is out for signature.
    """
    change = ChangeRequest.objects.get(pk=reference)
    change.project = project
    if change.price_minor and PRICE not in change.left_out:
        _move_installments(change, actor=actor, at=at)
    _move_criteria(change, actor=actor, at=at)


def _moves(
    change: ChangeRequest, installments: Sequence[Installment]
) -> list[tuple[Installment | None, int]]:
    """Return (installment or None for a new one, amount from now on; 0 takes it away)."""
    if not installments or not change.price_minor:
        return []
    if any(one.currency != change.currency for one in installments):
        raise OtherCurrency(
            _("An installment is in another currency than %(currency)s.")
            % {"currency": change.currency}
        )
    if change.price_minor > 0:
        return [(None, change.price_minor)]
    by_state = {state: [one for one in installments if one.state == state] for state in OPEN}
    still_open = [*by_state[State.RELEASED], *by_state[State.WAITING]]
    left = -change.price_minor
    total = sum(one.amount_minor for one in still_open)
    if total < left:
        raise InvoicedAlready(
            _(
                "Only %(open)s are not invoiced yet, so %(difference)s cannot be taken away. "
                "Make the difference smaller, or agree on a credit note first."
            )
            % {
                "open": format_money(total, change.currency),
                "difference": format_money(left, change.currency),
            }
        )
    moves: list[tuple[Installment | None, int]] = []
    for one in reversed(still_open):
        if not left:
            break
        taken = min(left, one.amount_minor)
        left -= taken
        moves.append((one, one.amount_minor - taken))
    return moves


def _move_installments(change: ChangeRequest, *, actor: User | None, at: datetime) -> None:
    project = change.project
    installments = list(
        project.installments.select_for_update(of=("self",)).order_by("order", "pk")
    )
    moves = _moves(change, installments)
    if not moves:
        return
    said = [
        {"title": one.title if one else _title(change), "amount_minor": amount}
        for one, amount in moves
    ]
    for one, amount in moves:
        if one is None:
            _add(change, order=installments[-1].order + 1, actor=actor, at=at)
        elif amount:
            one.amount_minor = amount
            one.save(update_fields=["amount_minor"])
        else:
            one.delete()
    # A share in percent was one of the old contract value; from now on amounts are agreed.
    project.installments.filter(percent_points__isnull=False).update(percent_points=None)
    record(
        INSTALLMENTS_AMENDED, subject=project, actor=actor,
        actor_name="" if actor else str(_("The portal")), at=at, project=project,
        details={
            "difference": say_price(change.price_minor, change.currency),
            "reference": change.number,
            "installments": said,
        },
    )  # fmt: skip
    update_payment_step(project=project, actor=actor, at=at)


def _add(change: ChangeRequest, *, order: int, actor: User | None, at: datetime) -> None:
    is_dated = change.price_release == PriceRelease.FIXED_DATE
    one = Installment.objects.create(
        project=change.project,
        change=change,
        order=order,
        title=_title(change),
        amount_minor=change.price_minor,
        currency=change.currency,
        release_event=ReleaseEvent.FIXED_DATE if is_dated else ReleaseEvent.CHANGE_SIGNED,
        fixed_on=change.price_on,
        terms_days=change.terms_days,
    )
    if has_happened(one, at=at):
        release_all(
            project=change.project, waiting=Installment.objects.filter(pk=one.pk), at=at,
            actor=actor,
        )  # fmt: skip


def _title(change: ChangeRequest) -> str:
    return f"{change.number} {change.title}"[:160]


def _move_criteria(change: ChangeRequest, *, actor: User | None, at: datetime) -> None:
    """Let an acceptance that has begun check what is agreed now; what changed is open again."""
    effects = [one for one in requirement_effects(change) if one.key not in change.left_out]
    acceptance = Acceptance.objects.filter(project=change.project).first()
    if acceptance is None or not effects:
        return
    acceptance = Acceptance.objects.locked(acceptance.pk)
    if not acceptance.may_change:
        raise NotBeingChecked(
            _("The acceptance certificate is out for signature or signed; take it back first.")
        )
    for effect in effects:
        _move_criterion(acceptance, effect, change, at=at)
    record(
        CRITERIA_AMENDED, subject=acceptance, actor=actor,
        actor_name="" if actor else str(_("The portal")), at=at, project=change.project,
        details={
            "reference": change.number,
            "codes": ", ".join(one.requirement.code for one in effects),
        },
    )  # fmt: skip


def _move_criterion(
    acceptance: Acceptance, effect: RequirementEffect, change: ChangeRequest, *, at: datetime
) -> None:
    requirement = effect.requirement
    present = acceptance.criteria.filter(requirement=requirement)
    if effect.kind == effect.Kind.DROP:
        present.update(
            result=Criterion.Result.WAIVED,
            evidence=_("Dropped by %(number)s") % {"number": change.number},
            checked_by=change.approved_by,
            checked_at=at,
        )
        return
    if requirement.priority == Requirement.Priority.WONT:
        present.filter(result=Criterion.Result.OPEN).delete()
        return
    fields = {
        "text": requirement.text,
        "result": Criterion.Result.OPEN,
        "evidence": "",
        "checked_by": None,
        "checked_at": None,
    }
    if not present.update(**fields):
        last = acceptance.criteria.aggregate(last=Max("order"))["last"] or 0
        acceptance.criteria.create(requirement=requirement, order=last + 1, text=requirement.text)
