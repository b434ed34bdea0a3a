"""The payment board: every installment, why it is not yet due, and what is late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.domain.figures import expected_by_month, figures
from aftersales.filters import DUE, OVERDUE, InstallmentFilter
from aftersales.models import Installment
from aftersales.models.installments import AGES
from aftersales.views.money import tone
from implportal.kernel.money import to_decimal
from implportal.kernel.views import ListPage

NEVER = date(9999, 12, 31)
FIGURES = {
    "WAITING": (gettext_lazy("Not released"), "neutral"),
    "RELEASED": (gettext_lazy("To be invoiced"), "info"),
    "INVOICED": (gettext_lazy("Invoiced and open"), "waiting"),
    DUE: (gettext_lazy("Due within a week"), "waiting"),
    OVERDUE: (gettext_lazy("Overdue"), "danger"),
}


class PaymentBoard(ListPage):
    queryset = Installment.objects.with_people()
    filterset_class = InstallmentFilter
    template_name = "aftersales/payment_board.html"
    export_name = "payments"
    sorts = {
        "due": ("urgency", "due_or_never", "pk"),
        "project": ("project__code", "order", "pk"),
        "installment": ("title", "pk"),
        "amount": ("currency", "amount_minor", "pk"),
        "invoice": ("invoice_number", "pk"),
    }

    @cached_property
    def today(self) -> date:
        return timezone.localdate()

    def all_shown(self) -> QuerySet:
        """Everything of which this person may see the money."""
        user = self.request.user
        return Installment.objects.visible_to(user).with_money_visible_to(user).alive()

    def get_queryset(self) -> QuerySet:
        urgency = Case(
            When(Q(state="INVOICED", due_on__lt=self.today), then=Value(0)),
            When(state="INVOICED", then=Value(1)),
            When(state="RELEASED", then=Value(2)),
            When(state="WAITING", then=Value(3)),
            When(state="PAID", then=Value(4)),
            default=Value(5),
        )
        self.queryset = (
            self.all_shown()
            .with_people()
            .annotate(urgency=urgency, due_or_never=Coalesce("due_on", NEVER))
        )
        return super().get_queryset()

    def owner(self, installment: Installment) -> str:
        """Who sees to it now: the provider of what is missing, then who collects."""
        if installment.state == Installment.State.WAITING:
            return installment.provider.name if installment.provider else ""
        collector = installment.project.business_manager
        return collector.name if collector else _("Business managers")

    def export_columns(self) -> list[tuple[str, Callable[[Installment], object]]]:
        today = self.today

        def amount(field: str) -> Callable[[Installment], object]:
            return lambda one: to_decimal(getattr(one, field), one.currency)

        return [
            (_("Project"), lambda one: one.project.code),
            (_("Title"), lambda one: one.project.title),
            (_("Customer"), lambda one: one.project.customer.name),
            (_("Installment"), lambda one: one.title),
            (_("Amount"), amount("amount_minor")),
            (_("Paid"), amount("paid_minor")),
            (_("Written off"), amount("written_off_minor")),
            (_("Open"), amount("open_minor")),
            (_("Currency"), lambda one: one.currency),
            (_("State"), lambda one: one.get_state_display()),
            (_("Released by"), lambda one: one.release_words),
            (_("Released"), lambda one: one.released_at),
            (_("Why not due"), lambda one: one.why_not_due(today)),
            (_("Invoice"), lambda one: one.invoice_number),
            (_("Invoiced"), lambda one: one.invoiced_on),
            (_("Due"), lambda one: one.due_on),
            (_("Days late"), lambda one: one.days_late(today)),
            (_("Next action"), lambda one: one.next_action(today)),
            (_("Owner"), self.owner),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        today = self.today
        for one in context["object_list"]:
            one.late = one.days_late(today)
            one.reason = one.why_not_due(today)
            one.action = one.next_action(today)
            one.tone = tone(one, today)
            one.owner_name = self.owner(one)
        shown = self.all_shown()
        chosen = (self.request.GET.get("standing"), self.request.GET.get("currency"))
        ages = {key: label for key, label, _low, _high in AGES}
        return context | {
            "today": today,
            "figures": [
                {
                    "currency": one.currency,
                    "tiles": [
                        {
                            "label": FIGURES[figure.key][0],
                            "tone": FIGURES[figure.key][1],
                            "minor": figure.minor,
                            "count": figure.count,
                            "url": self._address(figure.key, one.currency),
                            "is_chosen": chosen == (figure.key, one.currency),
                        }
                        for figure in one.standings
                    ],
                    "ages": [
                        {
                            "key": age.key,
                            "label": ages[age.key],
                            "minor": age.minor,
                            "count": age.count,
                            "tone": "info" if age.key == "NOT_DUE" else "danger",
                        }
                        for age in one.ages
                    ],
                    "invoiced_minor": one.invoiced_minor,
                }
                for one in figures(shown, today=today)
            ],
            "months": expected_by_month(shown, today=today),
        }

    def _address(self, standing: str, currency: str) -> str:
        return f"{reverse('aftersales:payment_board')}?standing={standing}&currency={currency}"
