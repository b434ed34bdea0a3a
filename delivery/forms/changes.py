from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from delivery.models import ChangeRequest, RequirementEffect, Task, TaskEffect
from delivery.models.changes import MOST_SHIFT_DAYS, PriceRelease
from implportal.kernel.forms import DateInput, PageForm
from implportal.kernel.money import LARGEST_MINOR, MoneyField, to_decimal
from presales.models import Requirement

TEXT_LIMIT = 20_000


class ChangeForm(PageForm):
    """What, why, and the effects on dates, price and acceptance.

    The price is left out for people who do not see the project's money.
    """

    title = forms.CharField(label=_("Title"), max_length=200)
    what = forms.CharField(
        label=_("What changes"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In words that the customer understands. Markdown works."),
    )  # fmt: skip
    why = forms.CharField(
        label=_("Why"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )
    acceptance = forms.CharField(
        label=_("Effect on the acceptance"), required=False, max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What is checked in addition, otherwise, or no longer."),
    )  # fmt: skip
    new_end_on = forms.DateField(
        label=_("New planned end"), required=False, widget=DateInput(),
        help_text=_("Leave it empty if the end stays."),
    )  # fmt: skip
    price_release = forms.ChoiceField(label=_("More is payable"), choices=PriceRelease)
    price_on = forms.DateField(label=_("Payable on"), required=False, widget=DateInput())
    terms_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=365, initial=30)

    def __init__(
        self,
        *args: Any,
        currency: str,
        with_money: bool,
        change: ChangeRequest | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price_minor"] = MoneyField(
            currency=currency,
            required=False,
            min_value=-to_decimal(LARGEST_MINOR, currency),
            label=_now("Difference of the price in %(currency)s") % {"currency": currency},
            help_text=_("Less with a minus. Empty if the price stays."),
        )
        money = ("price_minor", "price_release", "price_on", "terms_days")
        if not with_money:
            for name in money:
                del self.fields[name]
        self.order_fields([name for name in self.fields if name not in money] + list(money))
        if change:
            self.initial = {name: getattr(change, name) for name in self.fields}
            self.initial["price_minor"] = change.price_minor or None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("price_release") == PriceRelease.FIXED_DATE and not data.get("price_on"):
            self.add_error("price_on", _now("On which date is the difference payable?"))
        if "price_minor" in data:
            data["price_minor"] = data["price_minor"] or 0
        return data


class RequirementEffectForm(PageForm):
    """What becomes of one requirement. What a kind does not need is left out of account."""

    kind = forms.ChoiceField(
        label=_("What becomes of it"), choices=[
            ("ADD", _("It is new")),
            ("CHANGE", _("Its words or its priority change")),
            ("DROP", _("It is dropped")),
        ],
        widget=forms.RadioSelect, initial="ADD",
    )  # fmt: skip
    requirement = forms.ModelChoiceField(
        label=_("Which requirement"), queryset=Requirement.objects.none(), required=False,
        help_text=_("For one that changes or is dropped."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What must be so"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence that can be checked. Leave it empty to keep the words."),
    )  # fmt: skip
    priority = forms.ChoiceField(
        label=_("Priority"), required=False,
        choices=[("", _("as it is")), *Requirement.Priority.choices],
    )  # fmt: skip

    def __init__(self, *args: Any, change: ChangeRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        untouched = (
            Requirement.objects.in_force()
            .filter(project=change.project_id)
            .exclude(state=Requirement.State.ACCEPTED)
            .exclude(change_effects__change=change)
        )
        self.fields["requirement"].queryset = untouched.order_by("number", "pk")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_new = data.get("kind") == RequirementEffect.Kind.ADD
        if is_new:
            data["requirement"] = None
            for name in ("text", "priority"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _now("A new requirement needs this."))
        elif not data.get("requirement") and "requirement" not in self.errors:
            self.add_error("requirement", _now("Choose the requirement that changes."))
        return data


class TaskEffectForm(PageForm):
    """What becomes of one task of the plan, or which one is added."""

    kind = forms.ChoiceField(
        label=_("What becomes of it"), choices=[
            ("SHIFT", _("It moves")),
            ("ADD", _("It is new")),
        ],
        widget=forms.RadioSelect, initial="SHIFT",
    )  # fmt: skip
    task = forms.ModelChoiceField(
        label=_("Which task moves"), queryset=Task.objects.none(), required=False
    )
    shift_days = forms.IntegerField(
        label=_("By how many working days"), required=False,
        min_value=-MOST_SHIFT_DAYS, max_value=MOST_SHIFT_DAYS,
        help_text=_("Earlier with a minus. Its length stays."),
    )  # fmt: skip
    title = forms.CharField(label=_("Name of the new task"), max_length=160, required=False)
    starts_on = forms.DateField(label=_("Its first day"), required=False, widget=DateInput())
    ends_on = forms.DateField(label=_("Its last day"), required=False, widget=DateInput())

    def __init__(self, *args: Any, change: ChangeRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tasks = Task.objects.open().filter(project=change.project_id)
        untouched = tasks.exclude(change_effects__change=change)
        self.fields["task"].queryset = untouched.order_by("position", "pk")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["shift_days"] = data.get("shift_days") or 0
        needed = ("title", "starts_on") if data.get("kind") == TaskEffect.Kind.ADD else (
            "task", "shift_days",
        )  # fmt: skip
        for name in needed:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _now("This is needed for it."))
        return data


class ApplyForm(PageForm):
    """Try again; with a reason, what still cannot be done is left out."""

    leave_out_reason = forms.CharField(
        label=_("Leave out what cannot be done, because"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Leave it empty to carry out all of it or nothing."),
    )  # fmt: skip
