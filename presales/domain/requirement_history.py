"""How the words and the weight of a requirement changed, told from the audit record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from implportal.audit.models import Entry
from implportal.documents.compare import word_difference
from presales.domain.requirement_bulk import in_words


@dataclass(frozen=True)
class Rewording:
    """One change: by whom and when says ``entry``.

    ``fields`` are (name, HTML with what went in <del> and what came in <ins>); the sentence
    itself comes without a name.
    """

    entry: Entry
    fields: list[tuple[str, SafeString]]


def rewordings(entries: Iterable[Entry]) -> list[Rewording]:
    """Those of ``entries`` that changed something, in their order.

    Entries written before both values were kept are left out; they stand in the record.
    """
    return [
        Rewording(entry, [_told(name, was, entry.details["now"][name]) for name, was in kept])
        for entry in entries
        if (kept := list(entry.details.get("was", {}).items()))
    ]


def _told(name: str, was: str, now: str) -> tuple[str, SafeString]:
    if name == "text":
        # ``word_difference`` ends in a sanitiser; what goes in is plain text, escaped here.
        return "", mark_safe(word_difference(escape(was), escape(now)))  # noqa: S308
    (title, before), (_title, after) = in_words(name, was), in_words(name, now)
    return title, mark_safe(f"<del>{escape(before)}</del> <ins>{escape(after)}</ins>")  # noqa: S308
