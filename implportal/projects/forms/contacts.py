from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.base import File
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.kernel.forms import PageForm
from implportal.kernel.imports import ImportForm
from implportal.kernel.tables import MAX_BYTES, BadTable, Table
from implportal.projects.domain.contact_imports import ContactRow, rows_of_table, rows_of_vcards
from implportal.projects.models import Contact, Customer


class ContactImportForm(ImportForm):
    accept = ".csv,.xlsx,.vcf,text/vcard,text/csv"
    file_help = gettext_lazy("A table (.csv or .xlsx) or contacts of an address book (.vcf).")
    text_help = gettext_lazy(
        "The first line of a table names the columns: Name, E-mail, Position, Phone, Kinds."
    )

    def rows_of(self, table: Table) -> list[ContactRow]:
        return rows_of_table(table)

    def read(self, file: File | None, text: str) -> list[ContactRow]:
        """Read vCards besides tables."""
        head = file.read(64).decode("utf-8-sig", "ignore") if file else text
        if not head.lstrip().upper().startswith("BEGIN:VCARD"):
            return super().read(file, text)
        if file is None:
            return rows_of_vcards(text)
        if file.size > MAX_BYTES:
            raise BadTable(_("The file is too large. Split it."))
        file.seek(0)
        return rows_of_vcards(file.read().decode("utf-8-sig", "replace"))


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
