"""Tasks that are due, and tasks that are late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.models import Task
from implportal.notifications.registry import Reminder, ReminderRule, register_rule
from implportal.projects.models import Project

DUE_IN = timedelta(days=2)
LATE_BY_DAYS = (1, 7)
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
