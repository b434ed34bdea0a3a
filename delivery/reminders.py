"""Tasks that are due, and tasks that are late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.changes_standing import approvers, managers
from delivery.models import ChangeRequest, Task
from delivery.models.changes import ChangeState
from implportal.notifications.registry import Reminder, ReminderRule, register_rule
from implportal.projects.models import Project

DUE_IN = timedelta(days=2)
LATE_BY_DAYS = (1, 7)
UNDECIDED_BY_DAYS = {ChangeState.IN_REVIEW: (2, 7), ChangeState.SIGNING: (7, 14)}
"""After so many days our managers are reminded: to approve, or to talk to the customer."""
FORGOTTEN = timedelta(days=14)
"""What is late for longer is no news; a new project is not flooded with old matters."""


def tasks_due(now: datetime) -> Iterator[Reminder]:
    """Whose task ends within two days. One query."""
    today = timezone.localdate(now)
    for task in _open_tasks().filter(ends_on__range=(today, today + DUE_IN), owner__isnull=False):
        yield Reminder(
            subject_key=f"task:{task.pk}",
            due_on=task.ends_on,
            subject=_("Due soon: %(task)s") % {"task": task},
            text=_("%(task)s of “%(project)s” is due on %(day)s. It stands at %(percent)s %%.")
            % _said(task),
            url=task.get_absolute_url(),
            user=task.owner,
            project_id=task.project_id,
        )


def tasks_late(now: datetime) -> Iterator[Reminder]:
    """Who does a task that is late by 1 or 7 days, and who leads the project. One query."""
    today = timezone.localdate(now)
    for task in _open_tasks().filter(ends_on__range=(today - FORGOTTEN, today - timedelta(days=1))):
        days = max(days for days in LATE_BY_DAYS if task.ends_on + timedelta(days=days) <= today)
        leader = task.project.project_manager or task.project.implementation_manager
        for person in dict.fromkeys(filter(None, [task.owner, leader])):
            yield Reminder(
                subject_key=f"task:{task.pk}",
                due_on=task.ends_on + timedelta(days=days),
                subject=_("Late: %(task)s") % {"task": task},
                text=_(
                    "%(task)s of “%(project)s” was due on %(day)s and stands at %(percent)s %%. "
                    "Report how far it is, or plan it anew."
                )
                % _said(task),
                url=task.get_absolute_url(),
                user=person,
                project_id=task.project_id,
            )


def changes_undecided(now: datetime) -> Iterator[Reminder]:
    """Who must approve a change, and who leads while one is out for signature. One query."""
    today = timezone.localdate(now)
    changes = (
        ChangeRequest.objects.filter(
            state__in=UNDECIDED_BY_DAYS, project__in=Project.objects.running()
        )
        .with_people()
        .order_by("pk")
    )
    for change in changes:
        since = timezone.localdate(change.state_since)
        passed = [
            days
            for days in UNDECIDED_BY_DAYS[change.state]
            if since + timedelta(days=days) <= today
        ]
        if not passed:
            continue
        is_ours = change.state == ChangeState.IN_REVIEW
        for person in approvers(change) if is_ours else managers(change.project):
            yield Reminder(
                subject_key=f"change:{change.pk}:{change.state}",
                due_on=since + timedelta(days=max(passed)),
                subject=_("Undecided: %(change)s") % {"change": change},
                text=(
                    _("%(change)s of “%(project)s” waits for your approval since %(day)s.")
                    if is_ours
                    else _(
                        "%(change)s of “%(project)s” is with %(customer)s since %(day)s. "
                        "A call may help it on."
                    )
                )
                % {
                    "change": change,
                    "project": change.project.title,
                    "customer": change.project.customer.name,
                    "day": date_format(since, "l j F Y"),
                },
                url=change.get_absolute_url(),
                user=person,
                project_id=change.project_id,
            )


def _open_tasks():
    return (
        Task.objects.open()
        .filter(project__in=Project.objects.running())
        .select_related("owner", "project__project_manager", "project__implementation_manager")
        .order_by("ends_on", "pk")
    )


def _said(task: Task) -> dict[str, object]:
    return {
        "task": task,
        "project": task.project.title,
        "day": date_format(task.ends_on, "l j F Y"),
        "percent": task.progress_percent,
    }


register_rule(ReminderRule("delivery.task_due", gettext_lazy("Task due in two days"), tasks_due))
register_rule(ReminderRule("delivery.task_late", gettext_lazy("Task late"), tasks_late))
register_rule(
    ReminderRule("delivery.change_undecided", gettext_lazy("Change undecided"), changes_undecided)
)
