"""What later phases tell pre-sales: where a requirement is built, taught and accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.utils.functional import Promise

from implportal.kernel.registry import Registry

if TYPE_CHECKING:
    from presales.models import Requirement


class Link(NamedTuple):
    """One thing that refers to a requirement; ``pk`` is its key among those of its source."""

    label: str
    url: str
    pk: int


@dataclass(frozen=True)
class LinkSource:
    """One place of a requirement's thread.

    ``links`` gets any number of requirements and answers by their primary key, with a
    fixed number of queries. A source whose ``key`` is one of ``COLUMNS`` fills that
    column of the traceability matrix; others show on the requirement's own page.
    ``is_origin``: it leads back to where requirements came from. Nothing there was made for
    them, so nothing there is suspect when they change.
    """

    key: str
    title: str | Promise
    links: Callable[[Iterable[Requirement]], dict[int, list[Link]]]
    is_origin: bool = False


COLUMNS = ("promised", "built", "taught", "accepted", "changed")
NEVER_MISSING = frozenset({"changed"})
"""Columns in which nothing is no hole."""

LINK_SOURCES: Registry[LinkSource] = Registry("requirement link source")
register_link_source = LINK_SOURCES.register
