"""The thread of requirements: where each is promised, built, taught, accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from presales.models import Requirement, Solution, SolutionSection
from presales.registry import (
    COLUMNS,
    LINK_SOURCES,
    NEVER_MISSING,
    Link,
    LinkSource,
    register_link_source,
)

COLUMN_TITLES = {
    "promised": _("Promised in"),
    "built": _("Built by"),
    "taught": _("Taught in"),
    "accepted": _("Accepted by"),
    "changed": _("Changed by"),
}


@dataclass(frozen=True)
class Cell:
    """One place of one requirement's thread."""

    key: str
    title: str | Promise
    links: list[Link]
    is_hole: bool
    """Nothing there, and the requirement counts, so something belongs there."""


@dataclass(frozen=True)
class Row:
    requirement: Requirement
    cells: list[Cell]

    @property
    def holes(self) -> int:
        return sum(cell.is_hole for cell in self.cells)


def trace(requirements: Iterable[Requirement]) -> list[Row]:
    """Return a row for each requirement with the columns of the matrix.

    Costs as many queries as the registered sources need, however many requirements.
    """
    requirements = list(requirements)
    found = {
        source.key: source.links(requirements) for source in LINK_SOURCES if source.key in COLUMNS
    }
    return [
        Row(
            requirement,
            [_cell(key, requirement, found.get(key, {})) for key in COLUMNS],
        )
        for requirement in requirements
    ]


def thread(requirement: Requirement) -> list[Cell]:
    """Return every registered place of one requirement, the columns of the matrix first."""
    others = {
        source: source.links([requirement]).get(requirement.pk, [])
        for source in LINK_SOURCES
        if source.key not in COLUMNS
    }
    return [
        *trace([requirement])[0].cells,
        *(Cell(source.key, source.title, links, False) for source, links in others.items()),
    ]


def _cell(key: str, requirement: Requirement, found: dict[int, list[Link]]) -> Cell:
    links = found.get(requirement.pk, [])
    counts = (
        key not in NEVER_MISSING
        and requirement.state != Requirement.State.DROPPED
        and (requirement.priority != Requirement.Priority.WONT)
    )
    return Cell(key, COLUMN_TITLES[key], links, counts and not links)


def _sections(requirements: Iterable[Requirement]) -> dict[int, list[Link]]:
    links: dict[int, list[Link]] = defaultdict(list)
    rows = (
        SolutionSection.requirements.through.objects.filter(requirement__in=list(requirements))
        .exclude(solutionsection__solution__state=Solution.State.WITHDRAWN)
        .order_by("solutionsection__order", "pk")
        .values_list(
            "requirement_id",
            "solutionsection__title",
            "solutionsection__key",
            "solutionsection__solution__project_id",
        )
    )
    for requirement_id, title, key, project_id in rows:
        url = reverse("presales:section_detail", kwargs={"project_pk": project_id, "key": key})
        links[requirement_id].append((title, url))
    return links


register_link_source(LinkSource("promised", COLUMN_TITLES["promised"], _sections))
