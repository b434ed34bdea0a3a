from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.kernel.forms import PageForm
from implportal.projects.models import Contact, Project
from presales.models import SCALE

VALID_DAYS = 30


class IntroductionForm(PageForm):
    title = forms.CharField(label=_("Title"), max_length=160)
    greeting = forms.CharField(
        label=_("First words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What this customer reads first. Markdown works."),
    )


class PartForm(PageForm):
    title = forms.CharField(label=_("Heading"), max_length=160, required=False)
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown works."),
    )


class GiveForm(PageForm):
    """To whom an introduction is given, and what the mail says."""

    contacts = forms.ModelMultipleChoiceField(
        label=_("To"), queryset=Contact.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(
        label=_("Your words in the mail"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    valid_days = forms.IntegerField(
        label=_("Days the link is open"), min_value=1, max_value=365, initial=VALID_DAYS
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contacts"].queryset = Contact.objects.filter(
            customer=project.customer_id
        ).order_by("name", "pk")


class ConfidenceForm(PageForm):
    confidence = forms.TypedChoiceField(
        label=_("Confidence in us, from 1 (none) to 5 (full)"),
        choices=[(step, str(step)) for step in SCALE],
        coerce=int,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
