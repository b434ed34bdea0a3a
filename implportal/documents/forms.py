from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class VerificationForm(forms.Form):
    """The file to check."""

    file = forms.FileField(
        label=_("The PDF file"),
        help_text=_("The file is checked and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={
            "required": _("Choose the PDF file to check."),
            "empty": _("The file is empty. Choose the signed PDF that you received."),
        },
    )
