"""Where a solution and each of its sections stand, as the pages show it. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from implportal.documents.models import DocumentVersion
from implportal.documents.outline import own_number
from implportal.signing.domain.progress import (
    ReadingState,
    SectionReading,
    reading_state,
)
from presales.domain.review import latest_version
from presales.domain.section_comments import open_comments
from presales.domain.solutions import empty_sections, final_texts
from presales.domain.variables import variables_of
from presales.models import Solution, SolutionSection

if TYPE_CHECKING:
    from implportal.signing.models import Question


@dataclass(frozen=True)
class Look:
    """How a standing is drawn: never by its colour alone."""

    label: str | Promise
    tone: str
    icon: str


EMPTY = Look(_("Still empty"), "neutral", "circle")
DRAFT = Look(_("Not sent yet"), "neutral", "pencil")
CHANGED = Look(_("Changed since the last version"), "info", "circle-dot")
HEADING = Look(_("Only a heading"), "neutral", "chevron-right")
NEEDS_CONFIRMATION = Look(_("Not understood yet"), "waiting", "hourglass")
QUESTION_OPEN = Look(_("Question open"), "waiting", "message-question")
UNDERSTOOD = Look(_("Understood"), "done", "circle-check")


@dataclass(frozen=True)
class SectionStanding:
    section: SolutionSection
    look: Look
    requirements: int
    comments: int = 0
    understood_by: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class SolutionStanding:
    """``reading`` is None before the first version."""

    sections: list[SectionStanding]
    version: DocumentVersion | None
    reading: ReadingState | None
    empty: list[SolutionSection]
    open_comments: int = 0

    @property
    def next_version(self) -> int:
        return self.version.version + 1 if self.version else 1

    @property
    def ready_to_sign(self) -> bool:
        return bool(self.reading and self.reading.ready_to_sign)

    def of(self, key: str) -> SectionStanding | None:
        return next((one for one in self.sections if one.section.key == key), None)


def solution_standing(solution: Solution) -> SolutionStanding:
    """Work out where each section stands. Costs eight queries for any number of sections."""
    sections = list(solution.sections.in_order().prefetch_related("requirements"))
    version = latest_version(solution)
    reading = reading_state(version) if version else None
    frozen_on = (
        date.fromisoformat(version.content["date"]) if version else solution.created_at.date()
    )
    texts = final_texts(solution, sections, variables_of(solution, on=frozen_on)).texts
    empty = [one for one in empty_sections(sections) if not texts[one.key].strip()]
    comments = open_comments(solution)
    return SolutionStanding(
        sections=_standings(
            sections,
            version,
            reading,
            {section.pk for section in empty},
            texts,
            comments=comments,
        ),
        version=version,
        reading=reading,
        empty=empty,
        open_comments=sum(comments.values()),
    )


def _standings(
    sections: Iterable[SolutionSection],
    version: DocumentVersion | None,
    reading: ReadingState | None,
    empty: set[int],
    texts: dict[str, str],
    *,
    comments: dict[int | None, int],
) -> list[SectionStanding]:
    frozen = {section["key"]: section for section in version.content["sections"]} if version else {}
    read = {section.key: section for section in reading.sections} if reading else {}
    return [
        SectionStanding(
            section,
            EMPTY
            if section.pk in empty
            else _look(section, frozen.get(section.key), mine, version, texts[section.key]),
            len(section.requirements.all()),
            comments.get(section.pk, 0),
            mine.confirmed_by if mine else (),
            mine.questions if mine else (),
        )
        for section in sections
        for mine in [read.get(section.key)]
    ]


def _look(
    section: SolutionSection,
    frozen: dict[str, Any] | None,
    reading: SectionReading | None,
    version: DocumentVersion | None,
    text: str,
) -> Look:
    if reading and reading.open_questions:
        return QUESTION_OPEN
    if not text.strip():
        return HEADING
    if version is None:
        return DRAFT
    titles = {section.title, own_number(section.title)[1]}
    if not frozen or frozen["title"] not in titles or frozen["markdown"] != text:
        return CHANGED
    return UNDERSTOOD if reading and reading.is_understood else NEEDS_CONFIRMATION
