from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.schedule import Move, Network, leads_to, moves_after, read_network
from delivery.models import Plan, Task, TaskLink
from delivery.permissions import may_plan
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project

TASKS_LINKED = Action("delivery.tasks_linked", gettext_lazy("put %(task)s after %(after)s"))
TASKS_UNLINKED = Action(
    "delivery.tasks_unlinked", gettext_lazy("%(task)s no longer has to come after %(after)s")
)
FOLLOWERS_MOVED = Action(
    "delivery.followers_moved",
    gettext_lazy("moved what comes after %(task)s to later days: %(moved)s"),
)
LONGEST_LAG_DAYS = 250


class GoesInCircles(DomainError):
    """The link would make a task wait for itself."""


class LinkedAlready(DomainError):
    """The two tasks are linked."""


class WrongLag(DomainError):
    """The time between two tasks is negative or longer than a year."""


class OtherPlan(DomainError):
    """The two tasks are not in the same plan."""


class NothingToMove(DomainError):
    """Everything that follows is late enough already."""


def network_of(project: Project) -> Network:
    """Read the whole plan of a project: two queries."""
    return read_network(
        Task.objects.filter(project=project).select_related("owner").order_by("position", "pk"),
        TaskLink.objects.filter(successor__project=project).order_by("pk"),
    )


@transaction.atomic
def link_tasks(
    *, predecessor: Task, successor: Task, actor: User, at: datetime, lag_days: int = 0
) -> TaskLink:
    """Let ``successor`` start after ``predecessor`` has ended, ``lag_days`` working days later.

    Raises:
        NotAllowed, ProjectNotRunning.
        OtherPlan, WrongLag, LinkedAlready.
        GoesInCircles: ``predecessor`` itself comes after ``successor``.
    """
    project = successor.project
    if not may_plan(actor, project):
        raise NotAllowed
    check_running(project)
    if predecessor.project_id != project.pk:
        raise OtherPlan(_("Both tasks must be in the same plan."))
    if not 0 <= lag_days <= LONGEST_LAG_DAYS:
        raise WrongLag(
            _("The days between must be 0 to %(longest)s.") % {"longest": LONGEST_LAG_DAYS}
        )
    # The plan's row is locked: two links at once could make a circle of which each knows half.
    Plan.objects.locked_for(project)
    network = network_of(project)
    if any(
        link.predecessor_id == predecessor.pk for link in network.links_in.get(successor.pk, ())
    ):
        raise LinkedAlready(
            _("%(task)s comes after %(after)s already.")
            % {"task": successor.code, "after": predecessor.code}
        )
    if leads_to(network, start=successor.pk, target=predecessor.pk):
        raise GoesInCircles(
            _("%(after)s itself waits for %(task)s, so neither could ever start.")
            % {"task": successor.code, "after": predecessor.code}
        )
    link = TaskLink.objects.create(predecessor=predecessor, successor=successor, lag_days=lag_days)
    record(
        TASKS_LINKED, subject=successor, actor=actor, at=at, project=project,
        details={"task": str(successor), "after": str(predecessor), "lag_days": lag_days},
    )  # fmt: skip
    return link


@transaction.atomic
def unlink_tasks(*, link: TaskLink, actor: User, at: datetime) -> None:
    """Take a link away. Raises NotAllowed, ProjectNotRunning."""
    project = link.successor.project
    if not may_plan(actor, project):
        raise NotAllowed
    check_running(project)
    Plan.objects.locked_for(project)
    deleted, _by_model = TaskLink.objects.filter(pk=link.pk).delete()
    if deleted:
        record(
            TASKS_UNLINKED, subject=link.successor, actor=actor, at=at, project=project,
            details={"task": str(link.successor), "after": str(link.predecessor)},
        )  # fmt: skip


@transaction.atomic
def move_followers(*, task: Task, actor: User, at: datetime) -> list[Move]:
    """Move what comes after ``task`` to later days, until every link is kept; return the moves.

    Raises:
        NotAllowed, ProjectNotRunning.
        NothingToMove: all of it is late enough.
    """
    project = task.project
    if not may_plan(actor, project):
        raise NotAllowed
    check_running(project)
    Plan.objects.locked_for(project)
    moves = moves_after(network_of(project), task)
    if not moves:
        raise NothingToMove(_("Nothing has to move: all that follows starts late enough."))
    for move in moves:
        move.task.starts_on, move.task.ends_on = move.starts_on, move.ends_on
    Task.objects.bulk_update([move.task for move in moves], ["starts_on", "ends_on"])
    record(
        FOLLOWERS_MOVED, subject=task, actor=actor, at=at, project=project,
        details={"task": str(task), "moved": ", ".join(move.task.code for move in moves)},
    )  # fmt: skip
    return moves
