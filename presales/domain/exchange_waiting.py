"""Questions of exchanges that nobody answers: who is reminded, and what waits. Read-only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import ngettext

from implportal.accounts.models import User
from implportal.meetings.models import Meeting, State
from implportal.projects.models import Project
from implportal.projects.registry import Waiting
from implportal.signing.domain.reminding import add_working_days
from presales.models import Topic

OPEN_WORKING_DAYS = 3


@dataclass(frozen=True)
class OpenQuestions:
    """The open questions of one exchange that nobody has taken home."""

    meeting: Meeting
    count: int
    since: datetime
    due_on: date
    url: str

    @property
    def text(self) -> str:
        return ngettext(
            "%(n)s question of “%(title)s” is not answered",
            "%(n)s questions of “%(title)s” are not answered",
            self.count,
        ) % {"n": self.count, "title": self.meeting.title}


def open_questions(now: datetime, projects: QuerySet[Project]) -> Iterator[OpenQuestions]:
    """Yield, by exchange, what is open for more than three working days. One query.

    A question that somebody took home is an action item and reminded of as such.
    """
    left = Q(topics__questions__answered_at=None) & (
        Q(topics__questions__action=None) | Q(topics__questions__action__done_at__isnull=False)
    )
    meetings = (
        Meeting.objects.filter(left, topics__questions__isnull=False, project__in=projects)
        .exclude(state=State.CANCELLED)
        .annotate(
            open_count=Count("topics__questions", distinct=True),
            oldest_at=Min("topics__questions__asked_at"),
        )
        .select_related("project__customer", "project__implementation_manager")
        .order_by("pk")
    )
    for meeting in meetings:
        due_on = add_working_days(meeting.oldest_at.date(), OPEN_WORKING_DAYS)
        if due_on <= now.date():
            yield OpenQuestions(
                meeting=meeting,
                count=meeting.open_count,
                since=meeting.oldest_at,
                due_on=due_on,
                url=Topic(meeting=meeting).get_absolute_url().partition("#")[0],
            )


def questions_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield what is open too long in the projects that ``user`` runs. One query."""
    mine = Project.objects.running().filter(
        Q(implementation_manager=user) | Q(project_manager=user, delivery_granted_at__isnull=False)
    )
    for one in open_questions(now, mine):
        yield Waiting(
            text=one.text,
            project=one.meeting.project,
            since=one.since,
            url=one.url,
            button=ngettext("Answer it", "Answer them", one.count),
            urgency=1,
        )
