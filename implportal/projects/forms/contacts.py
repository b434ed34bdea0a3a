from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.kernel.errors import DomainError
from implportal.kernel.forms import PageForm
from implportal.kernel.tables import MAX_BYTES, read_csv_text, read_table
from implportal.projects.domain.contact_imports import ContactRow, rows_of_table, rows_of_vcards
from implportal.projects.models import Contact, Customer


class ContactImportForm(PageForm):
    """A file or pasted text with contacts; ``rows`` holds what was found in it."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.vcf,text/vcard,text/csv"}),
        help_text=gettext_lazy("A table (.csv or .xlsx) or contacts of an address book (.vcf)."),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste it here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The first line of a table names the columns: Name, E-mail, Position, Phone, Kinds."
        ),
    )

    rows: list[ContactRow]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if self.errors:
            return cleaned
        if not file and not text.strip():
            raise forms.ValidationError(_("Choose a file, or paste the contacts."))
        try:
            self.rows = self._read(file, text)
        except DomainError as error:
            self.add_error("file" if file else "text", str(error))
        return cleaned

    def _read(self, file: Any, text: str) -> list[ContactRow]:
        if not file:
            return rows_of_vcards(text) if _is_vcard(text) else rows_of_table(read_csv_text(text))
        head = file.read(64).decode("utf-8-sig", "ignore")
        if not _is_vcard(head):
            return rows_of_table(read_table(file))
        file.seek(0)
        if file.size > MAX_BYTES:
            raise DomainError(_("The file is too large. Split it."))
        return rows_of_vcards(file.read().decode("utf-8-sig", "replace"))


def _is_vcard(text: str) -> bool:
    return text.lstrip().upper().startswith("BEGIN:VCARD")


class MergeForm(PageForm):
    """Which other one is the same."""

    merged: forms.ModelChoiceField

    def __init__(self, *args: Any, choices: QuerySet[Customer] | QuerySet[Contact], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["merged"] = forms.ModelChoiceField(
            queryset=choices,
            label=_("The same as"),
            empty_label=_("Choose"),
            help_text=_("Everything that belongs to it comes here, and it is no longer listed."),
        )
