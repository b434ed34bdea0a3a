"""From sections written in Markdown to the one content that is frozen, shown and signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - "date" is the argument people will write
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from implportal.documents.markdown import (
    collect_references,
    image_digests,
    to_html,
)
from implportal.documents.models import StoredImage
from implportal.documents.outline import own_number
from implportal.kernel.errors import DomainError
from implportal.projects.models import Project

SCHEMA = 1
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
"""What may mean something in Markdown; a backslash takes the meaning away (CommonMark, 2.4)."""


class MissingImage(DomainError):
    """A section shows a picture that this project does not have."""


@dataclass(frozen=True, kw_only=True)
class SectionInput:
    """One section before freezing. ``key`` stays the same from version to version.

    A number in the title ("5.6.4 Quality Assurance") is kept. Where no section of a
    document has one, they are numbered by their order and level.
    """

    key: str
    title: str
    markdown: str
    level: int = 1
    requirements: Sequence[str] = ()


def plain_words(text: object) -> str:
    """Return Markdown that shows ``text`` as it is, on one line: names must not format."""
    return PUNCTUATION.sub(r"\\\1", " ".join(str(text).split()))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table whose cells are plain words."""
    lines = [head, ["---"] * len(head), *[[plain_words(cell) for cell in row] for row in rows]]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def build_content(
    *,
    project: Project,
    number: str,
    title: str,
    sections: Iterable[SectionInput],
    date: Date,
    subtitle: str = "",
    facts: Iterable[tuple[str, str]] = (),
    language: str = "en",
    customer: str = "",
    supplier: str = "",
) -> dict[str, Any]:
    """Make the content of a document; HTML is rendered and sanitised here and never again.

    ``facts`` are (label, value) pairs for the title page. The customer's name and ours
    are taken from the project and the settings unless given. The version is written in
    by ``freeze``.

    Raises:
        MissingImage: a section shows a picture that the project does not have.
    """
    sections = list(sections)
    references = collect_references(section.markdown for section in sections)
    numbers = _numbers(sections)
    written = [
        {
            "key": section.key,
            "number": own,
            "level": section.level,
            "title": heading,
            "markdown": section.markdown,
            "html": to_html(section.markdown, references),
            "requirements": list(section.requirements),
        }
        for section, (own, heading) in zip(sections, numbers, strict=True)
    ]
    return {
        "schema": SCHEMA,
        "language": language,
        "number": number,
        "title": title,
        "subtitle": subtitle,
        "version": 0,
        "customer": customer or project.customer.name,
        "supplier": supplier or settings.ORGANISATION_NAME,
        "project": project.code,
        "date": date.isoformat(),
        "facts": [{"label": str(label), "value": str(value)} for label, value in facts],
        "sections": written,
        "images": _images(project, written),
    }


def _numbers(sections: list[SectionInput]) -> list[tuple[str, str]]:
    parted = [own_number(section.title) for section in sections]
    if any(number for number, _title in parted):
        return parted
    counters: list[int] = []
    result = []
    for section in sections:
        depth = max(1, min(section.level, len(counters) + 1))
        counters = [*counters[:depth], *[0] * (depth - len(counters))]
        counters[-1] += 1
        result.append((".".join(map(str, counters)), section.title))
    return result


def _images(project: Project, sections: list[dict[str, Any]]) -> dict[str, str]:
    shown = {
        sha256: section["title"]
        for section in sections
        for sha256 in image_digests(section["html"])
    }
    known = dict(
        StoredImage.objects.filter(project=project, sha256__in=shown)
        .order_by("sha256", "pk")
        .values_list("sha256", "content_type")
    )
    for sha256, section_title in shown.items():
        if sha256 not in known:
            raise MissingImage(
                _("The section “%(title)s” shows a picture that this project does not have.")
                % {"title": section_title}
            )
    return known
