from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.kernel.errors import DomainError
from implportal.kernel.forms import PageForm
from implportal.kernel.tables import read_csv_text, read_table
from presales.domain.requirement_imports import RequirementRow, rows_of_table
from presales.models import Requirement


class RequirementForm(PageForm):
    text = forms.CharField(
        label=_("Requirement"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One sentence that can be checked, such as “A clerk finds a record by its number "
            "within two seconds.”"
        ),
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Requirement.Priority, initial=Requirement.Priority.MUST
    )
    source = forms.ChoiceField(
        label=_("Where it comes from"),
        choices=Requirement.Source,
        initial=Requirement.Source.EXCHANGE,
    )


class RequirementImportForm(PageForm):
    """A file or pasted text with requirements; ``rows`` holds what was found in it."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        help_text=_("A table (.csv or .xlsx), such as the export of the list or of another tool."),
    )
    text = forms.CharField(
        label=_("Or paste it here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "The first line names the columns: Requirement, and if you like Code, Priority and "
            "Source. A row with the code of a requirement changes that one."
        ),
    )
    priority = forms.ChoiceField(
        label=_("Priority where the table names none"),
        choices=Requirement.Priority,
        initial=Requirement.Priority.MUST,
    )
    source = forms.ChoiceField(
        label=_("Source where the table names none"),
        choices=Requirement.Source,
        initial=Requirement.Source.EXCHANGE,
    )

    rows: list[RequirementRow]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if self.errors:
            return cleaned
        if not file and not text.strip():
            raise forms.ValidationError(_("Choose a file, or paste the table."))
        try:
            self.rows = rows_of_table(read_table(file) if file else read_csv_text(text))
        except DomainError as error:
            self.add_error("file" if file else "text", str(error))
        return cleaned
