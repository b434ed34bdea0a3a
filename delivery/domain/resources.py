"""Whose time is promised to how many projects at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from implportal.accounts.models import User
from implportal.projects.models import Member, Project

FULL_PERCENT = 100


@dataclass(frozen=True)
class Share:
    """A share of somebody's time; an open end means for as long as the project runs."""

    project: str
    percent: int
    from_on: date | None
    until_on: date | None

    def covers(self, day: date) -> bool:
        return (self.from_on or date.min) <= day <= (self.until_on or date.max)


@dataclass(frozen=True)
class Overload:
    """A stretch of days on which more than all of somebody's time is promised."""

    from_on: date | None
    until_on: date | None
    percent: int
    projects: tuple[str, ...]


def shares_elsewhere(*, user: User, project: Project) -> list[Share]:
    """Return what is promised of ``user`` to other running projects. One query.

    Whoever saves needs to see it, so it names projects that they may not open: a code,
    nothing more.
    """
    rows = (
        Member.objects.filter(user=user, project__in=Project.objects.running())
        .exclude(project=project)
        .order_by("project__code", "pk")
        .values_list("project__code", "percent", "from_on", "until_on")
    )
    return [Share(*row) for row in rows]


def overloads(*, own: Share, others: Iterable[Share]) -> list[Overload]:
    """Return the stretches within ``own`` on which all shares together exceed 100 percent."""
    shares = [own, *others]
    first, last = own.from_on or date.min, own.until_on or date.max
    edges = {first}
    for share in shares:
        edges.add(share.from_on or date.min)
        if share.until_on:
            edges.add(share.until_on + timedelta(days=1))
    starts = sorted(day for day in edges if first <= day <= last)
    found: list[Overload] = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        present = [share for share in shares if share.covers(start)]
        percent = sum(share.percent for share in present)
        if percent > FULL_PERCENT:
            end = following - timedelta(days=1) if following else last
            found.append(
                Overload(
                    from_on=None if start == date.min else start,
                    until_on=None if end == date.max else end,
                    percent=percent,
                    projects=tuple(share.project for share in present),
                )
            )
    return found
