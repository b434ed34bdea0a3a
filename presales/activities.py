"""What pre-sales tells the spine: pages of activities, gates, tabs, who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from implportal.accounts.models import User
from implportal.meetings.models import Kind
from implportal.meetings.registry import MINUTES_PARTS, MinutesPart
from implportal.projects.models import Project
from implportal.projects.registry import (
    ATTACHABLES,
    GATES,
    LISTENERS,
    TABS,
    WAITING,
    Attachable,
    EventListener,
    Gate,
    ProjectTab,
    Reason,
    Waiting,
    WaitingSource,
    set_activity_route,
)
from implportal.signing.registry import LinkPage, register_link_page
from presales.domain import demonstration_standing, inspection_standing
from presales.domain.exchange_standing import minutes_text, note_meeting_moved, written_of
from presales.domain.exchange_waiting import questions_waiting
from presales.domain.research_standing import interviews_waiting
from presales.domain.section_comments import comments_for
from presales.domain.solution_approval import approval_url, approvals_waiting_for
from presales.domain.solution_waiting import Reading, readings, unfinished_solutions
from presales.domain.surveys_people import people_answering
from presales.models import Solution, Survey
from presales.registry import LinkSource, register_link_source

ARRANGE_DAYS = 7
"""So long before its day something to arrange begins to wait."""
DRAFT_RESTS_DAYS = 3
"""A draft that nobody sent for so long is brought to mind."""

for _label in ("requirement", "survey", "solution", "introduction"):
    ATTACHABLES.register(Attachable(f"presales.{_label}"))
ATTACHABLES.register(Attachable("presales.interview"))
set_activity_route("introduction", "presales:introduction_list")
set_activity_route("survey", "presales:survey_list")
set_activity_route("demonstration", "presales:demonstration_home")
set_activity_route("inspection", "presales:inspection_home")
set_activity_route("solution", "presales:solution_home")
set_activity_route("exchange", "presales:exchange_home")
set_activity_route("user_research", "presales:research_home")
register_link_page(LinkPage("ANSWER", "presales.survey", "presales:survey_link_start"))
TABS.register(
    ProjectTab(
        "requirements", gettext_lazy("Requirements"), 10, "presales:requirement_list", "target"
    )
)


def solution_is_missing(project: Project) -> Iterator[Reason]:
    """Delivery begins with a signed solution; only an administrator goes on without one."""
    if not project.solutions.filter(state=Solution.State.SIGNED).exists():
        url = reverse("presales:solution_home", kwargs={"project_pk": project.pk})
        yield Reason(_("The solution is not signed yet."), url)


def survey_is_missing(project: Project) -> Iterator[Reason]:
    """Delivery begins when we know what is needed, or decided not to ask."""
    if project.surveys.filter(state__in=["HANDED_IN", "CLOSED"]).exists():
        return
    if not project.steps.filter(key="survey", state__in=["DONE", "WAIVED"]).exists():
        url = reverse("presales:survey_list", kwargs={"project_pk": project.pk})
        yield Reason(_("The survey is not handed in yet."), url)


def surveys_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield who has a survey still, and answers that became no requirement yet; two queries."""
    surveys = (
        Survey.objects.filter(
            Q(project__implementation_manager=user)
            | Q(project__project_manager=user, project__delivery_granted_at__isnull=False),
            project__state="RUNNING",
        )
        .filter(Q(state=Survey.State.HANDED_IN) | Q(state=Survey.State.OPEN, sent_at__isnull=False))
        .select_related("project")
        .prefetch_related(people_answering())
        .order_by("pk")
    )
    for survey in surveys:
        if survey.state == Survey.State.HANDED_IN:
            yield Waiting(
                text=_("Turn the answers of “%(title)s” into requirements")
                % {"title": survey.title},
                project=survey.project,
                since=survey.handed_in_at,
                url=reverse(
                    "presales:survey_requirements",
                    kwargs={"project_pk": survey.project_id, "pk": survey.pk},
                ),
                button=_("Turn into requirements"),
                urgency=1,
            )
            continue
        answering = [one for one in survey.respondents.all() if one.handed_in_at is None]
        for respondent in answering:
            yield Waiting(
                text=_("“%(title)s” is to be answered") % {"title": survey.title},
                project=survey.project,
                since=respondent.sent_at,
                url=survey.get_absolute_url(),
                button=_("See where it stands"),
                on="CUSTOMER",
                who=respondent.contact.name,
            )
        if not answering:
            yield Waiting(
                text=_("“%(title)s”: all have handed in, but something needed is not answered")
                % {"title": survey.title},
                project=survey.project,
                since=max(
                    (one.handed_in_at for one in survey.respondents.all()), default=survey.sent_at
                ),
                url=survey.get_absolute_url(),
                button=_("See what is missing"),
                urgency=1,
            )


def solutions_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield solutions that wait for a next step; four queries."""
    solutions = unfinished_solutions(user)
    found = readings(one for one in solutions if one.state == Solution.State.IN_REVIEW)
    for solution in solutions:
        waiting = _waiting(solution, found.get(solution.pk), now)
        if waiting:
            yield waiting


def approvals_asked(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield solutions that ``user`` is to approve; one query."""
    for approval in approvals_waiting_for(user):
        yield Waiting(
            text=_("%(name)s asks you to approve “%(title)s”")
            % {"name": approval.asked_by.name, "title": approval.solution.title},
            project=approval.solution.project,
            since=approval.asked_at,
            url=approval_url(approval.solution),
            button=_("Approve or return"),
            urgency=2,
        )


def comments_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield solutions with words of the team that ``user`` has not answered; two queries."""
    mine = Project.objects.running().filter(implementation_manager=user)
    for found in comments_for(user, mine):
        yield Waiting(
            text=ngettext(
                "The team says something about “%(title)s”",
                "The team says %(n)s things about “%(title)s”",
                found.open,
            )
            % {"n": found.open, "title": found.solution.title},
            project=found.solution.project,
            since=found.since,
            url=reverse("presales:comment_list", kwargs={"project_pk": found.solution.project_id})
            + "?state=open",
            button=_("Read the comments"),
        )


def _waiting(solution: Solution, reading: Reading | None, now: datetime) -> Waiting | None:
    if solution.state == Solution.State.DRAFT:
        if (now - solution.state_since).days < DRAFT_RESTS_DAYS:
            return None
        return _line(solution, _("“%(title)s” is still being written"), _("Write"))
    if solution.declined_reason:
        words = _("Signing of “%(title)s” was declined")
        return _line(solution, words, _("See the reason"), urgency=2)
    if reading and reading.ready_to_sign:
        words = _("“%(title)s” is understood: send it for signature")
        return _line(solution, words, _("Send for signature"), urgency=1)
    if reading and reading.understood:
        words = _("“%(title)s”: %(n)s of %(all)s sections understood")
        said = {"n": reading.understood, "all": reading.total}
        return _line(solution, words, _("Look"), said, on="CUSTOMER", who=reading.readers)
    return None  # unread: signing says so, link by link


def _line(
    solution: Solution, words: str, button: str, said: dict | None = None, **more: Any
) -> Waiting:
    return Waiting(
        text=words % {"title": solution.title, **(said or {})},
        project=solution.project,
        since=solution.state_since,
        url=solution.get_absolute_url(),
        button=button,
        **more,
    )


def arrangements_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Yield what is to be arranged for a visit, in the week before it is due; one query."""
    today = timezone.localdate(now)
    for one in inspection_standing.arrangements_waiting_for(user):
        days = (one.due_on - today).days
        if days <= ARRANGE_DAYS:
            meeting = one.meeting
            place = {"project_pk": meeting.project_id, "pk": meeting.pk}
            page = reverse("presales:inspection_detail", kwargs=place)
            yield Waiting(
                text=_("%(text)s (%(title)s)") % {"text": one.text, "title": meeting.title},
                project=meeting.project,
                since=timezone.make_aware(datetime.combine(one.due_on, time())),
                url=f"{page}#arrangements",
                button=_("To the checklist"),
                urgency=2 if days < 0 else 1,
            )


GATES.register(Gate("presales.survey", "DELIVERY", survey_is_missing))
GATES.register(Gate("presales.solution", "DELIVERY", solution_is_missing))
WAITING.register(WaitingSource("presales.surveys", surveys_waiting))
WAITING.register(WaitingSource("presales.approvals", approvals_asked))
WAITING.register(WaitingSource("presales.comments", comments_waiting))
WAITING.register(WaitingSource("presales.solutions", solutions_waiting))
WAITING.register(WaitingSource("presales.exchange", questions_waiting))
WAITING.register(WaitingSource("presales.arrangements", arrangements_waiting))
LISTENERS.register(
    EventListener("presales.inspection", "MEETING_MOVED", inspection_standing.note_meeting_moved)
)
LISTENERS.register(EventListener("presales.exchange", "MEETING_MOVED", note_meeting_moved))
LISTENERS.register(
    EventListener(
        "presales.demonstration", "MEETING_MOVED", demonstration_standing.note_meeting_moved
    )
)
MINUTES_PARTS.register(
    MinutesPart(
        key="shown",
        title=gettext_lazy("What was shown"),
        kinds=frozenset({Kind.DEMONSTRATION}),
        text=demonstration_standing.minutes_text,
        written=demonstration_standing.written_of,
        route="presales:demonstration_detail",
    )
)
register_link_source(
    LinkSource(
        "wished",
        gettext_lazy("Wished for at"),
        demonstration_standing.wishes_behind,
        is_origin=True,
    )
)
register_link_source(
    LinkSource("visit", gettext_lazy("Said at"), inspection_standing.visits_behind, is_origin=True)
)
MINUTES_PARTS.register(
    MinutesPart(
        key="topics",
        title=gettext_lazy("Topics and questions"),
        kinds=frozenset({Kind.EXCHANGE}),
        text=minutes_text,
        written=written_of,
        route="presales:exchange_detail",
    )
)
WAITING.register(WaitingSource("presales.interviews", interviews_waiting))
