"""The seventeen activities (design: domain.md, “The seventeen activities”) and our own tabs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.projects.models import Project, State, Step, Stop
from implportal.projects.registry import (
    ACTIVITIES,
    ATTACHABLES,
    TABS,
    WAITING,
    Activity,
    Attachable,
    ProjectTab,
    Waiting,
    WaitingSource,
)

SEVENTEEN = (
    ("introduction", "PRESALES", _("Company introduction"),
     _("Show the customer who we are and what we have done for others.")),
    ("survey", "PRESALES", _("Pre-sales research"),
     _("Ask what the customer needs, and turn the answers into requirements.")),
    ("solution", "PRESALES", _("Solution document"),
     _("Write down what we promise, discuss it section by section, have it signed.")),
    ("demonstration", "PRESALES", _("Product demonstration"),
     _("Show the product in the customer's own scenarios and note the reactions.")),
    ("exchange", "PRESALES", _("Technical exchange"),
     _("Answer the experts' questions and keep the answers.")),
    ("inspection", "PRESALES", _("Company inspection"),
     _("Let the customer visit us and see how we work.")),
    ("user_research", "PRESALES", _("User research"),
     _("Learn from the people who will work with the product every day.")),
    ("executive", "DELIVERY", _("Executive communication"),
     _("Keep the customer's leaders informed and their trust high.")),
    ("kickoff", "DELIVERY", _("Kick-off conference"),
     _("Agree on people, permissions, milestones and rules, and start.")),
    ("change", "DELIVERY", _("Research continued, and change"),
     _("Verify each promised function and handle changes on record.")),
    ("user_requests", "DELIVERY", _("User requests in trial run"),
     _("Take what the users report, sort it and tell them the outcome.")),
    ("design", "DELIVERY", _("Implementation solution"),
     _("Lay down how each promise is configured, migrated and integrated.")),
    ("plan", "DELIVERY", _("Implementation plan"),
     _("Plan when, where, who and what, and follow it day by day.")),
    ("training", "AFTERSALES", _("User training"),
     _("Teach the users, note who came, hand out certificates.")),
    ("promotion", "AFTERSALES", _("On-site promotion"),
     _("Tell others at the customer and in the field about the result.")),
    ("acceptance", "AFTERSALES", _("Acceptance"),
     _("Have the committee check every criterion and sign the certificate.")),
    ("payment", "AFTERSALES", _("Payment"),
     _("Invoice what is released and collect it to the last cent.")),
)  # fmt: skip

for order, (key, phase, title, purpose) in enumerate(SEVENTEEN, start=1):
    ACTIVITIES.register(Activity(key, phase, order, title, purpose))

ATTACHABLES.register(Attachable("projects.step"))
TABS.register(ProjectTab("overview", _("Overview"), 0, "portal:project_detail", "home"))
TABS.register(ProjectTab("people", _("People"), 50, "projects:people", "users"))
TABS.register(ProjectTab("activity", _("Activity"), 90, "portal:project_feed", "history"))


SOON = timedelta(days=3)


def steps_due(user: User, now: datetime) -> Iterator[Waiting]:
    """Own activities that are due within three days, or late."""
    steps = (
        Step.objects.filter(
            owner=user,
            due_on__lte=(now + SOON).date(),
            state__in=[Step.State.NOT_STARTED, Step.State.IN_PROGRESS, Step.State.WAITING],
            project__in=Project.objects.running(),
        )
        .select_related("project")
        .order_by("due_on", "pk")
    )
    for step in steps:
        is_late = step.due_on < now.date()
        words = gettext("%(step)s is late") if is_late else gettext("%(step)s is due")
        yield Waiting(
            text=words % {"step": step.title},
            project=step.project,
            since=datetime.combine(step.due_on, time(), tzinfo=UTC),
            url=step.url,
            button=_("Open"),
            urgency=2 if is_late else 1,
        )


WAITING.register(WaitingSource("projects.steps_due", steps_due))


def look_again(user: User, now: datetime) -> Iterator[Waiting]:
    """Own projects that rest, from the day on which their manager wanted to see them again."""
    stops = (
        Stop.objects.filter(
            project__implementation_manager=user,
            state=State.SUSPENDED,
            resumed_at=None,
            look_again_on__lte=now.date(),
        )
        .select_related("project")
        .order_by("look_again_on", "pk")
    )
    for stop in stops:
        yield Waiting(
            text=gettext("It rests, and you wanted to look at it again: %(reason)s")
            % {"reason": stop.reason},
            project=stop.project,
            since=datetime.combine(stop.look_again_on, time(), tzinfo=UTC),
            url=stop.project.get_absolute_url(),
            button=_("Open"),
        )


WAITING.register(WaitingSource("projects.look_again", look_again))
