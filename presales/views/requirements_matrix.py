"""Where each requirement is promised, built, taught and accepted; what is missing is marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from implportal.documents.domain.printouts import ask_for_printout
from implportal.kernel.exports import xlsx_response
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_contribute
from presales.domain.requirement_links import COLUMN_TITLES, Row, trace, unanswered
from presales.models import Requirement


@dataclass(frozen=True)
class Shown:
    """One way to look at the matrix: ``query`` in the address, how many rows it shows."""

    query: str
    title: str
    rows: list[Row]


class MatrixMixin(ProjectPageMixin):
    """The rows that the address asks for: all, those with a hole (in one column), suspect ones."""

    tab = "requirements"

    @cached_property
    def every(self) -> list[Row]:
        return trace(
            Requirement.objects.visible_to(self.request.user)
            .filter(project=self.project)
            .in_force()
            .in_order()
        )

    @cached_property
    def views(self) -> list[Shown]:
        """The ways to look that show anything, all rows first."""
        found = [
            Shown("missing=any", _("Something is missing"), [r for r in self.every if r.holes]),
            *(
                Shown(
                    f"missing={key}",
                    _("Missing: %(column)s") % {"column": title},
                    [r for r in self.every if any(c.is_hole and c.key == key for c in r.cells)],
                )
                for key, title in COLUMN_TITLES.items()
            ),
            Shown("suspect=1", _("Suspect"), [r for r in self.every if r.marks]),
        ]
        return [
            Shown("", _("All requirements"), self.every),
            *(one for one in found if one.rows or one == self._asked_of(found)),
        ]

    @cached_property
    def shown(self) -> Shown:
        return self._asked_of(self.views) or self.views[0]

    def _asked_of(self, views: list[Shown]) -> Shown | None:
        if "suspect" in self.request.GET:
            query = "suspect=1"
        else:
            query = f"missing={self.request.GET.get('missing', '')}"
        return next((one for one in views if one.query == query), None)


class RequirementMatrix(MatrixMixin, TemplateView):
    template_name = "presales/requirement_matrix.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "xlsx":
            return self.spreadsheet()
        rows = self.shown.rows
        return self.render_to_response(
            self.get_context_data(
                rows=rows,
                shown=self.shown,
                views=self.views,
                columns=COLUMN_TITLES.values(),
                holes=sum(row.holes for row in rows),
                unanswered=unanswered(rows),
                marks=[mark for row in rows for mark in row.marks],
                may_clear=may_contribute(request.user, self.project) and self.project.is_running,
            )
        )

    def spreadsheet(self) -> HttpResponse:
        return xlsx_response(
            "traceability",
            [
                _("Code"), _("Requirement"), _("Priority"), _("State"),
                *map(str, COLUMN_TITLES.values()),
            ],
            (
                [
                    row.requirement.code,
                    row.requirement.text,
                    row.requirement.get_priority_display(),
                    row.requirement.get_state_display(),
                    *(
                        "; ".join(link.label for link in cell.links)
                        or (_("missing") if cell.is_hole else "")
                        for cell in row.cells
                    ),
                ]
                for row in self.shown.rows
            ),
        )  # fmt: skip


class RequirementMatrixPrint(MatrixMixin, View):
    """Asked for by a button; a worker makes the PDF, and a page shows when it is there."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        place = {"project_pk": self.project.pk}
        back = reverse("presales:requirement_matrix", kwargs=place)
        rows = self.shown.rows
        page = render_to_string(
            "presales/requirement_matrix_print.html",
            {
                "project": self.project,
                "supplier": settings.ORGANISATION_NAME,
                "rows": rows,
                "columns": COLUMN_TITLES.values(),
                "shown": self.shown.title,
                "holes": sum(row.holes for row in rows),
                "unanswered": unanswered(rows),
                "now": now,
            },
        )
        word = ask_for_printout(
            project=self.project,
            html=page,
            title=_("Traceability"),
            file_name=f"traceability-{self.project.code}.pdf",
            back=f"{back}?{self.shown.query}" if self.shown.query else back,
            actor=request.user,
            at=now,
        )
        return HttpResponseRedirect(
            reverse("documents:printout_detail", kwargs=place | {"word": word})
        )
