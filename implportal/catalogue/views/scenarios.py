"""Scripts by which products are demonstrated."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import CreateView, UpdateView

from implportal.catalogue.filters import ScenarioFilter
from implportal.catalogue.forms import ScenarioForm
from implportal.catalogue.models import Scenario
from implportal.catalogue.views.frame import CatalogueMixin
from implportal.catalogue.views.items import ItemDetail, ItemMixin
from implportal.kernel.views import ListPage


class ScenarioList(CatalogueMixin, ListPage):
    queryset = Scenario.objects.select_related("product")
    filterset_class = ScenarioFilter
    template_name = "catalogue/scenario_list.html"
    section = "scenario_list"
    export_name = "scenarios"
    sorts = {
        "title": ("title", "pk"),
        "product": ("product__name", "title", "pk"),
        "minutes": ("minutes", "title", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Title"), lambda row: row.title),
            (_("Product"), lambda row: row.product.name),
            (_("Goal"), lambda row: row.goal),
            (_("Steps"), lambda row: row.steps),
            (_("Prepared data"), lambda row: row.prepared_data),
            (_("Minutes"), lambda row: row.minutes),
            (_("Used today"), lambda row: _("yes") if row.is_current else _("no")),
        ]


class ScenarioDetail(ItemDetail):
    queryset = Scenario.objects.select_related("product")
    section = "scenario_list"
    text_field = "steps"
    template_name = "catalogue/scenario_detail.html"

    def facts(self) -> list[tuple[str, Any]]:
        item = self.object
        return [
            (_("Product"), item.product.name),
            (_("Goal"), item.goal),
            (_("Minutes"), item.minutes),
            (_("Used today"), _("yes") if item.is_current else _("no")),
        ]


class ScenarioItem(ItemMixin):
    form_class = ScenarioForm
    section = "scenario_list"
    new_title = gettext_lazy("New scenario")


class ScenarioCreate(ScenarioItem, CreateView):
    pass


class ScenarioEdit(ScenarioItem, UpdateView):
    pass
