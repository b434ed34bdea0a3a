from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.kernel.forms import PageForm
from implportal.projects.models import Contact, Project
from presales.models import SCALE, Introduction

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


class NewIntroductionForm(IntroductionForm):
    """With an earlier introduction, its parts are the start; without, the company profile."""

    earlier = forms.ModelChoiceField(
        label=_("Begin with the parts of"),
        queryset=Introduction.objects.none(),
        required=False,
        empty_label=_("the company profile"),
        help_text=_(
            "An earlier introduction of yours or of your team. What may not be shown any more "
            "is left out, and you are told of it."
        ),
    )
    field_order = ("earlier", "title", "greeting")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier = Introduction.objects.visible_to(user).filter(parts__isnull=False)
        self.fields["earlier"].queryset = (
            earlier.select_related("project__customer").distinct().order_by("-created_at", "-pk")
        )
        self.fields["earlier"].label_from_instance = lambda one: (
            f"{one.project.code} · {one.project.customer.name} · {one.title}"
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


class WordsForm(PartForm):
    """Words for this customer in a part whose words stand in the catalogue."""

    title = forms.CharField(
        label=_("Heading"),
        max_length=160,
        required=False,
        help_text=_("Empty: that of the catalogue."),
    )
    replaces_text = forms.TypedChoiceField(
        label=_("Where they stand"),
        choices=[
            ("", _("before the words of the catalogue")),
            ("1", _("instead of the words of the catalogue")),
        ],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("In this introduction alone; the catalogue stays as it is."),
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("replaces_text") and not cleaned.get("text", "").strip():
            self.add_error("text", _("Write the words that shall stand there instead."))
        return cleaned


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


class FeedbackForm(PageForm):
    """What a reader thinks, said behind the link."""

    confidence = forms.TypedChoiceField(
        label=_("How confident are you that we are the right ones for this?"),
        choices=[
            (5, _("5 – fully")),
            (4, _("4 – mostly")),
            (3, _("3 – half and half")),
            (2, _("2 – a little")),
            (1, _("1 – not at all")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("What should we know, or tell you more about?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
