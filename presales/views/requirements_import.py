"""Requirements from a file: first every row and what becomes of it, then all of them at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView

from implportal.kernel.errors import DomainError
from implportal.projects.pages import ProjectPageMixin
from presales.domain.requirement_imports import (
    RequirementRow,
    check_rows,
    import_requirements,
    newest_number,
)
from presales.forms.requirements import RequirementImportForm
from presales.pages import ContributorMixin

SALT = "presales.requirement_import"
VALID_SECONDS = 24 * 3600


class RequirementImport(ContributorMixin, ProjectPageMixin, FormView):
    """The rows that were shown travel in the page, sealed: what is kept is what was seen.

    Where somebody changed requirements meanwhile, the same rows are shown anew.
    """

    tab = "requirements"
    form_class = RequirementImportForm
    template_name = "presales/requirement_import.html"
    http_method_names = ["get", "post", "head", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "rows" in request.POST:
            return self.keep(request.POST["rows"])
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: RequirementImportForm) -> HttpResponse:
        rows = check_rows(
            form.rows,
            project=self.project,
            priority=form.cleaned_data["priority"],
            source=form.cleaned_data["source"],
        )
        return self.show(form, rows)

    def show(
        self, form: RequirementImportForm, rows: list[RequirementRow], error: str = ""
    ) -> HttpResponse:
        good = [row for row in rows if row.kind in {"NEW", "CHANGE"} and not row.error]
        sealed = signing.dumps(
            {"rows": [asdict(row) for row in good], "latest": newest_number(self.project)},
            salt=self.salt,
            compress=True,
        )
        counts = Counter("ERROR" if row.error else row.kind for row in rows)
        return self.render_to_response(
            self.get_context_data(
                form=form, rows=rows, good=len(good), sealed=sealed, counts=counts, stale=error
            )
        )

    def keep(self, sealed: str) -> HttpResponse:
        try:
            seen = signing.loads(sealed, salt=self.salt, max_age=VALID_SECONDS)
        except signing.BadSignature:
            messages.error(self.request, _("This preview is too old. Choose the file again."))
            return HttpResponseRedirect(self.request.path)
        rows = [RequirementRow(**row) for row in seen["rows"]]
        try:
            added, changed = import_requirements(
                project=self.project,
                rows=rows,
                latest=seen["latest"],
                actor=self.request.user,
                at=timezone.now(),
            )
        except DomainError as error:
            form = self.form_class(initial=self.get_initial())
            return self.show(form, check_rows(rows, project=self.project), str(error))
        messages.success(
            self.request,
            _("From the file: %(added)s new requirements, %(changed)s changed.")
            % {"added": len(added), "changed": len(changed)},
        )
        return HttpResponseRedirect(
            reverse("presales:requirement_list", kwargs={"project_pk": self.project.pk})
        )

    @property
    def salt(self) -> str:
        """Rows that were shown for one project are kept in no other."""
        return f"{SALT}:{self.project.pk}"
