"""How far a document has got with its readers: what is understood, what was asked."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from implportal.documents.canonical import canonical_bytes
from implportal.documents.models import DocumentVersion
from implportal.signing.models import Question, SectionConfirmation

PREFIX = b"implportal/section/1\n"


@dataclass(frozen=True)
class SectionReading:
    """How far one section has got with its readers."""

    key: str
    number: str
    title: str
    needs_confirmation: bool
    confirmed_by: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def is_understood(self) -> bool:
        return bool(self.confirmed_by)

    @property
    def open_questions(self) -> int:
        return sum(not question.is_closed for question in self.questions)


@dataclass(frozen=True)
class ReadingState:
    """How far a version has got with its readers.

    A section counts as understood once one reader has confirmed its present words, in
    this version or an earlier one. A heading without text needs no confirmation. A
    question counts as open until its reader has settled it, whatever version it was
    asked on; those whose section is gone stand in ``other_questions``.
    """

    sections: tuple[SectionReading, ...]
    other_questions: tuple[Question, ...] = ()
    readers: tuple[str, ...] = field(default=())

    @property
    def total(self) -> int:
        return sum(section.needs_confirmation for section in self.sections)

    @property
    def understood(self) -> int:
        return sum(s.needs_confirmation and s.is_understood for s in self.sections)

    @property
    def questions(self) -> list[Question]:
        mine = [question for section in self.sections for question in section.questions]
        return [*mine, *self.other_questions]

    @property
    def open_questions(self) -> int:
        """Not settled by the reader yet, answered or not."""
        return sum(not question.is_closed for question in self.questions)

    @property
    def unanswered_questions(self) -> int:
        """Waiting for an answer of ours."""
        return sum(question.state == Question.State.OPEN for question in self.questions)

    @property
    def ready_to_sign(self) -> bool:
        return self.understood == self.total and self.open_questions == 0


TEXT_IN_HTML = re.compile(r">\s*[^<\s]")
"""A word between tags: asked of every section of every page, so it parses nothing."""


def section_sha256(section: dict[str, Any]) -> str:
    """Digest of the words of a section: title and text, whatever its place or spacing."""
    words = {name: " ".join(str(section[name]).split()) for name in ("title", "html")}
    return hashlib.sha256(PREFIX + canonical_bytes(words)).hexdigest()


def needs_confirmation(section: dict[str, Any]) -> bool:
    """A heading that only holds further sections has nothing to understand."""
    return "<img" in section["html"] or bool(TEXT_IN_HTML.search(f">{section['html']}"))


def reading_state(version: DocumentVersion, *, email: str = "") -> ReadingState:
    """Say how far ``version`` has got; with ``email``, counting one reader's confirmations.

    Costs three queries.
    """
    sections = version.content["sections"]
    digests = {section["key"]: section_sha256(section) for section in sections}
    confirmations = SectionConfirmation.objects.filter(
        version__kind=version.kind,
        version__content_type=version.content_type_id,
        version__object_id=version.object_id,
        version__version__lte=version.version,
        section_sha256__in=set(digests.values()),
    )
    if email:
        confirmations = confirmations.filter(email=email)
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for sha256, address, name in confirmations.order_by("confirmed_at", "pk").values_list(
        "section_sha256", "email", "name"
    ):
        names[sha256][address] = name

    by_section, others = _questions_by_section(version, sections)
    return ReadingState(
        sections=tuple(
            SectionReading(
                key=section["key"],
                number=section["number"],
                title=section["title"],
                needs_confirmation=needs_confirmation(section),
                confirmed_by=tuple(names[digests[section["key"]]].values()),
                questions=tuple(by_section[section["key"]]),
            )
            for section in sections
        ),
        other_questions=tuple(others),
        readers=tuple(
            dict.fromkeys(name for confirmed in names.values() for name in confirmed.values())
        ),
    )


def _questions_by_section(
    version: DocumentVersion, sections: list[dict[str, Any]]
) -> tuple[dict[str, list[Question]], list[Question]]:
    """Questions of every version by today's section: its title where it moved, else its key."""
    keys = {section["key"] for section in sections}
    titles = {_words(section["title"]): section["key"] for section in sections}
    by_section: dict[str, list[Question]] = defaultdict(list)
    others = []
    questions = (
        Question.objects.about(version)
        .filter(version__version__lte=version.version)
        .prefetch_related("answers")
        .order_by("asked_at", "pk")
    )
    for question in questions:
        same_version = question.version_id == version.pk
        key = question.section_key if same_version else titles.get(_words(question.section_title))
        key = key or question.section_key
        (by_section[key] if key in keys else others).append(question)
    return by_section, others


def _words(title: str) -> str:
    return " ".join(title.casefold().split())
