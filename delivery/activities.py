"""What the delivery tells the apps below: its routes, tabs, gates, documents, who waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.changes_standing import undecided
from delivery.domain.kickoff_document import KICKOFF_DOCUMENT
from delivery.domain.user_requests import requests_waiting
from delivery.models import Kickoff, RequirementEffect, Task
from delivery.models.changes import ChangeState
from delivery.permissions import may_approve_change
from implportal.accounts.models import User
from implportal.documents.registry import register_kind
from implportal.kernel.steps import SETTLED
from implportal.projects.models import Phase, Project
from implportal.projects.registry import (
    ATTACHABLES,
    GATES,
    TABS,
    WAITING,
    Attachable,
    Gate,
    ProjectTab,
    Reason,
    Waiting,
    WaitingSource,
    set_activity_route,
)
from implportal.signing.registry import LinkPage, register_link_page
from presales.models import Requirement
from presales.registry import Link, LinkSource, register_link_source

DUE_SOON = timedelta(days=3)
KICKOFF_IS_NEAR = timedelta(days=1)
NEEDED_BEFORE = ("survey", "solution")
"""What the gates of pre-sales ask for; its standing answers without a gate's queries."""


def missing_for_delivery(project: Project) -> Iterator[Reason]:
    """A delivery needs somebody who leads it, and a day on which it begins."""
    url = reverse("delivery:kickoff_detail", kwargs={"project_pk": project.pk})
    if project.project_manager_id is None:
        yield Reason(_("No project manager is named."), url)
    if not Kickoff.objects.filter(project=project).exists():
        yield Reason(_("The kick-off is not planned."), url)


def missing_for_aftersales(project: Project) -> Iterator[Reason]:
    """After-sales needs a kick-off that was held, and a plan with at least one task.

    Tasks may still be open: users are trained and the acceptance is prepared while work
    goes on, and the acceptance has criteria of its own.
    """
    held = Kickoff.objects.filter(project=project, state=Kickoff.State.HELD)
    if not held.exists():
        yield Reason(
            _("The kick-off was not held."),
            reverse("delivery:kickoff_detail", kwargs={"project_pk": project.pk}),
        )
    if not Task.objects.filter(project=project).exists():
        yield Reason(
            _("The plan has no task."),
            reverse("delivery:plan", kwargs={"project_pk": project.pk}),
        )


def tasks_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Tasks of ``user`` that are late or end within three days. One query."""
    today = timezone.localdate(now)
    tasks = (
        Task.objects.open()
        .filter(owner=user, ends_on__lte=today + DUE_SOON, project__in=Project.objects.running())
        .select_related("project__customer")
        .order_by("ends_on", "pk")
    )
    for task in tasks:
        yield Waiting(
            text=(
                _("%(task)s is late") if task.is_late(today) else _("%(task)s is due")
            ) % {"task": task},
            project=task.project,
            since=datetime.combine(task.ends_on, time(), tzinfo=UTC),
            url=task.get_absolute_url(),
            button=gettext_lazy("Report progress"),
            urgency=2 if task.is_late(today) else 1,
        )  # fmt: skip


def kickoffs_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Kick-offs whose day has come in projects that ``user`` leads and that lack nothing.

    One query: it trusts the standing of the activities that the gate asks for.
    """
    kickoffs = (
        Kickoff.objects.filter(
            state=Kickoff.State.PLANNED,
            meeting__start_at__lte=now + KICKOFF_IS_NEAR,
            project__in=Project.objects.running(),
            project__phase=Phase.PRESALES,
            project__implementation_manager=user,
            project__project_manager__isnull=False,
        )
        .annotate(
            settled=Count(
                "project__steps",
                filter=Q(project__steps__key__in=NEEDED_BEFORE, project__steps__state__in=SETTLED),
            )
        )
        .filter(settled=len(NEEDED_BEFORE))
        .select_related("project__customer", "meeting")
        .order_by("meeting__start_at", "pk")
    )
    for kickoff in kickoffs:
        yield Waiting(
            text=_("The kick-off can be held and the delivery started"),
            project=kickoff.project,
            since=kickoff.meeting.start_at,
            url=kickoff.get_absolute_url(),
            button=gettext_lazy("Hold kick-off"),
            urgency=1,
        )


def tasks_of_requirements(
    requirements: Iterable[Requirement],
) -> dict[int, list[Link]]:
    """Return by requirement the tasks that build it, as (label, address). One query."""
    pairs = (
        Task.requirements.through.objects.filter(requirement__in=list(requirements))
        .select_related("task")
        .order_by("task__position", "task__pk")
    )
    links = defaultdict(list)
    for pair in pairs:
        task = pair.task
        links[pair.requirement_id].append(Link(str(task), task.get_absolute_url(), task.pk))
    return dict(links)


def changes_of_requirements(
    requirements: Iterable[Requirement],
) -> dict[int, list[Link]]:
    """Return by requirement the changes that touch it, as (label, address). One query.

    A withdrawn or declined change touches nothing.
    """
    effects = (
        RequirementEffect.objects.filter(requirement__in=list(requirements))
        .exclude(change__state__in=[ChangeState.WITHDRAWN, ChangeState.DECLINED])
        .select_related("change")
        .order_by("change__number", "pk")
    )
    links = defaultdict(list)
    for effect in effects:
        label = _("%(number)s (%(state)s)") % {
            "number": effect.change.number,
            "state": effect.change.get_state_display().lower(),
        }
        url = effect.change.get_absolute_url()
        links[effect.requirement_id].append(Link(label, url, effect.change_id))
    return dict(links)


def changes_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Changes that a manager must approve, send, or look after. One query.

    Those that the customer has to sign are told of by the signatures themselves.
    """
    for change in undecided(user):
        if change.state == ChangeState.IN_REVIEW:
            if not may_approve_change(user, change):
                continue
            words, button, urgency = _("%(change)s is to be approved"), _("Approve"), 1
        elif change.state == ChangeState.APPROVED and change.came_back_reason:
            words, button = _("%(change)s came back unsigned"), _("See the reason")
            urgency = 2
        elif change.state == ChangeState.APPROVED:
            words, button, urgency = _("%(change)s can be sent for signature"), _("Send"), 1
        else:
            words, button = _("%(change)s is signed, but was not carried out"), _("See why")
            urgency = 2
        yield Waiting(
            text=words % {"change": change},
            project=change.project,
            since=change.state_since,
            url=change.get_absolute_url(),
            button=button,
            urgency=urgency,
        )


register_kind(KICKOFF_DOCUMENT)
register_link_source(LinkSource("built", gettext_lazy("Built"), tasks_of_requirements))
for label in ("kickoff", "changerequest", "task"):
    ATTACHABLES.register(Attachable(f"delivery.{label}"))
set_activity_route("kickoff", "delivery:kickoff_detail")
set_activity_route("plan", "delivery:plan")
set_activity_route("change", "delivery:change_list")
register_link_source(LinkSource("changed", gettext_lazy("Changed by"), changes_of_requirements))
TABS.register(
    ProjectTab("changes", gettext_lazy("Changes"), 35, "delivery:change_list", "git-compare")
)
TABS.register(ProjectTab("plan", gettext_lazy("Plan"), 30, "delivery:plan", "timeline"))
GATES.register(Gate("delivery.kickoff_planned", Phase.DELIVERY, missing_for_delivery))
GATES.register(Gate("delivery.kickoff_held", Phase.AFTERSALES, missing_for_aftersales))
WAITING.register(WaitingSource("delivery.tasks", tasks_waiting))
WAITING.register(WaitingSource("delivery.kickoffs", kickoffs_waiting))
WAITING.register(WaitingSource("delivery.changes", changes_waiting))
set_activity_route("user_requests", "delivery:user_request_list")
register_link_page(LinkPage("REQUEST", "projects.project", "delivery:link_user_requests"))
WAITING.register(WaitingSource("delivery.user_requests", requests_waiting))
