"""Which section of a solution continues as which section of a revised file."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from implportal.documents.outline import ParsedSection, own_number
from presales.models import SolutionSection

LIKENESS = 0.5
"""From this share of words in common on, a section without its title is the same one."""


def partners_of(
    existing: list[SolutionSection], parsed: list[ParsedSection]
) -> dict[int, SolutionSection]:
    """Return the existing section that each parsed one (by its index) continues.

    The same number, title and place first, then less and less of these, words in common last.
    """
    old = [_Outline.of_section(section) for section in existing]
    new = [_Outline.of_parsed(section) for section in parsed]
    _name_parents(old)
    _name_parents(new)
    pairs: dict[int, int] = {}
    free = list(range(len(old)))

    def match(name: Callable[[_Outline], Hashable]) -> None:
        waiting: dict[Hashable, list[int]] = {}
        for index in free:
            waiting.setdefault(name(old[index]), []).append(index)
        for index, outline in enumerate(new):
            if index not in pairs and (candidates := waiting.get(name(outline))):
                pairs[index] = candidates.pop(0)
                free.remove(pairs[index])

    match(lambda outline: (outline.number, outline.title, outline.parent))
    match(lambda outline: (outline.title, outline.parent))
    match(lambda outline: outline.title)
    _match_by_words(old, new, pairs, free)
    return {index: existing[partner] for index, partner in pairs.items()}


@dataclass
class _Outline:
    """What a section is recognised by."""

    level: int
    number: str
    title: str
    words: frozenset[str]
    parent: str = ""

    @classmethod
    def of_section(cls, section: SolutionSection) -> _Outline:
        number, title = own_number(section.title)
        return cls(section.level, number, _plain(title), _words(title, section.markdown))

    @classmethod
    def of_parsed(cls, section: ParsedSection) -> _Outline:
        words = _words(section.title, section.body)
        return cls(section.level, section.number, _plain(section.title), words)


def _name_parents(outlines: list[_Outline]) -> None:
    above: list[_Outline] = []
    for outline in outlines:
        while above and above[-1].level >= outline.level:
            above.pop()
        outline.parent = above[-1].title if above else ""
        above.append(outline)


def _match_by_words(
    old: list[_Outline], new: list[_Outline], pairs: dict[int, int], free: list[int]
) -> None:
    """Pair what is left by the words in common, the likest first; the same number helps."""
    likeness = sorted(
        (
            (_likeness(old[left], outline), -index, -left)
            for index, outline in enumerate(new)
            if index not in pairs
            for left in free
        ),
        reverse=True,
    )
    for score, index, left in likeness:
        if score < LIKENESS:
            return
        if -index not in pairs and -left in free:
            pairs[-index] = -left
            free.remove(-left)


def _likeness(old: _Outline, new: _Outline) -> float:
    """Share of words in common, from 0 to 1, and 0.2 more under the same number."""
    every = len(old.words | new.words)
    share = len(old.words & new.words) / every if every else 0.0
    return share + (0.2 if old.number and old.number == new.number else 0.0)


def _plain(title: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def _words(title: str, text: str) -> frozenset[str]:
    return frozenset(_plain(f"{title} {text}").split())
