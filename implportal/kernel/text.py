"""Which characters of a text can be kept, printed and signed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]|[\u202d\u202e]"
)
_LINE_END = re.compile(r"[\r\n\x85\u2028\u2029]")


@dataclass(frozen=True)
class Unkeepable:
    """A character that is refused, as ``U+202E``, and its place in the text from 0."""

    code: str
    place: int

    def __str__(self) -> str:
        return _(
            "The character %(code)s (at place %(place)s) cannot be kept: it is not seen, and it "
            "changes how the rest is read. Take it out."
        ) % {"code": self.code, "place": self.place + 1}


def first_unkeepable(text: str, *, lines: bool = True) -> Unkeepable | None:
    """The first character of ``text`` that must not stand in it.

    Those are the control characters, which neither XML nor spreadsheets can hold, halves of
    characters, and the two that turn the direction of writing round: with them a text
    can be signed that reads otherwise than it is. Without ``lines`` a line end is one of
    them: a name or a subject has one line.
    """
    found = _CONTROL.search(text) or (None if lines else _LINE_END.search(text))
    return Unkeepable(f"U+{ord(found[0]):04X}", found.start()) if found else None
