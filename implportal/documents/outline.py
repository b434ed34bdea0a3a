"""Markdown as people really write it, cut into sections at its headings.

Every pattern takes linear time: one line may hold a megabyte of blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from implportal.kernel.errors import DomainError

MAX_LINES = 5_000


class BadMarkdown(DomainError):
    """The text cannot become a document; the message says why and, where it can, in which line."""


@dataclass(frozen=True)
class ParsedSection:
    """One heading and the text below it up to the next; ``level`` begins at 1."""

    level: int
    title: str
    number: str
    body: str

    @property
    def heading(self) -> str:
        """The title with the number its author gave it, as in "5.6.4 Quality Assurance"."""
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True)
class ParsedDocument:
    """A whole text. ``images`` holds the pictures found inside it, by their SHA-256."""

    title: str
    sections: list[ParsedSection]
    subtitle: str = ""
    images: dict[str, bytes] = field(default_factory=dict)


def parse_document(text: str) -> ParsedDocument:
    """Cut ``text`` at its headings; no line is lost and none is merged into another section.

    Understands ``## Title``, ``##1.0 TITLE`` without a space, underlined headings, and an
    underline below a heading that needs none. The first heading is the document's title if
    it is of the first level, without a number, and no other such heading follows. A heading
    right below it that holds only a date or version, and no text, is the subtitle. Text
    that stands before any heading becomes a section of its own.

    Raises:
        BadMarkdown: empty, too long, or without any heading.
    """
    if not text.strip():
        raise BadMarkdown(_("There is no text."))
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise BadMarkdown(
            _("The text has %(lines)s lines. At most %(limit)s lines can be taken.")
            % {"lines": len(lines), "limit": MAX_LINES}
        )
    headings = list(_headings(lines))
    if not headings:
        raise BadMarkdown(
            _(
                "The text has no headings, so it cannot be cut into sections. "
                "Begin each section with a line such as “## Scope”."
            )
        )
    before = _joined(lines[: headings[0].first])
    parts = [
        (heading, _joined(lines[heading.end : following.first if following else None]))
        for heading, following in zip(headings, [*headings[1:], None], strict=True)
    ]
    title = subtitle = ""
    if _is_document_title(headings):
        (heading, body), *parts = parts
        title = heading.text
        if parts and not body and not parts[0][1] and _DATE_OR_VERSION.search(parts[0][0].text):
            subtitle = parts.pop(0)[0].text
        before = "\n\n".join(filter(None, [before, body]))
    sections = [_section(heading, body) for heading, body in parts]
    if before:
        top = min((section.level for section in sections), default=1)
        sections.insert(0, ParsedSection(top, _("Preamble"), "", before))
    if not sections:
        raise BadMarkdown(_("The text is only a title; there is nothing below it."))
    return ParsedDocument(title, _closed_up(sections), subtitle)


@dataclass(frozen=True)
class _Heading:
    level: int
    text: str
    first: int
    end: int


_FENCE = re.compile(r"\s*(?:[-*+>]\s+)*(`{3,}(?=[^`]*$)|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?!#)([ \t]*)(.*)$")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NOT_A_TITLE = re.compile(r"\s{4,}|\s*(?:[-*+>|]\s|\d+[.)]\s|[|>])")
_OWN_NUMBER = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})+|\d{1,3}(?=[.)]\s)|\d{1,2}(?=\s+[^\s\da-z]))[.)]?\s+(?=\S)"
)
_DATE_OR_VERSION = re.compile(r"\b(?:19|20)\d\d\b|^(?:version|draft|v\d)\b", re.IGNORECASE)


def own_number(title: str) -> tuple[str, str]:
    """Part a heading into the number its author wrote and the title: "5.1 Scope" → 5.1, Scope."""
    match = _OWN_NUMBER.match(title)
    return (match[1], title[match.end() :]) if match else ("", title)


def _headings(lines: list[str]) -> Iterator[_Heading]:
    fenced = fenced_lines(lines)
    number = 0
    while number < len(lines):
        line = lines[number]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        underline = None if number + 1 in fenced else UNDERLINE.match(following)
        if number in fenced:
            number += 1
        elif (match := _ATX.match(line)) and _is_atx(match, lines, number):
            end = number + (2 if underline else 1)
            yield _Heading(len(match[1]), _without_closing_marks(match[3]), number, end)
            number = end
        elif underline and _is_underlined(lines, number):
            yield _Heading(1 if "=" in underline[1] else 2, line.strip(), number, number + 2)
            number += 2
        else:
            number += 1


def _without_closing_marks(text: str) -> str:
    """The title in "Scope ##"; marks that touch a word belong to it, as in "C#"."""
    bare = text.strip()
    words = bare.rstrip("#")
    return words.rstrip() if not words or words[-1].isspace() else bare


def _is_atx(match: re.Match[str], lines: list[str], number: int) -> bool:
    """Whether ``#…`` begins a heading; "#42 is urgent" inside a paragraph does not."""
    marks, space, text = match.groups()
    if not text.strip("# \t"):
        return False
    if space or len(marks) > 1:
        return True
    alone = not (number and lines[number - 1].strip())
    following = lines[number + 1].strip() if number + 1 < len(lines) else ""
    return alone and text[0].isalpha() and (not following or bool(UNDERLINE.match(following)))


def _is_underlined(lines: list[str], number: int) -> bool:
    """Whether a line above an underline is a title: one line of its own, not a list or table."""
    line = lines[number]
    if not line.strip() or _NOT_A_TITLE.match(line) or UNDERLINE.match(line):
        return False
    return number == 0 or not lines[number - 1].strip() or bool(_ATX.match(lines[number - 1]))


def fenced_lines(lines: list[str]) -> set[int]:
    """Numbers of the lines in code fences; a fence that never closes is not one."""
    fenced: set[int] = set()
    number = 0
    never_closed: dict[str, int] = {}  # what is not found once is not looked for again
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if opening and len(opening[1]) < never_closed.get(opening[1][0], len(lines[number]) + 1):
            mark = opening[1]
            closing = re.compile(rf"\s*{re.escape(mark[0])}{{{len(mark)},}}\s*$")
            end = next((n for n in range(number + 1, len(lines)) if closing.match(lines[n])), None)
            if end is None:
                never_closed[mark[0]] = len(mark)
            else:
                fenced.update(range(number, end + 1))
                number = end
        number += 1
    return fenced


def _is_document_title(headings: list[_Heading]) -> bool:
    first, *others = headings
    return (
        first.level == 1
        and not own_number(first.text)[0]
        and all(other.level > 1 or own_number(other.text)[0] for other in others)
    )


def _section(heading: _Heading, body: str) -> ParsedSection:
    number, title = own_number(heading.text)
    return ParsedSection(heading.level, title, number, body)


def _closed_up(sections: list[ParsedSection]) -> list[ParsedSection]:
    """Levels that begin at 1 and never skip one on the way down, as outlines need them."""
    top = min(section.level for section in sections)
    result: list[ParsedSection] = []
    for section in sections:
        deepest = result[-1].level + 1 if result else 1
        level = min(section.level - top + 1, deepest)
        result.append(ParsedSection(level, section.title, section.number, section.body))
    return result


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
