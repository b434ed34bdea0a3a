"""Who has which section open. Kept for minutes in the cache: a courtesy, not a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from implportal.accounts.models import User
from presales.models import Solution, SolutionSection

PRESENT_FOR = timedelta(seconds=75)
"""An open editor says every 30 seconds that it is open."""
_KEPT_SECONDS = 600


@dataclass(frozen=True)
class Writer:
    user_pk: int
    name: str
    seen_at: datetime


def note_writer(*, section: SolutionSection, user: User, at: datetime) -> None:
    """Note that ``user`` has the editor of ``section`` open.

    Of two who say so in the same moment one may be missed until the next time.
    """
    open_now = _present(cache.get(_key(section.solution_id)) or [], at)
    mine = (section.key, user.pk)
    others = [one for one in open_now if (one[0], one[1]) != mine]
    cache.set(_key(section.solution_id), [*others, (*mine, user.name, at)], _KEPT_SECONDS)


def writers_of(solution: Solution, *, but: User, at: datetime) -> dict[str, list[Writer]]:
    """Return the others who write now, by the key of their section. One look into the cache."""
    result: dict[str, list[Writer]] = {}
    for key, user_pk, name, seen_at in _present(cache.get(_key(solution.pk)) or [], at):
        if user_pk != but.pk:
            result.setdefault(key, []).append(Writer(user_pk, name, seen_at))
    return result


def _present(noted: list[tuple], at: datetime) -> list[tuple]:
    return [one for one in noted if one[3] > at - PRESENT_FOR]


def _key(solution_pk: int) -> str:
    return f"solution-writers:{solution_pk}"
