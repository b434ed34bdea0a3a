"""The thread of requirements: where each is promised, built, taught, accepted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from presales.models import Requirement, Solution, SolutionSection, SuspectLink
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
    marks: Mapping[int, SuspectLink] = field(default_factory=dict)
    """Those that are suspect, by the key of the link."""

    @property
    def places(self) -> list[tuple[Link, SuspectLink | None]]:
        """The links, each with its mark if it is suspect."""
        return [(link, self.marks.get(link.pk)) for link in self.links]


@dataclass(frozen=True)
class Row:
    requirement: Requirement
    cells: list[Cell]

    @property
    def holes(self) -> int:
        return sum(cell.is_hole for cell in self.cells)

    @property
    def marks(self) -> list[SuspectLink]:
        """What about this requirement is suspect."""
        return [mark for cell in self.cells for _link, mark in cell.places if mark]


def trace(requirements: Iterable[Requirement]) -> list[Row]:
    """Return a row for each requirement with the columns of the matrix.

    Costs as many queries as the registered sources need, however many requirements.
    """
    requirements = list(requirements)
    found = {
        source.key: source.links(requirements) for source in LINK_SOURCES if source.key in COLUMNS
    }
    marks = _marks(requirements)
    return [
        Row(
            requirement,
            [
                _cell(key, requirement, found.get(key, {}), marks.get((requirement.pk, key), {}))
                for key in COLUMNS
            ],
        )
        for requirement in requirements
    ]


def _marks(requirements: list[Requirement]) -> dict[tuple[int, str], dict[int, SuspectLink]]:
    """The open marks by requirement and source, then by the key of the link. One query."""
    found: dict[tuple[int, str], dict[int, SuspectLink]] = defaultdict(dict)
    for mark in SuspectLink.objects.open().filter(requirement__in=requirements).order_by("pk"):
        found[mark.requirement_id, mark.source_key][mark.object_id] = mark
    return found


def unanswered(rows: Iterable[Row]) -> int:
    """How many musts no section of the solution answers."""
    return sum(
        row.requirement.priority == Requirement.Priority.MUST and row.cells[0].is_hole
        for row in rows
    )


def thread(requirement: Requirement) -> list[Cell]:
    """Return every registered place of one requirement, the columns of the matrix first."""
    others = {
        source: source.links([requirement]).get(requirement.pk, [])
        for source in LINK_SOURCES
        if source.key not in COLUMNS
    }
    marks = _marks([requirement])
    return [
        *trace([requirement])[0].cells,
        *(
            Cell(
                source.key, source.title, links, False, marks.get((requirement.pk, source.key), {})
            )
            for source, links in others.items()
        ),
    ]


def links_of(requirements: Iterable[Requirement]) -> Iterator[tuple[str, int, Link]]:
    """Everything made for these, as (key of its source, requirement, link)."""
    requirements = list(requirements)
    if not requirements:
        return
    for source in LINK_SOURCES:
        if source.is_origin:
            continue
        for pk, links in source.links(requirements).items():
            for link in links:
                yield source.key, pk, link


def _cell(
    key: str,
    requirement: Requirement,
    found: dict[int, list[Link]],
    marks: Mapping[int, SuspectLink],
) -> Cell:
    links = found.get(requirement.pk, [])
    counts = (
        key not in NEVER_MISSING
        and requirement.state != Requirement.State.DROPPED
        and (requirement.priority != Requirement.Priority.WONT)
    )
    return Cell(key, COLUMN_TITLES[key], links, counts and not links, marks)


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
            "solutionsection_id",
        )
    )
    for requirement_id, title, key, project_id, pk in rows:
        url = reverse("presales:section_detail", kwargs={"project_pk": project_id, "key": key})
        links[requirement_id].append(Link(title, url, pk))
    return links


register_link_source(LinkSource("promised", COLUMN_TITLES["promised"], _sections))
