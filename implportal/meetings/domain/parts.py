"""What belongs to the minutes of a meeting besides the words typed as such. Read-only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.urls import reverse

from implportal.meetings.models import Meeting
from implportal.meetings.registry import MINUTES_PARTS


@dataclass(frozen=True)
class WrittenPart:
    """One part: its Markdown, perhaps empty, and the page where it is written."""

    key: str
    title: str
    text: str
    url: str


def parts_of(meeting: Meeting) -> list[WrittenPart]:
    """Return the parts that a meeting of this kind has. Costs what those parts cost."""
    place = {"project_pk": meeting.project_id, "pk": meeting.pk}
    return [
        WrittenPart(
            part.key, str(part.title), part.text(meeting), reverse(part.route, kwargs=place)
        )
        for part in MINUTES_PARTS
        if meeting.kind in part.kinds
    ]


def without_minutes(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Narrow to meetings of which nothing was noted anywhere."""
    return meetings.exclude(_has_minutes())


def with_minutes(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Narrow to meetings of which something was noted."""
    return meetings.filter(_has_minutes())


def note_minutes(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Give each meeting ``has_minutes``: something was noted, as minutes or as a part of them."""
    return meetings.annotate(
        has_minutes=ExpressionWrapper(_has_minutes(), output_field=BooleanField())
    )


def _has_minutes() -> Q:
    found = ~Q(minutes="")
    for part in MINUTES_PARTS:
        found |= Q(kind__in=part.kinds, pk__in=part.written())
    return found
