"""Requirements from a file: first every row and what becomes of it, then all of them at once."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView

from implportal.kernel.imports import ImportPageMixin
from implportal.projects.pages import ProjectPageMixin
from presales.domain.requirement_imports import (
    RequirementRow,
    check_rows,
    import_requirements,
    newest_number,
)
from presales.forms.requirements import RequirementImportForm
from presales.pages import ContributorMixin


class RequirementImport(ContributorMixin, ImportPageMixin, ProjectPageMixin, FormView):
    tab = "requirements"
    form_class = RequirementImportForm
    template_name = "presales/requirement_import.html"
    row_class = RequirementRow

    @property
    def place(self) -> str:
        return f"presales.requirement:{self.project.pk}"

    def check(self, rows: list[RequirementRow], **chosen: str) -> list[RequirementRow]:
        return check_rows(rows, project=self.project, **chosen)

    def is_good(self, row: RequirementRow) -> bool:
        return not row.error and row.kind != "SAME"

    def seen(self) -> int:
        return newest_number(self.project)

    def keep(self, rows: list[RequirementRow], seen: int) -> str:
        added, changed = import_requirements(
            project=self.project,
            rows=rows,
            latest=seen,
            actor=self.request.user,
            at=timezone.now(),
        )
        return _("From the file: %(added)s new requirements, %(changed)s changed.") % {
            "added": len(added),
            "changed": len(changed),
        }

    def get_success_url(self) -> str:
        return reverse("presales:requirement_list", kwargs={"project_pk": self.project.pk})
