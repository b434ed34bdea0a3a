"""Installments that are due within a week, and invoices that are late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.models import Installment
from aftersales.models.installments import DUE_SOON_DAYS
from implportal.accounts.models import Role, User
from implportal.kernel.money import format_money
from implportal.notifications.registry import Reminder, ReminderRule, register_rule
from implportal.projects.models import Project

LATE_BY_DAYS = (1, 7, 14, 30)
FORGOTTEN = timedelta(days=60)
"""Later than this, no new message; the payment board shows it all the same."""


def installments_due(now: datetime) -> Iterator[Reminder]:
    """Open invoices that are due within seven days. Two queries."""
    today = timezone.localdate(now)
    soon = _open().filter(due_on__range=(today, today + timedelta(days=DUE_SOON_DAYS)))
    for one, person in _with_people(soon):
        yield Reminder(
            subject_key=f"installment:{one.pk}",
            due_on=one.due_on,
            subject=_("Due soon: %(invoice)s, %(customer)s") % _said(one),
            text=_("%(open)s of %(invoice)s (%(customer)s, %(project)s) are due on %(day)s.")
            % _said(one),
            url=one.get_absolute_url(),
            user=person,
            project_id=one.project_id,
        )


def installments_late(now: datetime) -> Iterator[Reminder]:
    """Open invoices that are late by 1, 7, 14 or 30 days. Two queries."""
    today = timezone.localdate(now)
    late = _open().filter(due_on__range=(today - FORGOTTEN, today - timedelta(days=1)))
    for one, person in _with_people(late):
        days = max(days for days in LATE_BY_DAYS if one.due_on + timedelta(days=days) <= today)
        yield Reminder(
            subject_key=f"installment:{one.pk}",
            due_on=one.due_on + timedelta(days=days),
            subject=_("Overdue: %(invoice)s, %(customer)s") % _said(one),
            text=_(
                "%(open)s of %(invoice)s (%(customer)s, %(project)s) were due on %(day)s. "
                "Ask the customer when the money comes, and note it in the project."
            )
            % _said(one),
            url=one.get_absolute_url(),
            user=person,
            project_id=one.project_id,
        )


def _open() -> QuerySet[Installment]:
    return (
        Installment.objects.filter(
            state=Installment.State.INVOICED, project__in=Project.objects.running()
        )
        .with_people()
        .order_by("due_on", "pk")
    )


def _with_people(installments: QuerySet[Installment]) -> Iterator[tuple[Installment, User]]:
    """Who collects (all business managers where none is named) and who leads the project."""
    everybody = list(
        User.objects.filter(role=Role.BUSINESS_MANAGER, is_active=True).order_by("name", "pk")
    )
    for one in installments:
        project = one.project
        collecting = [project.business_manager] if project.business_manager else everybody
        leading = project.project_manager or project.implementation_manager
        for person in dict.fromkeys([*collecting, leading]):
            yield one, person


def _said(one: Installment) -> dict[str, object]:
    return {
        "invoice": one.invoice_number,
        "customer": one.project.customer.name,
        "project": one.project.code,
        "open": format_money(one.open_minor, one.currency),
        "day": date_format(one.due_on, "j F Y"),
    }


register_rule(
    ReminderRule("aftersales.installment_due", gettext_lazy("Invoice due soon"), installments_due)
)
register_rule(
    ReminderRule("aftersales.installment_late", gettext_lazy("Invoice late"), installments_late)
)
