"""Which requirements may say the same. Only ever a hint: a person decides."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from implportal.projects.models import Project
from presales.models import Requirement

NEAR = 0.8
"""Shared words to all words of both (Jaccard) from which two sentences are near."""
MOST_LOOKED_AT = 200
"""Sentences that one is compared with; beyond, the words are so common that they tell nothing."""
# Chinese, Japanese and Korean write without spaces: each sign counts as a word.
_SIGNS = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{_SIGNS}]|[^\W_{_SIGNS}]+")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a sentence without case and punctuation."""
    return tuple(WORD.findall(text.casefold()))


@dataclass(frozen=True)
class Like:
    """The name under which a like sentence was given, and whether it has the very same words."""

    name: str
    is_same: bool


class Likeness:
    """Sentences by name, asked for one that is like another.

    Two sentences of which four fifths of the words are shared must share one of the rarer
    words of each, so only those that do are compared: the cost grows with the number of
    sentences, not with its square.
    """

    def __init__(self, sentences: Iterable[tuple[str, str]]) -> None:
        self._words: dict[str, frozenset[str]] = {}
        self._same: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._with: dict[str, list[str]] = defaultdict(list)
        for name, text in sentences:
            self.add(name, text)

    def add(self, name: str, text: str) -> None:
        """Let later questions find this one too."""
        words = words_of(text)
        self._words[name] = frozenset(words)
        self._same[words].append(name)
        for word in self._words[name]:
            self._with[word].append(name)

    def like(self, text: str, *, but: str = "") -> Like | None:
        """One that says the same, else the nearest of those that nearly do, else None.

        ``but`` is its own name.
        """
        words = words_of(text)
        same = next((name for name in self._same.get(words, ()) if name != but), None)
        if same is not None:
            return Like(same, is_same=True)
        mine = frozenset(words)
        best, found = NEAR, None
        for name in self._candidates(mine):
            theirs = self._words[name]
            shared = len(mine & theirs) / len(mine | theirs)
            if name != but and shared >= best and (found is None or shared > best):
                best, found = shared, name
        return None if found is None else Like(found, is_same=False)

    def _candidates(self, words: frozenset[str]) -> list[str]:
        rare_first = sorted(words, key=lambda word: (len(self._with.get(word, ())), word))
        needed = len(words) - math.ceil(NEAR * len(words)) + 1
        found: dict[str, None] = {}
        for word in rare_first[:needed]:
            for name in self._with.get(word, ())[:MOST_LOOKED_AT]:
                found[name] = None
        return list(found)[:MOST_LOOKED_AT]


def likeness_in(project: Project) -> Likeness:
    """Those of a project that still count, by code. One query."""
    return Likeness(_sentences_of(project))


def twins_in(project: Project) -> dict[str, Like]:
    """Return by code those of a project that may be there twice. One query."""
    sentences = _sentences_of(project)
    likeness = Likeness(sentences)
    found = {code: likeness.like(text, but=code) for code, text in sentences}
    return {code: like for code, like in found.items() if like is not None}


def _sentences_of(project: Project) -> list[tuple[str, str]]:
    # Not ``project.requirements``: that fetches for each row the project that only() left out.
    requirements = Requirement.objects.filter(project=project).in_force()
    return [
        (requirement.code, requirement.text)
        for requirement in requirements.order_by("number", "pk").only("number", "text")
    ]
