from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.domain.installments import OtherCurrency, ReasonIsMissing
from aftersales.domain.progress import update_paid, update_payment_step
from aftersales.models import Allocation, Installment, Receipt
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.money import format_money
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Customer, Project
from implportal.projects.permissions import may_handle_money

RECEIPT_RECORDED = Action(
    "aftersales.receipt_recorded",
    gettext_lazy("recorded a payment of %(amount)s for %(invoices)s"),
    tells_money=True,
)
RECEIPT_CANCELLED = Action(
    "aftersales.receipt_cancelled",
    gettext_lazy("cancelled the payment of %(amount)s for %(invoices)s: %(reason)s"),
    tells_money=True,
)


class NotInvoiced(DomainError):
    """Money is received for invoices only."""


class OtherCustomer(DomainError):
    """The invoice belongs to another customer than the receipt."""


class Overpaid(DomainError):
    """More is allocated to an invoice than is open of it."""


class AllocationsDiffer(DomainError):
    """The parts of a receipt are not its amount."""


class RecordedAlready(DomainError):
    """The very same payment stands there: the form was sent twice, or two people had it."""


class WrongReceiptDate(DomainError):
    """Money cannot have arrived in the future."""


class ReceiptIsCancelled(DomainError):
    """Somebody has cancelled this receipt already."""


class InstallmentIsClosed(DomainError):
    """What was left of the invoice has been written off since."""


@transaction.atomic
def record_receipt(
    *,
    customer: Customer,
    received_on: date,
    amount_minor: int,
    currency: str,
    allocations: Mapping[int, int],
    actor: User,
    at: datetime,
    reference: str = "",
    note: str = "",
) -> Receipt:
    """Note money that arrived; ``allocations`` maps installments (pk) to minor units.

    Empty ``allocations`` pay the customer's open invoices, the longest due first.

    Raises:
        NotAllowed: ``actor`` does not handle money.
        WrongReceiptDate: it lies in the future.
        NotInvoiced, OtherCustomer, OtherCurrency, ProjectNotRunning: an installment does
            not take it.
        Overpaid: more than is open; nothing is recorded.
        AllocationsDiffer: the parts do not add up to the amount.
        RecordedAlready: the same money of the same day, with the same words, for the same.
    """
    if not may_handle_money(actor):
        raise NotAllowed
    if received_on > timezone.localdate(at):
        raise WrongReceiptDate(_("The day of the receipt lies in the future."))
    if not allocations:
        allocations = _oldest_first(customer, currency, amount_minor)
    installments = _locked(allocations)
    for installment in installments:
        _check_takes(installment, allocations[installment.pk], customer, currency)
    difference = amount_minor - sum(allocations.values())
    if difference or len(installments) != len(allocations):
        raise AllocationsDiffer(
            _("The parts add up to %(parts)s, but %(amount)s arrived.")
            % {
                "parts": format_money(sum(allocations.values()), currency),
                "amount": format_money(amount_minor, currency),
            }
        )
    alike = Receipt.objects.filter(
        customer=customer, received_on=received_on, amount_minor=amount_minor, currency=currency,
        reference=reference, cancelled_at=None,
    )  # fmt: skip
    for other in alike.prefetch_related("allocations").order_by("pk"):
        if allocations == {one.installment_id: one.amount_minor for one in other.allocations.all()}:
            raise RecordedAlready(
                _(
                    "The same payment is recorded already. If this is a second one, tell them "
                    "apart by the reference."
                )
            )
    receipt = Receipt.objects.create(
        customer=customer,
        received_on=received_on,
        amount_minor=amount_minor,
        currency=currency,
        reference=reference,
        note=note,
        recorded_at=at,
        recorded_by=actor,
    )
    for installment in installments:
        part = allocations[installment.pk]
        Allocation.objects.create(receipt=receipt, installment=installment, amount_minor=part)
        _change_paid(installment, part)
    _tell_projects(RECEIPT_RECORDED, receipt, installments, allocations, actor=actor, at=at)
    return receipt


@transaction.atomic
def cancel_receipt(*, receipt: Receipt, reason: str, actor: User, at: datetime) -> Receipt:
    """Take back a receipt that was recorded by mistake; its invoices are open again.

    Raises:
        NotAllowed: ``actor`` does not handle money.
        ProjectNotRunning: a project of it rests or is over.
        ReceiptIsCancelled: somebody was faster.
        InstallmentIsClosed: the rest of an invoice was written off after it.
        ReasonIsMissing: no reason is given.
    """
    if not may_handle_money(actor):
        raise NotAllowed
    allocations = dict(receipt.allocations.values_list("installment", "amount_minor"))
    installments = _locked(allocations)
    receipt = Receipt.objects.locked(receipt.pk)
    if receipt.cancelled_at:
        raise ReceiptIsCancelled(_("This payment has been cancelled already."))
    if not reason.strip():
        raise ReasonIsMissing(_("Say why the payment is cancelled."))
    for installment in installments:
        check_running(installment.project)
        if installment.state == Installment.State.WRITTEN_OFF:
            raise InstallmentIsClosed(
                _("The rest of %(invoice)s has been written off, so its payments stay.")
                % {"invoice": installment.invoice_number}
            )
    receipt.cancelled_at, receipt.cancel_reason = at, reason
    receipt.save(update_fields=["cancelled_at", "cancel_reason"])
    for installment in installments:
        _change_paid(installment, -allocations[installment.pk])
    _tell_projects(
        RECEIPT_CANCELLED, receipt, installments, allocations, actor=actor, at=at, reason=reason
    )
    return receipt


def open_invoices(customer: Customer, currency: str):
    """Invoices of one customer that are not settled, the longest due first."""
    return (
        Installment.objects.filter(
            project__customer=customer,
            project__state="RUNNING",
            currency=currency,
            state=Installment.State.INVOICED,
        )
        .select_related("project")
        .order_by("due_on", "pk")
    )


def _oldest_first(customer: Customer, currency: str, amount_minor: int) -> dict[int, int]:
    left, parts = amount_minor, {}
    for installment in open_invoices(customer, currency):
        if left <= 0:
            break
        parts[installment.pk] = min(left, installment.open_minor)
        left -= parts[installment.pk]
    if left > 0 or not parts:
        raise Overpaid(
            _(
                "%(open)s are open in invoices of %(customer)s, so %(amount)s would be too "
                "much. Send the difference of %(difference)s back, or write an invoice first."
            )
            % {
                "open": format_money(amount_minor - left, currency),
                "customer": customer.name,
                "amount": format_money(amount_minor, currency),
                "difference": format_money(left, currency),
            }
        )
    return parts


def _locked(allocations: Mapping[int, int]) -> list[Installment]:
    """Lock the projects, then the installments, each by rising key: no two callers block."""
    projects = {
        project.pk: project
        for project in Project.objects.select_for_update(of=("self",))
        .filter(
            pk__in=Installment.objects.filter(pk__in=allocations).values_list("project", flat=True)
        )
        .order_by("pk")
    }
    installments = list(
        Installment.objects.select_for_update(of=("self",))
        .filter(pk__in=allocations)
        .order_by("pk")
    )
    for installment in installments:
        installment.project = projects[installment.project_id]
    return installments


def _check_takes(
    installment: Installment, part_minor: int, customer: Customer, currency: str
) -> None:
    check_running(installment.project)
    if installment.project.customer_id != customer.pk:
        raise OtherCustomer(
            _("“%(title)s” does not belong to %(customer)s.")
            % {"title": installment.title, "customer": customer.name}
        )
    if installment.currency != currency:
        raise OtherCurrency(
            _("%(invoice)s is in %(theirs)s, so a payment in %(ours)s cannot settle it.")
            % {"invoice": installment, "theirs": installment.currency, "ours": currency}
        )
    if installment.state in {Installment.State.WAITING, Installment.State.RELEASED}:
        raise NotInvoiced(
            _("“%(title)s” has no invoice yet. Write the invoice first.")
            % {"title": installment.title}
        )
    if part_minor <= 0 or part_minor > installment.open_minor:
        raise Overpaid(
            _("Only %(open)s of %(invoice)s are open, so %(part)s cannot be allocated to it.")
            % {
                "open": format_money(installment.open_minor, currency),
                "invoice": installment.invoice_number,
                "part": format_money(part_minor, currency),
            }
        )


def _change_paid(installment: Installment, change_minor: int) -> None:
    installment.paid_minor += change_minor
    settled = installment.open_minor == 0
    installment.state = Installment.State.PAID if settled else Installment.State.INVOICED
    installment.save(update_fields=["paid_minor", "state"])


def _tell_projects(
    action: Action,
    receipt: Receipt,
    installments: list[Installment],
    allocations: Mapping[int, int],
    *,
    actor: User,
    at: datetime,
    reason: str = "",
) -> None:
    """Bring every project concerned up to date, and put its part on its own record."""
    for project in {one.project_id: one.project for one in installments}.values():
        update_paid(project=project)
        mine = [one for one in installments if one.project_id == project.pk]
        amount = sum(allocations[one.pk] for one in mine)
        record(
            action,
            subject=receipt,
            actor=actor,
            at=at,
            project=project,
            details={
                "amount": format_money(amount, receipt.currency),
                "invoices": ", ".join(one.invoice_number for one in mine),
                "reason": reason,
            },
        )
        update_payment_step(project=project, actor=actor, at=at)
