from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.kernel.forms import PageForm

TEXT = forms.Textarea(attrs={"rows": 4})


class QuestionForm(PageForm):
    text = forms.CharField(label=_("Your question"), max_length=5000, widget=TEXT)


class ReplyForm(PageForm):
    text = forms.CharField(label=_("What else you would like to say"), max_length=5000, widget=TEXT)


class AnswerForm(PageForm):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=5000,
        widget=TEXT,
        help_text=_("The customer gets it by mail and settles the question, or asks on."),
    )


class CodeForm(PageForm):
    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "pattern": "[0-9 ]*"}
        ),
    )

    def clean_code(self) -> str:
        return self.cleaned_data["code"].replace(" ", "")


class DeclineForm(PageForm):
    reason = forms.CharField(
        label=_("Why you do not sign"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The sender reads it, and so do the others who were asked to sign."),
    )


class SignForm(PageForm):
    """The digests and the consent text that were shown come back with the form."""

    typed_name = forms.CharField(
        label=_("Your full name, as your signature"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    consent = forms.BooleanField(
        label="",
        error_messages={"required": _("Tick the box to agree to sign electronically.")},
    )
    content_sha256 = forms.CharField(widget=forms.HiddenInput)
    pdf_sha256 = forms.CharField(widget=forms.HiddenInput)
    consent_version = forms.CharField(widget=forms.HiddenInput)
    consent_language = forms.CharField(widget=forms.HiddenInput)
    time_zone = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, consent_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = consent_text
