from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from aftersales.domain.installments import InstallmentRow
from aftersales.models import Installment, ReleaseEvent
from implportal.kernel.forms import DateInput, PageForm
from implportal.kernel.money import MoneyField, format_money

MOST_ROWS = 40
CHOSEN_EVENTS = [choice for choice in ReleaseEvent.choices if choice[0] != "CHANGE_SIGNED"]
"""What a person chooses; the part of a change request is made by its signature."""


class InstallmentForm(PageForm):
    """One line of the division: a share in percent or an amount, and what releases it."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=160)
    percent = forms.DecimalField(
        label=_("Percent"), required=False, min_value=Decimal("0.01"), max_value=100,
        decimal_places=2,
    )  # fmt: skip
    release_event = forms.ChoiceField(label=_("Released by"), choices=CHOSEN_EVENTS)
    milestone = forms.TypedChoiceField(
        label=_("Milestone"), required=False, coerce=int, empty_value=None
    )
    fixed_on = forms.DateField(label=_("Date"), required=False, widget=DateInput)
    terms_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=365, initial=30)

    def __init__(
        self, *args: Any, currency: str, milestones: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(currency=currency, required=False)
        self.fields["milestone"].choices = [("", "–"), *milestones]
        if not milestones:
            self.fields["release_event"].choices = [
                choice for choice in CHOSEN_EVENTS if choice[0] != ReleaseEvent.MILESTONE_DONE
            ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        percent, amount = data.get("percent"), data.get("amount")
        if not self.errors.keys() & {"percent", "amount"} and (percent is None) == (not amount):
            self.add_error("percent", _("Give either a percentage or an amount."))
        event = data.get("release_event")
        if event == ReleaseEvent.FIXED_DATE and not data.get("fixed_on"):
            self.add_error("fixed_on", _("Which date releases it?"))
        if event == ReleaseEvent.MILESTONE_DONE and not data.get("milestone"):
            self.add_error("milestone", _("Which milestone releases it?"))
        return data

    def row(self) -> InstallmentRow:
        data = self.cleaned_data
        event, percent = data["release_event"], data["percent"]
        return InstallmentRow(
            pk=data["pk"],
            title=data["title"],
            release_event=event,
            percent_points=None if percent is None else int(percent * 100),
            amount_minor=data["amount"] if percent is None else None,
            # A choice that was changed leaves the other field's value behind.
            milestone_id=data["milestone"] if event == ReleaseEvent.MILESTONE_DONE else None,
            fixed_on=data["fixed_on"] if event == ReleaseEvent.FIXED_DATE else None,
            terms_days=data["terms_days"],
        )


class BaseInstallmentFormSet(forms.BaseFormSet):
    """Rows that are left empty or ticked for removal do not count."""

    def add_fields(self, form: InstallmentForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove this part")

    def rows(self) -> list[InstallmentRow]:
        return [
            form.row()
            for form in self.forms
            if form.has_changed() and not form.cleaned_data.get("DELETE")
        ]


InstallmentFormSet = forms.formset_factory(
    InstallmentForm,
    formset=BaseInstallmentFormSet,
    extra=0,
    can_delete=True,
    max_num=MOST_ROWS,
    validate_max=True,
)


def initial_row(installment: Installment) -> dict[str, Any]:
    """What the form of an installment begins with."""
    points = installment.percent_points
    return {
        "pk": installment.pk,
        "title": installment.title,
        "percent": None if points is None else Decimal(points) / 100,
        "amount": installment.amount_minor if points is None else None,
        "release_event": installment.release_event,
        "milestone": installment.milestone_id,
        "fixed_on": installment.fixed_on,
        "terms_days": installment.terms_days,
    }


class InvoiceForm(PageForm):
    invoiced_on = forms.DateField(label=_("Date of the invoice"), widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["invoiced_on"].initial = timezone.localdate


class ReceiptForm(PageForm):
    """Money that arrived, and how much of it belongs to each open invoice."""

    received_on = forms.DateField(label=_("Received on"), widget=DateInput)
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=140,
        help_text=_("What the bank statement says."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, currency: str, invoices: Sequence[Installment], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate
        self.fields["amount"] = MoneyField(
            currency=currency, label=_now("Amount in %(currency)s") % {"currency": currency}
        )
        self.order_fields(["amount", "received_on", "reference", "note"])
        self.invoices = invoices
        for invoice in invoices:
            self.fields[f"part_{invoice.pk}"] = MoneyField(
                currency=currency,
                required=False,
                label=str(invoice),
                help_text=_now("%(project)s: %(open)s open, due on %(day)s.")
                % {
                    "project": invoice.project.code,
                    "open": format_money(invoice.open_minor, currency),
                    "day": date_format(invoice.due_on, "j F Y"),
                },
            )

    @property
    def parts(self) -> list[forms.BoundField]:
        return [self[f"part_{invoice.pk}"] for invoice in self.invoices]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("part_")]

    def clean_amount(self) -> int:
        if not self.cleaned_data["amount"]:
            raise ValidationError(_now("How much arrived?"))
        return self.cleaned_data["amount"]

    def allocations(self) -> dict[int, int]:
        return {
            invoice.pk: part
            for invoice in self.invoices
            if (part := self.cleaned_data.get(f"part_{invoice.pk}"))
        }
