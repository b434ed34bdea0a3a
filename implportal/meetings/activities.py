"""What meetings tell the spine: their tab, and whose minutes are missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.meetings.models import Meeting, State
from implportal.projects.models import Project
from implportal.projects.registry import TABS, WAITING, ProjectTab, Waiting, WaitingSource

FADES_AFTER = timedelta(days=3)
"""What was said is half forgotten by then."""


def minutes_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Meetings that ``user`` organised, that are over and have no minutes. One query."""
    meetings = (
        Meeting.objects.filter(
            organiser=user, end_at__lt=now, minutes="", project__in=Project.objects.running()
        )
        .exclude(state=State.CANCELLED)
        .select_related("project__customer")
        .order_by("end_at", "pk")
    )
    for meeting in meetings:
        yield Waiting(
            text=_("“%(title)s” has no minutes yet") % {"title": meeting.title},
            project=meeting.project,
            since=meeting.end_at,
            url=reverse(
                "meetings:minutes_edit",
                kwargs={"project_pk": meeting.project_id, "pk": meeting.pk},
            ),
            button=gettext_lazy("Write minutes"),
            urgency=2 if now - meeting.end_at > FADES_AFTER else 1,
        )


TABS.register(
    ProjectTab("meetings", gettext_lazy("Meetings"), 60, "meetings:meeting_list", "calendar-event")
)
WAITING.register(WaitingSource("meetings.minutes", minutes_waiting))
