"""Where the company inspection of a project stands, and what must be arranged by whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from implportal.accounts.models import User
from implportal.meetings.models import Feedback, Kind, Meeting, State
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from presales.domain.demonstration_standing import Next
from presales.models import Arrangement, ItineraryItem, Requirement
from presales.registry import Link


def advance_inspection(project: Project, *, actor: User | None, at: datetime) -> None:
    """Note where the inspection stands now that something of it has moved.

    One that was waived stays so until a visit is planned after all.
    """
    meetings = list(inspections_of(project).exclude(state=State.CANCELLED))
    if not meetings and project.steps.filter(key="inspection", state=Step.State.WAIVED).exists():
        return
    found = next(_next_of(meetings, at))
    advance_step(
        project=project, key="inspection", state=found.state, actor=actor, at=at,
        next_step=found.text,
    )  # fmt: skip


def _next_of(meetings: list[Meeting], at: datetime) -> Iterator[Next]:
    """What we owe the visitors who were here comes before those who are to come."""
    if not meetings:
        yield Next(Step.State.NOT_STARTED, _("Plan the visit, or waive it"))
    for meeting in meetings:
        if meeting.end_at <= at and not meeting.opinion_count:
            words = _("Note what the visitors of “%(title)s” thought")
            yield Next(Step.State.IN_PROGRESS, words % {"title": meeting.title})
    for meeting in reversed(meetings):
        if meeting.end_at <= at:
            continue
        if not meeting.stop_count:
            words = _("Write the itinerary of “%(title)s”")
            yield Next(Step.State.IN_PROGRESS, words % {"title": meeting.title})
        if meeting.to_arrange:
            count = meeting.to_arrange
            words = ngettext("Arrange %(n)s thing", "Arrange %(n)s things", count)
            yield Next(Step.State.IN_PROGRESS, words % {"n": count})
        start = meeting.start_at.astimezone(ZoneInfo(meeting.time_zone))
        words = _("Receive the visitors on %(day)s")
        yield Next(Step.State.IN_PROGRESS, words % {"day": date_format(start, "j F")})
    yield Next(Step.State.DONE)


def inspections_of(project: Project) -> QuerySet[Meeting]:
    """Return the visits, the latest first, with what is known of each in numbers."""
    return with_figures(project.meetings.all()).order_by("-start_at", "-pk")


def with_figures(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Return those that are visits, with what is known of each in numbers."""
    said = Feedback.objects.filter(attendee__meeting=OuterRef("pk")).order_by()
    return meetings.filter(kind=Kind.INSPECTION).annotate(
        stop_count=Count("itinerary", distinct=True),
        arrangement_count=Count("arrangements", distinct=True),
        to_arrange=Count("arrangements", filter=Q(arrangements__done_at=None), distinct=True),
        visitor_count=Count("attendees", filter=Q(attendees__user=None), distinct=True),
        opinion_count=Count("attendees__feedback", distinct=True),
        rating=Subquery(
            said.values("attendee__meeting").annotate(mean=Avg("rating")).values("mean")
        ),
    )


def inspection_url(meeting: Meeting) -> str:
    place = {"project_pk": meeting.project_id, "pk": meeting.pk}
    return reverse("presales:inspection_detail", kwargs=place)


def visits_behind(requirements: Iterable[Requirement]) -> dict[int, list[Link]]:
    """Return by requirement the visit that it came from. One query."""
    meetings = Meeting.objects.in_bulk(
        {one.source_meeting_id for one in requirements if one.source_meeting_id}
    )
    return {
        one.pk: [Link(meeting.title, inspection_url(meeting), meeting.pk)]
        for one in requirements
        if (meeting := meetings.get(one.source_meeting_id))
    }


def note_meeting_moved(
    *, project: Project, at: datetime, actor: User | None, reference: str
) -> None:
    """Follow a visit that was planned, moved, held, called off or spoken about."""
    if Meeting.objects.filter(pk=int(reference), kind=Kind.INSPECTION).exists():
        advance_inspection(project, actor=actor, at=at)


def itinerary_of(meeting: Meeting) -> list[ItineraryItem]:
    """Return the stops in the order of time. One query."""
    return list(meeting.itinerary.select_related("host").order_by("start_at", "end_at", "pk"))


def arrangements_of(meeting: Meeting) -> QuerySet[Arrangement]:
    """Return the checklist, what is due first at the top."""
    return meeting.arrangements.select_related("owner").order_by(
        F("due_on").asc(nulls_last=True), "order", "pk"
    )


def arrangements_waiting_for(user: User) -> QuerySet[Arrangement]:
    """Return what this person is to arrange, or nobody yet for a visit they organise."""
    return (
        Arrangement.objects.open()
        .filter(Q(owner=user) | Q(owner=None, meeting__organiser=user), due_on__isnull=False)
        .select_related("meeting__project__customer")
        .order_by("due_on", "pk")
    )
