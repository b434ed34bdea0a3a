"""What all pages of the catalogue show."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from implportal.catalogue.permissions import may_edit_catalogue

SECTIONS = (
    ("overview", gettext_lazy("Overview")),
    ("profile_list", gettext_lazy("Company profile")),
    ("qualification_list", gettext_lazy("Qualifications")),
    ("reference_list", gettext_lazy("References")),
    ("solution_list", gettext_lazy("Solutions")),
    ("product_list", gettext_lazy("Products")),
    ("scenario_list", gettext_lazy("Scenarios")),
    ("person_list", gettext_lazy("People")),
    ("field_list", gettext_lazy("Fields of business")),
)


class CatalogueMixin:
    """What every page of the catalogue shows: its sections, and whether one may edit."""

    section = ""

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            sections=[
                (label, reverse(f"catalogue:{route}"), route == self.section)
                for route, label in SECTIONS
            ],
            may_edit=may_edit_catalogue(self.request.user),
            today=timezone.localdate(),
            **kwargs,
        )
