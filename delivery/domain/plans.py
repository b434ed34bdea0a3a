from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import F, Max, ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.progress import MilestoneStands, note_plan_step
from delivery.models import Plan, Task
from delivery.permissions import may_plan
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from presales.models import Requirement

TASK_ADDED = Action("delivery.task_added", gettext_lazy("planned %(task)s"))
TASK_CHANGED = Action("delivery.task_changed", gettext_lazy("changed %(task)s: %(fields)s"))
TASK_REMOVED = Action("delivery.task_removed", gettext_lazy("took %(task)s out of the plan"))

CHANGEABLE = frozenset(
    {
        "phase_label", "title", "description", "starts_on", "ends_on", "place",
        "owner", "owner_name", "needs", "is_milestone",
    }
)  # fmt: skip
LONGEST = timedelta(days=3 * 366)
"""A longer task is a slip of the pen."""
FARTHEST = timedelta(days=10 * 366)
"""So is one that lies further from today."""


class WrongDates(DomainError):
    """The last day is before the first, or the dates are out of all reason."""


class OwnerIsStranger(DomainError):
    """The owner does not work on the project."""


class TwoOwners(DomainError):
    """A task is done by one of us or by somebody of the customer."""


class RequirementOfOthers(DomainError):
    """The requirement belongs to another project."""


@transaction.atomic
def add_task(
    *,
    project: Project,
    title: str,
    starts_on: date,
    actor: User,
    at: datetime,
    ends_on: date | None = None,
    phase_label: str = "",
    description: str = "",
    place: str = "",
    owner: User | None = None,
    owner_name: str = "",
    needs: str = "",
    is_milestone: bool = False,
    requirements: Iterable[Requirement] = (),
) -> Task:
    """Put a task into the plan, at the end of its part; numbers are never used again.

    ``ends_on`` is its last day; without one it takes a day. A milestone always does.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning: the project rests or is over.
        WrongDates, OwnerIsStranger, TwoOwners, RequirementOfOthers.
    """
    if not may_plan(actor, project):
        raise NotAllowed
    check_running(project)
    return insert_task(
        project=project,
        phase_label=phase_label,
        title=title,
        description=description,
        starts_on=starts_on,
        ends_on=starts_on if is_milestone else ends_on or starts_on,
        place=place,
        owner=owner,
        owner_name=owner_name,
        needs=needs,
        is_milestone=is_milestone,
        requirements=requirements,
        actor=actor,
        at=at,
    )


def insert_task(
    *,
    project: Project,
    actor: User | None,
    at: datetime,
    requirements: Iterable[Requirement] = (),
    **fields: object,
) -> Task:
    """Put a task into the plan, in the transaction of a caller who has checked that it may be.

    Raises:
        WrongDates, OwnerIsStranger, TwoOwners, RequirementOfOthers.
    """
    plan = Plan.objects.locked_for(project)
    task = Task(project=project, number=plan.last_number + 1, **fields)
    _check(task, today=at.date(), owner_is_new=True)
    task.position = _make_room(project, task.phase_label)
    task.save()
    plan.last_number = task.number
    plan.save(update_fields=["last_number"])
    _set_requirements(task, requirements)
    record(
        TASK_ADDED, subject=task, actor=actor, at=at, project=project,
        actor_name="" if actor else str(_("The portal")),
        details={"task": str(task), "starts_on": task.starts_on, "ends_on": task.ends_on},
    )  # fmt: skip
    note_plan_step(project=project, actor=actor, at=at)
    return task


def shift_task(
    *, task: Task, starts_on: date, ends_on: date, actor: User | None, at: datetime
) -> None:
    """Put a task on other days, in the transaction of a caller who has checked that it may be.

    Raises:
        WrongDates.
    """
    task.starts_on, task.ends_on = starts_on, ends_on
    _check(task, today=at.date(), owner_is_new=False)
    task.save(update_fields=["starts_on", "ends_on"])
    fields = [Task._meta.get_field(name).verbose_name for name in ("starts_on", "ends_on")]
    record(
        TASK_CHANGED, subject=task, actor=actor, at=at, project=task.project,
        actor_name="" if actor else str(_("The portal")),
        details={
            "task": str(task),
            "fields": ", ".join(map(str, fields)),
            "starts_on": starts_on,
            "ends_on": ends_on,
        },
    )  # fmt: skip
    note_plan_step(project=task.project, actor=actor, at=at)


@transaction.atomic
def change_task(
    *,
    task: Task,
    actor: User,
    at: datetime,
    requirements: Iterable[Requirement] | None = None,
    **changes: object,
) -> Task:
    """Change what is planned; ``changes`` are fields of CHANGEABLE.

    A task that comes into another part of the plan goes to its end. Followers stay
    where they are: what no longer fits is shown as a clash.

    Raises:
        NotAllowed, ProjectNotRunning.
        WrongDates, OwnerIsStranger, TwoOwners, RequirementOfOthers.
        MilestoneStands: a milestone that was reached would stop being one.
        ValueError: a field that does not change this way.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"not changeable: {unknown}")
    task = _locked(task, actor)
    before = {name: getattr(task, name) for name in CHANGEABLE}
    for name, value in changes.items():
        setattr(task, name, value)
    if task.is_milestone:
        task.ends_on = task.starts_on
    changed = sorted(name for name, old in before.items() if getattr(task, name) != old)
    if task.is_done and "is_milestone" in changed:
        raise MilestoneStands(
            _("What is done is done; a milestone cannot be made of it, or undone.")
        )
    _check(task, today=at.date(), owner_is_new="owner" in changed)
    if "phase_label" in changed:
        task.position = _make_room(task.project, task.phase_label)
    task.save(update_fields=[*changed, "position"])
    said = [str(Task._meta.get_field(name).verbose_name) for name in changed]
    if requirements is not None and _set_requirements(task, requirements):
        said.append(_("requirements"))
    if said:
        details = {"task": str(task), "fields": ", ".join(said)} | {
            name: getattr(task, name) for name in ("starts_on", "ends_on") if name in changed
        }
        record(
            TASK_CHANGED, subject=task, actor=actor, at=at, project=task.project, details=details
        )
    return task


@transaction.atomic
def move_task(*, task: Task, direction: Literal["up", "down"], actor: User, at: datetime) -> Task:
    """Change places with the neighbour in the same part of the plan; silent at its end.

    The order of lines says nothing about the work, so it is not put on record.

    Raises:
        NotAllowed, ProjectNotRunning.
    """
    task = _locked(task, actor)
    part = Task.objects.filter(project=task.project_id, phase_label=task.phase_label)
    neighbour = (
        part.filter(position__lt=task.position).order_by("-position", "-pk").first()
        if direction == "up"
        else part.filter(position__gt=task.position).order_by("position", "pk").first()
    )
    if neighbour:
        task.position, neighbour.position = neighbour.position, task.position
        Task.objects.bulk_update([task, neighbour], ["position"])
    return task


@transaction.atomic
def remove_task(*, task: Task, actor: User, at: datetime) -> None:
    """Take a task and its links out of the plan.

    Raises:
        NotAllowed, ProjectNotRunning.
        MilestoneStands: a milestone was reached, and payments may have been released; or
            a payment waits for it.
    """
    task = _locked(task, actor)
    if task.is_milestone and task.is_done:
        raise MilestoneStands(_("This milestone was reached, so it stays in the plan."))
    record(
        TASK_REMOVED, subject=task, actor=actor, at=at, project=task.project,
        details={"task": str(task)},
    )  # fmt: skip
    try:
        task.delete()
    except ProtectedError:
        raise MilestoneStands(
            _("A payment waits for this milestone. Let it wait for something else first.")
        ) from None
    note_plan_step(project=task.project, actor=actor, at=at)


def _locked(task: Task, actor: User) -> Task:
    Plan.objects.locked_for(task.project)
    task = Task.objects.select_related("project", "owner").get(pk=task.pk)
    if not may_plan(actor, task.project):
        raise NotAllowed
    check_running(task.project)
    return task


def _make_room(project: Project, phase_label: str) -> int:
    """Return the position behind the last task of a part, moving what comes later on."""
    tasks = Task.objects.filter(project=project)
    last = tasks.filter(phase_label=phase_label).aggregate(last=Max("position"))["last"]
    if last is None:
        return (tasks.aggregate(last=Max("position"))["last"] or 0) + 1
    tasks.filter(position__gt=last).update(position=F("position") + 1)
    return last + 1


def _check(task: Task, *, today: date, owner_is_new: bool) -> None:
    if task.ends_on < task.starts_on:
        raise WrongDates(_("The last day must not be before the first."))
    if task.ends_on - task.starts_on > LONGEST:
        raise WrongDates(_("A task of more than three years is not a task; part it."))
    if max(abs(task.starts_on - today), abs(task.ends_on - today)) > FARTHEST:
        raise WrongDates(_("That is more than ten years from now. Is the year right?"))
    if task.owner and task.owner_name:
        raise TwoOwners(_("Name one of us or somebody at the customer, not both."))
    if not (owner_is_new and task.owner):
        return
    if not Project.objects.visible_to(task.owner).filter(pk=task.project_id).exists():
        raise OwnerIsStranger(
            _("%(name)s does not work on this project yet. Add them under People first.")
            % {"name": task.owner.name}
        )


def _set_requirements(task: Task, requirements: Iterable[Requirement]) -> bool:
    wanted = set(requirements)
    if any(requirement.project_id != task.project_id for requirement in wanted):
        raise RequirementOfOthers(_("A requirement of another project cannot be built here."))
    if wanted == set(task.requirements.all()):
        return False
    task.requirements.set(wanted)
    return True
