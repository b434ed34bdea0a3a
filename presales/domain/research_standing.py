"""How far user research has come: interviews by group, problems by weight. Read-only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from implportal.accounts.models import User
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from implportal.projects.registry import Waiting
from presales.models import Interview, Problem, UserGroup

NOTES_AFTER = timedelta(days=1)
"""An interview that was to take place so long ago and is still only planned is asked about."""


@dataclass(frozen=True)
class Coverage:
    """How many of the planned interviews were held, and whom nobody has asked."""

    held: int
    planned: int
    unheard: list[UserGroup]

    @property
    def text(self) -> str:
        return _("%(held)s of %(planned)s planned interviews held") % {
            "held": self.held,
            "planned": self.planned,
        }


def groups_of(project: Project) -> list[UserGroup]:
    """Return the groups with ``held_count``, ``wanted`` and ``problem_count``; one query.

    Wanted are as many interviews as were planned, or as there are if more.
    """
    groups = project.user_groups.annotate(
        held_count=Count(
            "interviews", filter=Q(interviews__state=Interview.State.HELD), distinct=True
        ),
        interview_count=Count("interviews", distinct=True),
        problem_count=Count("problems", distinct=True),
    ).order_by("-headcount", "name", "pk")
    found = list(groups)
    for group in found:
        group.wanted = max(group.planned_interviews, group.interview_count)
    return found


def coverage_of(groups: list[UserGroup]) -> Coverage:
    """Sum up what ``groups_of`` found."""
    return Coverage(
        held=sum(group.held_count for group in groups),
        planned=sum(group.wanted for group in groups),
        unheard=[group for group in groups if not group.held_count],
    )


def everybody_in(project: Project) -> int:
    """How many direct users there are in all groups; at least 1. One query."""
    return project.user_groups.aggregate(people=Sum("headcount"))["people"] or 1


def ranked_problems(project: Project) -> QuerySet[Problem]:
    """Return the problems of a project, each with its weight, in no order. One query now."""
    return Problem.objects.filter(project=project).with_weight(everybody=everybody_in(project))


def advance_research(project: Project, *, actor: User, at: datetime) -> None:
    """Note where the research stands now that something of it has moved."""
    state, text = _next_of(project)
    advance_step(
        project=project, key="user_research", state=state, actor=actor, at=at, next_step=text
    )


def _next_of(project: Project) -> tuple[Step.State, str]:
    groups = groups_of(project)
    coverage = coverage_of(groups)
    if not groups:
        return Step.State.NOT_STARTED, _("Name the groups of direct users")
    if coverage.held < coverage.planned:
        missing = coverage.planned - coverage.held
        said = ngettext("Hold %(n)s interview", "Hold %(n)s interviews", missing)
        if coverage.unheard and coverage.held:
            names = ", ".join(group.name for group in coverage.unheard[:3])
            return Step.State.IN_PROGRESS, _("Ask somebody of: %(names)s") % {"names": names}
        return Step.State.IN_PROGRESS, said % {"n": missing}
    open_problems = Problem.objects.filter(project=project, requirements=None).count()
    if open_problems:
        said = ngettext(
            "Make a requirement of %(n)s problem", "Make requirements of %(n)s problems",
            open_problems,
        )  # fmt: skip
        return Step.State.IN_PROGRESS, said % {"n": open_problems}
    if not coverage.held:
        return Step.State.IN_PROGRESS, _("Plan interviews")
    return Step.State.DONE, ""


def unwritten_interviews(now: datetime) -> QuerySet[Interview]:
    """Interviews that were to be held a day ago and are still only planned."""
    return Interview.objects.filter(
        state=Interview.State.PLANNED,
        start_at__lt=now - NOTES_AFTER,
        project__in=Project.objects.running(),
    )


def interviews_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield the interviews of ``user`` of which nothing is noted. One query."""
    interviews = (
        unwritten_interviews(now)
        .filter(interviewer=user)
        .select_related("project__customer", "contact")
        .order_by("start_at", "pk")
    )
    for interview in interviews:
        yield Waiting(
            text=_("What did %(name)s tell you?") % {"name": interview.person},
            project=interview.project,
            since=interview.start_at,
            url=interview.get_absolute_url(),
            button=_("Note it"),
            urgency=1,
        )


def due_on_of(interview: Interview) -> date:
    """The day on which the notes of an interview are due, where we are."""
    return timezone.localdate(interview.start_at + NOTES_AFTER)
