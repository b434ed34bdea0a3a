"""What the payment board adds up. Each currency by itself; never one with another."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from aftersales.models import Installment
from aftersales.models.installments import AGES, DUE_SOON_DAYS, aged

OPEN = F("amount_minor") - F("paid_minor") - F("written_off_minor")
STATE = Installment.State


@dataclass(frozen=True)
class Figure:
    """What is open of one standing or age."""

    key: str
    minor: int
    count: int


@dataclass(frozen=True)
class CurrencyFigures:
    currency: str
    standings: list[Figure]
    ages: list[Figure]

    @property
    def invoiced_minor(self) -> int:
        return sum(age.minor for age in self.ages)


def figures(installments: QuerySet[Installment], *, today: date) -> list[CurrencyFigures]:
    """Return the five figures and the ages of open invoices, by currency. Costs one query."""
    conditions = {
        "WAITING": Q(state=STATE.WAITING),
        "RELEASED": Q(state=STATE.RELEASED),
        "INVOICED": Q(state=STATE.INVOICED),
        "DUE": Q(
            state=STATE.INVOICED, due_on__range=(today, today + timedelta(days=DUE_SOON_DAYS))
        ),
        "OVERDUE": Q(state=STATE.INVOICED, due_on__lt=today),
    }
    ages = {age[0]: aged(age[0], today) for age in AGES}
    sums = {
        f"{key}_minor": Sum(OPEN, filter=condition, default=0)
        for key, condition in (conditions | ages).items()
    }
    counts = {
        f"{key}_count": Count("pk", filter=condition)
        for key, condition in (conditions | ages).items()
    }
    rows = installments.order_by().values("currency").annotate(**sums, **counts)

    def read(row: dict, keys: dict) -> list[Figure]:
        return [Figure(key, row[f"{key}_minor"], row[f"{key}_count"]) for key in keys]

    return [
        CurrencyFigures(row["currency"], read(row, conditions), read(row, ages))
        for row in rows.order_by("currency")
    ]


@dataclass(frozen=True)
class ExpectedMonth:
    """Money expected in a month; ``month`` None is what nobody can date yet."""

    month: date | None
    amounts: list[tuple[str, int]]


def expected_by_month(installments: QuerySet[Installment], *, today: date) -> list[ExpectedMonth]:
    """Return what is open by the month in which it should arrive. Costs one query.

    An invoice is expected on its due date, or now when that has passed; a released
    installment its days to pay from today; one that waits the same after its fixed date,
    the planned day of its milestone or (for the acceptance) the planned end of its project.
    """
    rows = (
        installments.filter(state__in=[STATE.WAITING, STATE.RELEASED, STATE.INVOICED])
        .order_by()
        .values_list(
            "currency", "state", "due_on", "release_event", "fixed_on", "terms_days",
            "project__planned_end_on", "milestone__ends_on",
        )
        .annotate(minor=Sum(OPEN))
    )  # fmt: skip
    months: dict[date | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for currency, state, due_on, event, fixed_on, terms_days, end_on, reached_on, minor in rows:
        if state == STATE.INVOICED:
            expected = due_on
        else:
            base = {
                "FIXED_DATE": fixed_on,
                "ACCEPTANCE_SIGNED": end_on,
                "MILESTONE_DONE": reached_on,
            }.get(event)
            if state == STATE.RELEASED:
                base = today
            expected = base and max(base, today) + timedelta(days=terms_days)
        month = expected and max(expected, today).replace(day=1)
        months[month][currency] += minor
    return [
        ExpectedMonth(month, sorted(months[month].items()))
        for month in sorted(months, key=lambda month: (month is None, month or today))
    ]
