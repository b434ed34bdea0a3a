"""Reads the times out of an agenda: “15 min Interfaces” becomes a point that begins at 9:30."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from implportal.meetings.models import Meeting

TIMED = re.compile(
    r"""^(?:[-*+]\s+|\d+[.)]\s+)?                # the mark of a list
        (?P<minutes>[1-9]\d{0,2})\s*(?:min(?:utes?)?\b\.?|′|')  # 15 min
        \s*[:–—-]?\s* (?P<title>\S.*)$""",
    re.VERBOSE | re.IGNORECASE,
)
MARK = re.compile(r"^\s*(?:[-*+]\s+|\d+[.)]\s+)?")


@dataclass(frozen=True)
class Point:
    """One point of an agenda, beginning at ``at`` where the meeting is; without a time, None."""

    title: str
    minutes: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Timetable:
    """The points of an agenda, and how many minutes more they take than the meeting has."""

    points: list[Point]
    minutes: int
    minutes_over: int


def timetable(meeting: Meeting) -> Timetable | None:
    """Return when each point begins; None where no line of the agenda tells a time."""
    lines = [line for line in map(str.strip, meeting.agenda.splitlines()) if line]
    matches = [TIMED.match(line) for line in lines]
    if not any(matches):
        return None
    points, at, minutes = [], meeting.start_at.astimezone(ZoneInfo(meeting.time_zone)), 0
    for line, match in zip(lines, matches, strict=True):
        if match is None:
            points.append(Point(MARK.sub("", line).strip()))
            continue
        takes = int(match["minutes"])
        points.append(Point(match["title"], takes, at))
        minutes += takes
        # Through UTC: on the night when the clocks change, an hour is an hour.
        at = (at.astimezone(meeting.start_at.tzinfo) + timedelta(minutes=takes)).astimezone(
            ZoneInfo(meeting.time_zone)
        )
    length = (meeting.end_at - meeting.start_at) // timedelta(minutes=1)
    return Timetable(points, minutes, max(0, minutes - length))


def agenda_text(meeting: Meeting) -> str:
    """Return the agenda for a mail or a calendar, with clock times where it tells times."""
    table = timetable(meeting)
    if table is None:
        return meeting.agenda
    return "\n".join(
        f"{date_format(point.at, 'H:i')} {point.title}" if point.at else f"      {point.title}"
        for point in table.points
    )
