from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.kernel.forms import PageForm
from implportal.kernel.imports import ImportForm
from implportal.kernel.tables import Table
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


class RequirementImportForm(ImportForm):
    file_help = _("A table (.csv or .xlsx), such as the export of the list or of another tool.")
    text_help = _(
        "The first line names the columns: Requirement, and if you like Code, Priority and "
        "Source. A row with the code of a requirement changes that one."
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

    def rows_of(self, table: Table) -> list[RequirementRow]:
        return rows_of_table(table)
