"""Several requirements changed at once, and the order that people give them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView

from implportal.kernel.imports import ImportPageMixin
from implportal.kernel.views import ReorderView
from implportal.projects.models import Project
from implportal.projects.pages import ProjectPageMixin
from presales.domain.requirement_bulk import (
    PlannedChange,
    change_requirements,
    order_requirements,
    plan_changes,
)
from presales.domain.requirement_suspects import suspects_in
from presales.filters.requirements import RequirementFilter
from presales.forms.requirements import RequirementBulkForm
from presales.models import Requirement
from presales.pages import ContributorMixin


class RequirementBulk(ContributorMixin, ImportPageMixin, ProjectPageMixin, FormView):
    """Asked from the list: what is to become of the chosen rows; shown, then done.

    The address carries the list's filters, both to find “all” and to lead back there.
    """

    tab = "requirements"
    form_class = RequirementBulkForm
    template_name = "presales/requirement_bulk.html"
    row_class = PlannedChange

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.get_success_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "rows" not in request.POST and not self.chosen:
            messages.error(request, _("Choose at least one requirement."))
            return HttpResponseRedirect(self.get_success_url())
        if "look" in request.POST or "rows" in request.POST:
            return super().post(request, *args, **kwargs)
        return self.render_to_response(self.get_context_data(form=self.unbound_form()))

    @cached_property
    def chosen(self) -> list[Requirement]:
        requirements = Requirement.objects.visible_to(self.request.user).filter(
            project=self.project
        )
        if "all" in self.request.POST:
            return list(self._filtered(requirements).in_order())
        # One field after the first page, as many as rows on it.
        keys = ",".join(self.request.POST.getlist("chosen")).split(",")
        wanted = [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 16]  # noqa: PLR2004
        return list(requirements.filter(pk__in=wanted).in_order())

    def _filtered(self, requirements: QuerySet) -> QuerySet:
        return RequirementFilter(
            self.request.GET,
            requirements.with_coverage(),
            request=self.request,
            suspects=suspects_in(self.project),
        ).qs

    @property
    def place(self) -> str:
        return f"presales.requirement.bulk:{self.project.pk}"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"rows": self.chosen}

    def check(self, rows: list, **chosen: str) -> list[PlannedChange]:
        if chosen:
            return plan_changes(rows, reason=chosen.pop("reason"), wanted=chosen)
        present = {one.code: one for one in self.project.requirements.in_order()}
        return [
            plan_changes([present[row.code]], wanted=row.now, reason=row.reason)[0] for row in rows
        ]

    def is_good(self, row: PlannedChange) -> bool:
        return row.kind == "CHANGE" and not row.error

    def keep(self, rows: list[PlannedChange], seen: None) -> str:
        changed = change_requirements(
            project=self.project, rows=rows, actor=self.request.user, at=timezone.now()
        )
        return ngettext(
            "%(count)s requirement is changed.", "%(count)s requirements are changed.", len(changed)
        ) % {"count": len(changed)}

    def get_success_url(self) -> str:
        url = reverse("presales:requirement_list", kwargs={"project_pk": self.project.pk})
        query = self.request.GET.urlencode()
        return f"{url}?{query}" if query else url

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            chosen=self.chosen,
            keys=",".join(str(one.pk) for one in self.chosen),
            list_url=self.get_success_url(),
            **kwargs,
        )


class RequirementOrder(ReorderView):
    queryset = Project.objects.all()
    pk_url_kwarg = "project_pk"

    def reorder(self, keys: list[int]) -> None:
        order_requirements(
            project=self.object, keys=keys, actor=self.request.user, at=timezone.now()
        )
