from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.models import Plan, Task
from delivery.models.plans import DONE_PERCENT
from delivery.permissions import may_report
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.events import announce
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step

PROGRESS_REPORTED = Action(
    "delivery.progress_reported", gettext_lazy("reported %(percent)s %% of %(task)s")
)
TASK_FINISHED = Action("delivery.task_finished", gettext_lazy("finished %(task)s"))
MILESTONE_REACHED = Action(
    "delivery.milestone_reached", gettext_lazy("reached the milestone %(task)s")
)


class NotAShare(DomainError):
    """Progress is not between 0 and 100 percent."""


class MilestoneStands(DomainError):
    """A milestone that was reached cannot be taken back: payments may have been released."""


@transaction.atomic
def report_progress(*, task: Task, percent: int, actor: User, at: datetime, note: str = "") -> Task:
    """Note how far a task is. A milestone that comes to 100 percent is announced, once.

    Raises:
        NotAllowed: ``actor`` neither does the task nor runs the project.
        ProjectNotRunning, NotAShare.
        MilestoneStands: a milestone that was reached would be open again.
    """
    # The project first: what a milestone releases needs its row, as whoever amends a plan does.
    Project.objects.locked(task.project_id)
    Plan.objects.locked_for(task.project)
    task = Task.objects.select_related("project", "owner").get(pk=task.pk)
    project = task.project
    if not may_report(actor, task):
        raise NotAllowed
    check_running(project)
    if not 0 <= percent <= DONE_PERCENT:
        raise NotAShare(_("Progress lies between 0 and 100 percent."))
    was_done = task.is_done
    if was_done and task.is_milestone and percent < DONE_PERCENT:
        raise MilestoneStands(
            _("This milestone was reached and may have released a payment; it stays reached.")
        )
    if (task.progress_percent, task.progress_note) == (percent, note):
        return task
    task.progress_percent, task.progress_note = percent, note
    task.done_at = (task.done_at or at) if task.is_done else None
    task.save(update_fields=["progress_percent", "progress_note", "done_at"])
    action = PROGRESS_REPORTED
    if task.is_done and not was_done:
        action = MILESTONE_REACHED if task.is_milestone else TASK_FINISHED
    record(
        action, subject=task, actor=actor, at=at, project=project,
        details={"task": str(task), "percent": percent, "note": note},
    )  # fmt: skip
    if action is MILESTONE_REACHED:
        announce(
            project=project, event="MILESTONE_DONE", at=at, actor=actor, reference=str(task.pk)
        )
    note_plan_step(project=project, actor=actor, at=at)
    return task


def note_plan_step(*, project: Project, actor: User, at: datetime) -> None:
    """Bring the activity “plan” in line with its tasks, inside the caller's transaction."""
    count = project.tasks.aggregate(
        every=Count("pk"), done=Count("pk", filter=Q(progress_percent=DONE_PERCENT))
    )
    if count["every"] == 0:
        state = Step.State.NOT_STARTED
    elif count["every"] == count["done"]:
        state = Step.State.DONE
    else:
        state = Step.State.IN_PROGRESS
    upcoming = project.tasks.open().order_by("ends_on", "position", "pk").first()
    advance_step(
        project=project, key="plan", state=state, actor=actor, at=at,
        next_step=str(upcoming) if upcoming else "",
    )  # fmt: skip
