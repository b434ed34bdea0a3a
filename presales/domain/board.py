"""All projects in pre-sales: where each stands, in whose court it lies and since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, DateTimeField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from implportal.meetings.models import Meeting
from implportal.projects.domain.lives import attach_lives
from implportal.projects.models import Phase, Project, State, Step
from implportal.projects.registry import ACTIVITIES

READY = "READY"
"""Stands for the activity of a project that has settled all of its pre-sales."""

OURS, CUSTOMERS = "US", "CUSTOMER"

PRESALES_KEYS = [one.key for one in ACTIVITIES if one.phase == Phase.PRESALES]


def with_standing(projects: QuerySet[Project], *, now: datetime) -> QuerySet[Project]:
    """Narrow to pre-sales and add where each project stands, as columns of the one query.

    ``current_step`` (primary key) is its activity that moves: the first one in progress or
    waiting, else the first not begun; None when all seven are settled. ``current_key``
    names that activity (READY for none), ``court_since`` says since when it stands so,
    ``next_meeting`` and ``next_meeting_at`` are the first meeting that is still to come.
    """
    moving = (
        Step.objects.filter(project=OuterRef("pk"), key__in=PRESALES_KEYS)
        .exclude(state__in=[Step.State.DONE, Step.State.WAIVED])
        .annotate(rank=Case(When(state=Step.State.NOT_STARTED, then=1), default=0))
        .order_by("rank", "order")
    )
    # A project with nothing begun, or nothing left, stands so since its last activity moved.
    moved = Step.objects.filter(
        project=OuterRef("pk"), key__in=PRESALES_KEYS, state_since__isnull=False
    ).order_by("-state_since")
    coming = (
        Meeting.objects.filter(project=OuterRef("pk"), start_at__gte=now)
        .exclude(state="CANCELLED")
        .order_by("start_at", "pk")
    )
    presales = projects.filter(phase=Phase.PRESALES, state__in=[State.RUNNING, State.SUSPENDED])
    return presales.select_related("customer", "implementation_manager").annotate(
        current_step=Subquery(moving.values("pk")[:1]),
        current_key=Coalesce(Subquery(moving.values("key")[:1]), Value(READY)),
        current_state=Subquery(moving.values("state")[:1]),
        court_since=Coalesce(
            Subquery(moving.values("state_since")[:1]),
            Subquery(moved.values("state_since")[:1]),
            "created_at",
            output_field=DateTimeField(),
        ),
        next_meeting=Subquery(coming.values("pk")[:1]),
        next_meeting_at=Subquery(coming.values("start_at")[:1]),
    )


@dataclass(frozen=True)
class Court:
    """Who has the next move in a project, and what that is."""

    on: str
    who: str
    what: str
    since: datetime
    days: int


def attach_courts(projects: Iterable[Project], *, now: datetime) -> list[Project]:
    """Return projects of ``with_standing`` with ``step``, ``court``, ``meeting`` and ``life``.

    Costs three queries, however many projects there are.
    """
    projects = attach_lives(projects, today=now.date())
    steps = Step.objects.select_related("owner").in_bulk([one.current_step for one in projects])
    meetings = Meeting.objects.in_bulk([one.next_meeting for one in projects])
    for project in projects:
        project.step = steps.get(project.current_step)
        project.meeting = meetings.get(project.next_meeting)
        project.court = _court(project, now=now)
        project.life = tuple(one for one in project.life if one[0] in PRESALES_KEYS)
    return projects


def _court(project: Project, *, now: datetime) -> Court:
    step = project.step
    if step is None:
        on, who, what = OURS, project.implementation_manager.name, _("Open the gate to delivery")
    elif step.state == Step.State.WAITING:
        on, who = CUSTOMERS, step.waiting_on or project.customer.name
        what = step.next_step or step.title
    else:
        owner = step.owner or project.implementation_manager
        on, who, what = OURS, owner.name, step.next_step or step.title
    since = project.court_since
    return Court(on, who, what, since, days=max(0, (now - since).days))


def counts_by_activity(projects: QuerySet[Project]) -> dict[str, int]:
    """Count projects of ``with_standing`` by the activity that moves. Costs one query."""
    rows = projects.order_by().values_list("current_key").annotate(count=Count("pk"))
    return dict(rows)
