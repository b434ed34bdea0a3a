from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aftersales.models import Installment
from aftersales.models.installments import AGES, aged
from implportal.kernel.money import CURRENCIES

DUE, OVERDUE = "DUE", "OVERDUE"
STANDINGS = [
    *Installment.State.choices[:3],
    (DUE, _("Due within a week")),
    (OVERDUE, _("Overdue")),
    *Installment.State.choices[3:],
]


def standing(installments: QuerySet, value: str) -> QuerySet:
    """Narrow to one standing: a stored state, or one that today's date makes."""
    today = timezone.localdate()
    if value == DUE:
        return installments.due_soon(today)
    if value == OVERDUE:
        return installments.overdue(today)
    return installments.filter(state=value)


class InstallmentFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search project, installment or invoice"), method="search")
    standing = filters.ChoiceFilter(
        label=_("State"), choices=STANDINGS, method="by_standing", empty_label=_("All")
    )
    age = filters.ChoiceFilter(
        label=_("Days late"),
        choices=[(key, label) for key, label, _low, _high in AGES],
        method="by_age",
        empty_label=_("All"),
    )
    currency = filters.ChoiceFilter(label=_("Currency"), choices=CURRENCIES, empty_label=_("All"))
    customer = filters.CharFilter(
        label=_("Customer"), field_name="project__customer__name", lookup_expr="icontains"
    )
    manager = filters.CharFilter(label=_("Manager"), method="by_manager")

    class Meta:
        model = Installment
        fields: list[str] = []

    def search(self, installments: QuerySet, name: str, value: str) -> QuerySet:
        return installments.filter(
            Q(title__icontains=value)
            | Q(invoice_number__icontains=value)
            | Q(project__code__icontains=value)
            | Q(project__title__icontains=value)
            | Q(project__customer__name__icontains=value)
        )

    def by_standing(self, installments: QuerySet, name: str, value: str) -> QuerySet:
        return standing(installments, value)

    def by_age(self, installments: QuerySet, name: str, value: str) -> QuerySet:
        return installments.filter(aged(value, timezone.localdate()))

    def by_manager(self, installments: QuerySet, name: str, value: str) -> QuerySet:
        return installments.filter(
            Q(project__implementation_manager__name__icontains=value)
            | Q(project__project_manager__name__icontains=value)
            | Q(project__business_manager__name__icontains=value)
        )
