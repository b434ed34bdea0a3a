from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import time_zones
from implportal.kernel.forms import PageModelForm
from implportal.projects.models import Contact, ContactKind, Customer


class CustomerForm(PageModelForm):
    """Master data of a customer; nothing follows from it, so the form saves it."""

    class Meta:
        model = Customer
        fields = (
            "name",
            "field_of_business",
            "region",
            "address",
            "is_remote",
            "time_zone",
            "currency",
        )
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}

    is_another = forms.BooleanField(
        label=_("This is another customer"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget = forms.Select(
            choices=[(name, name) for name in sorted(time_zones()) if "/" in name]
        )

    def ask_whether_it_is_another(self, alike: list[Customer]) -> None:
        """Refuse once, with the customers of almost the same name and a box to tick."""
        self.fields["is_another"].widget = forms.CheckboxInput()
        names = ", ".join(customer.name for customer in alike)
        self.add_error(
            "name",
            gettext("There is %(names)s already. Use that one, or say below that this is another.")
            % {"names": names},
        )


class ContactForm(PageModelForm):
    """A person at the customer. ``instance`` already knows its customer."""

    kinds = forms.MultipleChoiceField(
        label=_("What they are"),
        choices=ContactKind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The customer who pays and the person who works with it are often different."),
    )

    class Meta:
        model = Contact
        fields = ("name", "title", "email", "phone", "kinds", "consents_to_reference")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def _get_validation_exclusions(self) -> set[str]:
        # The customer is not a field, but its e-mail addresses must differ all the same.
        return super()._get_validation_exclusions() - {"customer"}
