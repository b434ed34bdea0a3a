"""What phases add to the minutes of a meeting, so that nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.functional import Promise

from implportal.kernel.registry import Registry

if TYPE_CHECKING:
    from implportal.meetings.models import Meeting


@dataclass(frozen=True)
class MinutesPart:
    """One part of the minutes that is kept elsewhere, such as the topics of an exchange.

    ``text`` makes its Markdown, empty where there is nothing to say; names and what people
    typed in one line go through ``plain_words``. ``written`` finds the keys of meetings of
    which something was noted there: they do not lack minutes. ``route`` is the page where it
    is written; it takes ``project_pk`` and the meeting's ``pk``, and is offered at meetings of
    these ``kinds``.
    """

    key: str
    title: str | Promise
    kinds: frozenset[str]
    text: Callable[[Meeting], str]
    written: Callable[[], QuerySet]
    route: str


MINUTES_PARTS: Registry[MinutesPart] = Registry("part of minutes")
