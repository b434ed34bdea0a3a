from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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


AS_IT_IS = ("", _("As it is"))


class RequirementBulkForm(PageForm):
    """What is to become of several; ``rows`` are those that were chosen."""

    priority = forms.ChoiceField(
        label=_("Priority"), choices=[AS_IT_IS, *Requirement.Priority.choices], required=False
    )
    source = forms.ChoiceField(
        label=_("Source"), choices=[AS_IT_IS, *Requirement.Source.choices], required=False
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            AS_IT_IS,
            (Requirement.State.VERIFIED, _("Verified: it was tried and works")),
            (Requirement.State.PROMISED, _("Promised: not verified any more")),
            (Requirement.State.DROPPED, _("Dropped")),
        ],
        required=False,
    )
    reason = forms.CharField(
        label=_("Why they are dropped"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed only with “Dropped”. It stays readable with each of them."),
    )

    def __init__(self, *args: Any, rows: Sequence[Requirement] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wanted = [name for name in ("priority", "source", "state") if cleaned.get(name)]
        is_drop = cleaned.get("state") == Requirement.State.DROPPED
        if not wanted and not self.errors:
            raise forms.ValidationError(_("Choose what is to change."))
        if is_drop and len(wanted) > 1:
            self.add_error("state", _("What is dropped does not change otherwise."))
        if is_drop and not cleaned.get("reason", "").strip() and "reason" not in self.errors:
            self.add_error("reason", _("Say why, for those who read it later."))
        return cleaned
