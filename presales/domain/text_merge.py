"""Two people wrote on from the same text: joining what both did, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_LINES = 4_000
"""Longer texts are put one below the other: matching their lines takes too long."""


@dataclass(frozen=True)
class Joined:
    """``doubled`` names the lines, counted from 1, where both wrote: both texts stand there."""

    text: str
    doubled: list[int]


def join(*, base: str, mine: str, theirs: str) -> Joined:
    """Return the text that holds what both wrote since ``base``; no line of either is lost.

    What only one of them changed is taken over. Where both changed the same lines, theirs
    stand first and mine below them.
    """
    olds, ours, others = base.splitlines(), mine.splitlines(), theirs.splitlines()
    if max(len(olds), len(ours), len(others)) > MAX_LINES:
        olds = []
    result: list[str] = []
    doubled: list[int] = []
    for old, our, other in _stretches(olds, ours, others):
        if our in (old, other):
            result += other
        elif other == old:
            result += our
        else:
            doubled.append(len(result) + 1)
            parted = [""] if other and our and our[0] else []  # two paragraphs, not one
            result += [*other, *parted, *our]
    return Joined("\n".join(result), doubled)


Lines = list[str]


def _stretches(old: Lines, ours: Lines, others: Lines) -> Iterator[tuple[Lines, Lines, Lines]]:
    """Cut the three texts at the lines that all of them have in common."""
    here = there = before = 0
    for n, in_ours, in_others in [*_kept_by_both(old, ours, others), (None, None, None)]:
        if n is None:
            yield old[before:], ours[here:], others[there:]
            return
        if (before, here, there) != (n, in_ours, in_others):
            yield old[before:n], ours[here:in_ours], others[there:in_others]
        yield [old[n]], [old[n]], [old[n]]
        before, here, there = n + 1, in_ours + 1, in_others + 1


def _kept_by_both(old: Lines, ours: Lines, others: Lines) -> list[tuple[int, int, int]]:
    mine, theirs = _kept(old, ours), _kept(old, others)
    return [(n, mine[n], theirs[n]) for n in sorted(mine.keys() & theirs.keys())]


def _kept(old: Lines, new: Lines) -> dict[int, int]:
    """Return where each line of ``old`` that is still there stands in ``new``."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}
