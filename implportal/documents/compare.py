"""What changed between two frozen versions, section by section and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

import nh3


class ChangeKind(StrEnum):
    SAME = "SAME"
    CHANGED = "CHANGED"
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    MOVED = "MOVED"


@dataclass(frozen=True)
class SectionChange:
    """One section of the newer version, or one that is gone from it.

    ``html`` is safe: the section as it reads now, with ``<ins>`` and ``<del>`` around the
    words that differ. Of a changed one ``before`` and ``after`` say the same in two columns: as
    it was, with the words that went, and as it is, with those that came.
    ``old_key`` is its key in the older version, empty when it is new.
    """

    key: str
    kind: ChangeKind
    title: str
    html: str
    number: str = ""
    old_key: str = ""
    before: str = ""
    after: str = ""


Section = dict[str, Any]
SIMILAR = 0.6
"""Titles that share this much, under the same number, are one title reworded."""


def compare(old_content: dict[str, Any], new_content: dict[str, Any]) -> list[SectionChange]:
    """Every section of the new content in its order, removed ones where they used to stand."""
    old, new = old_content["sections"], new_content["sections"]
    pairs = _pairs(old, new)
    moved = _moved(pairs)
    partner_of_old = {old_index: new_index for new_index, old_index in pairs.items()}
    result: list[SectionChange] = []
    told = -1
    for index, section in enumerate(new):
        partner = pairs.get(index)
        if partner is not None and index not in moved:
            result += _gone(old, range(told + 1, partner), partner_of_old)
            told = max(told, partner)
        result.append(
            _change(old[partner] if partner is not None else None, section, index in moved)
        )
    result += _gone(old, range(told + 1, len(old)), partner_of_old)
    return result


def _gone(old: list[Section], indexes: range, partners: dict[int, int]) -> list[SectionChange]:
    return [
        SectionChange(
            old[index]["key"],
            ChangeKind.REMOVED,
            old[index]["title"],
            _marked("del", old[index]["html"]),
            old[index]["number"],
            old[index]["key"],
        )
        for index in indexes
        if index not in partners
    ]


def _change(old: Section | None, new: Section, is_moved: bool) -> SectionChange:
    before = after = ""
    if old is None:
        kind, html = ChangeKind.ADDED, _marked("ins", new["html"])
    elif _plain(old) == _plain(new):
        kind, html = (ChangeKind.MOVED if is_moved else ChangeKind.SAME), new["html"]
    else:
        kind = ChangeKind.CHANGED
        html, before, after = _difference(old["html"], new["html"])
    old_key = old["key"] if old else ""
    return SectionChange(
        new["key"], kind, new["title"], html, new["number"], old_key, before, after
    )


def _plain(section: Section) -> tuple[str, str]:
    return _squeezed(section["title"]), _squeezed(section["html"])


def _squeezed(text: str) -> str:
    """The text without what nobody reads: case of the title apart, only line breaks."""
    return " ".join(text.split())


def _pairs(old: list[Section], new: list[Section]) -> dict[int, int]:
    """Which new section continues which old one: by key and title, title, number, key.

    An imported text brings new keys, so the title must count; a retitled section keeps its
    key, so the key must count too.
    """
    pairs: dict[int, int] = {}
    free = set(range(len(old)))

    def match(name: Any) -> None:
        where: dict[Any, list[int]] = {}
        for index in sorted(free):
            where.setdefault(name(old[index]), []).append(index)
        for index, section in enumerate(new):
            candidates = where.get(name(section))
            if index not in pairs and candidates and name(section):
                pairs[index] = candidates.pop(0)
                free.discard(pairs[index])

    match(lambda section: (section["key"], _name(section)))
    match(_name)
    for index, section in enumerate(new):
        if index not in pairs and section["number"]:
            alike = [n for n in sorted(free) if _is_renamed(old[n], section)]
            if alike:
                pairs[index] = alike[0]
                free.discard(alike[0])
    match(lambda section: section["key"])
    return pairs


def _is_renamed(old: Section, new: Section) -> bool:
    """Whether the number is the same and the title nearly so."""
    return (
        old["number"] == new["number"]
        and SequenceMatcher(None, _name(old), _name(new)).ratio() > SIMILAR
    )


def _name(section: Section) -> str:
    return re.sub(r"[\W_]+", " ", section["title"]).casefold().strip()


def _moved(pairs: dict[int, int]) -> set[int]:
    """New sections that stand elsewhere: those outside the longest run that kept its order."""
    tails: list[int] = []
    best: list[list[int]] = []
    for index in sorted(pairs):
        value = pairs[index]
        position = next((n for n, tail in enumerate(tails) if tail >= value), len(tails))
        run = [*(best[position - 1] if position else []), index]
        tails[position : position + 1] = [value]
        best[position : position + 1] = [run]
    return set(pairs) - set(best[-1] if best else [])


_PIECES = re.compile(r"<[^>]+>|[^\W_]+|\s+|[^\s<]", re.UNICODE)
MAX_PIECES = 12_000
"""A longer section is shown as taken out and put in; comparing it by words takes too long."""


def word_difference(old_html: str, new_html: str) -> str:
    """The new HTML with deleted and inserted words marked; the tags are those of the new one."""
    return _difference(old_html, new_html)[0]


def _difference(old_html: str, new_html: str) -> tuple[str, str, str]:
    """What differs in one text, and in two columns: before and after."""
    old, new = _PIECES.findall(old_html), _PIECES.findall(new_html)
    if len(old) + len(new) > MAX_PIECES:
        before, after = _marked("del", old_html), _marked("ins", new_html)
        return before + after, before, after
    matcher = SequenceMatcher(
        None, [_same(p) for p in old], [_same(p) for p in new], autojunk=False
    )
    both: list[str] = []
    before_pieces: list[str] = []
    after_pieces: list[str] = []
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        went, came = old[old_from:old_to], new[new_from:new_to]
        if what == "equal":
            both += came
            before_pieces += went
            after_pieces += came
            continue
        both += _wrapped("del", (p for p in went if not p.startswith("<")))
        both += _wrapped("ins", came)
        before_pieces += _wrapped("del", went)
        after_pieces += _wrapped("ins", came)
    return _safe("".join(both)), _safe("".join(before_pieces)), _safe("".join(after_pieces))


def _same(piece: str) -> str:
    return " " if piece.isspace() else piece


def _marked(tag: str, html: str) -> str:
    return _safe("".join(_wrapped(tag, _PIECES.findall(html))))


def _wrapped(tag: str, pieces: Any) -> Iterator[str]:
    """Put text in ``tag`` and leave other tags where they are, so that nesting holds."""
    text: list[str] = []
    for piece in [*pieces, None]:
        if piece is not None and not piece.startswith("<"):
            text.append(piece)
            continue
        words = "".join(text)
        if words.strip():
            yield f"<{tag}>{words}</{tag}>"
        else:
            yield words
        text = []
        if piece is not None:
            yield piece


def _safe(html: str) -> str:
    """A last pass: marks between table rows or list items must not break the page."""
    return nh3.clean(
        html,
        attributes={**nh3.ALLOWED_ATTRIBUTES, "th": {"scope", "class"}, "td": {"class"}},
        url_schemes={"http", "https", "mailto", "image"},
        link_rel="noopener noreferrer nofollow",
    )
