from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from implportal.catalogue.models import FieldOfBusiness, Product
from implportal.documents.markdown import MAX_CHARACTERS
from implportal.kernel.forms import PageForm
from presales.forms.solutions import LEVELS


class BlockForm(PageForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    product = forms.ModelChoiceField(
        label=gettext_lazy("Product"),
        queryset=Product.objects.none(),
        required=False,
        empty_label=gettext_lazy("for every product"),
    )
    field_of_business = forms.ModelChoiceField(
        label=gettext_lazy("Field of business"),
        queryset=FieldOfBusiness.objects.none(),
        required=False,
        empty_label=gettext_lazy("for every field"),
    )
    markdown = forms.CharField(
        label=gettext_lazy("Text"),
        strip=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
        help_text=gettext_lazy(
            "Markdown, as in sections. Words such as {{customer}} stand for facts of the project "
            "that takes it."
        ),
    )
    lock_version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2_000_000_000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = Product.objects.order_by("name", "pk")
        self.fields["field_of_business"].queryset = FieldOfBusiness.objects.order_by("name", "pk")

    def clean_lock_version(self) -> int:
        return self.cleaned_data["lock_version"] or 0


class TermForm(PageForm):
    word = forms.CharField(
        label=gettext_lazy("Word"),
        max_length=80,
        help_text=gettext_lazy("As it stands in texts, such as EHR or discharge letter."),
    )
    explanation = forms.CharField(
        label=gettext_lazy("What it means"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One sentence that a reader outside the field understands."),
    )


class SolutionTemplateForm(PageForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    purpose = forms.CharField(label=gettext_lazy("When to take it"), max_length=300, required=False)
    is_default = forms.BooleanField(
        label=gettext_lazy("Offer it first when a solution is started"), required=False
    )


class TemplateOfSolutionForm(PageForm):
    title = forms.CharField(label=gettext_lazy("Title of the template"), max_length=160)
    with_texts = forms.BooleanField(
        label=gettext_lazy("Take the texts along, too"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Without pictures. Look through them for names and figures of this customer."
        ),
    )


class SolutionTemplateSectionForm(PageForm):
    title = forms.CharField(label=gettext_lazy("Heading"), max_length=250)
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"), choices=LEVELS, coerce=int, initial=1
    )
    hint = forms.CharField(
        label=gettext_lazy("What belongs here"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Told to whoever writes; never sent."),
    )
    markdown = forms.CharField(
        label=gettext_lazy("Text to begin with"),
        required=False,
        strip=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "true"}),
    )
