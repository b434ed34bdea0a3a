from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.installments import Installment
from implportal.kernel.money import CURRENCIES, format_money
from implportal.projects.models import Customer, Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: User) -> ReceiptQuerySet:
        """Receipts that pay for something in a project the person may know of."""
        paying = Allocation.objects.filter(
            receipt=models.OuterRef("pk"),
            installment__project__in=Project.objects.visible_to(user),
        )
        return self.filter(models.Exists(paying))

    def locked(self, pk: int) -> Receipt:
        """Re-read one receipt, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Receipt(models.Model):
    """Money that arrived from a customer. Its allocations add up to its amount, always.

    A receipt recorded by mistake is cancelled with a reason, never deleted; its
    allocations stay as a record and count no longer.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="receipts")
    received_on = models.DateField(_("received on"))
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(_("reason"), max_length=1000, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        indexes = [
            models.Index(fields=["customer", "-received_on"], name="receipt_of_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                name="receipt_amount_is_positive", condition=Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="receipt_cancelled_with_reason",
                condition=Q(cancelled_at=None, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{format_money(self.amount_minor, self.currency)} {self.reference}".strip()


class Allocation(models.Model):
    """The part of a receipt that pays for one installment."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="allocations")
    installment = models.ForeignKey(
        Installment, on_delete=models.PROTECT, related_name="allocations"
    )
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receipt", "installment"], name="allocation_is_unique"),
            models.CheckConstraint(
                name="allocation_amount_is_positive", condition=Q(amount_minor__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
