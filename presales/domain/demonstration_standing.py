"""Where the product demonstration of a project stands, and what it adds to minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from implportal.accounts.models import User
from implportal.documents.domain.content import plain_words
from implportal.meetings.domain.outcomes import who_does
from implportal.meetings.models import Kind, Meeting, State
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from presales.models import Remark, Requirement, ShownScenario
from presales.registry import Link


class Next(NamedTuple):
    """Where an activity stands and what comes next, in a sentence."""

    state: Step.State
    text: str = ""


def advance_demonstration(project: Project, *, actor: User | None, at: datetime) -> None:
    """Note where the demonstration stands now that something of it has moved.

    One that was waived stays so until a meeting is planned after all.
    """
    meetings = list(demonstrations_of(project).exclude(state=State.CANCELLED))
    if not meetings and project.steps.filter(key="demonstration", state="WAIVED").exists():
        return
    found = next(_next_of(meetings, at))
    advance_step(
        project=project, key="demonstration", state=found.state, actor=actor, at=at,
        next_step=found.text,
    )  # fmt: skip


def _next_of(meetings: list[Meeting], at: datetime) -> Iterator[Next]:
    """What we owe for those that are over comes before what is ahead."""
    if not meetings:
        yield Next(Step.State.NOT_STARTED, _("Plan a demonstration"))
    if count := sum(one.open_count for one in meetings):
        said = ngettext(
            "Settle %(n)s open question or wish", "Settle %(n)s open questions and wishes", count
        )
        yield Next(Step.State.IN_PROGRESS, said % {"n": count})
    for meeting in reversed(meetings):
        name = {"title": meeting.title}
        is_ahead = meeting.end_at > at and not meeting.noted_count
        if is_ahead and not meeting.scenario_count:
            yield Next(Step.State.IN_PROGRESS, _("Choose what “%(title)s” shows") % name)
        elif is_ahead:
            start = meeting.start_at.astimezone(ZoneInfo(meeting.time_zone))
            words = _("Show “%(title)s” on %(day)s")
            yield Next(Step.State.IN_PROGRESS, words % (name | {"day": date_format(start, "j F")}))
        elif not meeting.noted_count:
            yield Next(Step.State.IN_PROGRESS, _("Note how “%(title)s” was received") % name)
    yield Next(Step.State.DONE)


def demonstrations_of(project: Project) -> QuerySet[Meeting]:
    """Return the demonstrations, the latest first, with what is known of each in numbers."""
    open_remark = Q(
        scenarios__remarks__answer="",
        scenarios__remarks__action=None,
        scenarios__remarks__requirement=None,
        scenarios__remarks__isnull=False,
    )
    return (
        project.meetings.filter(kind=Kind.DEMONSTRATION)
        .annotate(
            scenario_count=Count("scenarios", distinct=True),
            noted_count=Count(
                "scenarios", filter=Q(scenarios__shown_at__isnull=False), distinct=True
            ),
            open_count=Count("scenarios__remarks", filter=open_remark, distinct=True),
        )
        .order_by("-start_at", "-pk")
    )


def note_meeting_moved(
    *, project: Project, at: datetime, actor: User | None, reference: str
) -> None:
    """Follow a demonstration that was planned, moved, held or called off."""
    if Meeting.objects.filter(pk=int(reference), kind=Kind.DEMONSTRATION).exists():
        advance_demonstration(project, actor=actor, at=at)


def scenarios_of(meeting: Meeting) -> list[ShownScenario]:
    """Return the scenarios in order with what was said of each; two queries, or one."""
    remarks = Remark.objects.select_related(
        "said_by__user", "said_by__contact", "action__user", "action__contact", "requirement"
    ).order_by("noted_at", "pk")
    return list(
        meeting.scenarios.prefetch_related(Prefetch("remarks", remarks)).order_by("order", "pk")
    )


def minutes_text(meeting: Meeting) -> str:
    """Say as Markdown what was shown, asked and wished for; how it was received stays ours."""
    shown = [one for one in scenarios_of(meeting) if one.shown_at]
    return "\n\n".join(block for scenario in shown for block in _blocks(scenario))


def written_of() -> QuerySet:
    """The keys of meetings of which something was noted with a scenario."""
    return ShownScenario.objects.filter(shown_at__isnull=False).values("meeting_id")


def wishes_behind(requirements: Iterable[Requirement]) -> dict[int, list[Link]]:
    """Return by requirement the wishes that it came from. One query."""
    found: dict[int, list[Link]] = {}
    wishes = Remark.objects.filter(requirement__in=list(requirements)).select_related(
        "scenario__meeting"
    )
    for wish in wishes.order_by("pk"):
        meeting = wish.scenario.meeting
        link = Link(f"{meeting.title}: {wish.text}", remark_url(wish, meeting), wish.pk)
        found.setdefault(wish.requirement_id, []).append(link)
    return found


def remark_url(remark: Remark, meeting: Meeting) -> str:
    place = {"project_pk": meeting.project_id, "pk": meeting.pk}
    return f"{reverse('presales:demonstration_detail', kwargs=place)}#remark-{remark.pk}"


def _blocks(scenario: ShownScenario) -> Iterator[str]:
    yield f"### {plain_words(scenario.title)}"
    if scenario.goal:
        yield plain_words(scenario.goal)
    if lines := [f"- {plain_words(_line(remark))}" for remark in scenario.remarks.all()]:
        yield "\n".join(lines)


def _line(remark: Remark) -> str:
    kind = remark.get_kind_display()
    head = f"{kind} ({remark.said_by.label})" if remark.said_by else str(kind)
    return f"{head}: {remark.text} – {became(remark)}"


def became(remark: Remark) -> str:
    """Say in a few words what a question or a wish led to."""
    if remark.answer:
        return remark.answer
    if remark.requirement:
        return _("requirement %(code)s") % {"code": remark.requirement.code}
    if item := remark.action:
        until = date_format(item.due_on, "j F Y") if item.due_on else "–"
        return _("%(who)s finds out, until %(until)s") % {"who": who_does(item), "until": until}
    return _("open")
