"""Writing a change request down, until it is handed in to be approved."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.changes_effects import PRICE, outlook
from delivery.domain.plans import FARTHEST, LONGEST, WrongDates
from delivery.models import ChangeRequest, RequirementEffect, Task, TaskEffect
from delivery.models.changes import CHANGE_MOVES, MOST_SHIFT_DAYS, ChangeState, PriceRelease
from delivery.permissions import may_write_change
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.domain.numbers import next_number
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from implportal.projects.permissions import may_see_money
from presales.models import Requirement

CHANGE_STARTED = Action(
    "delivery.change_started", gettext_lazy("began the change request %(number)s “%(title)s”")
)
CHANGE_EDITED = Action(
    "delivery.change_edited", gettext_lazy("wrote the change request %(number)s anew: %(fields)s")
)
EFFECT_ADDED = Action(
    "delivery.change_effect_added",
    gettext_lazy("wrote in %(number)s what becomes of %(target)s"),
)
EFFECT_REMOVED = Action(
    "delivery.change_effect_removed",
    gettext_lazy("took out of %(number)s what becomes of %(target)s"),
)
CHANGE_HANDED_IN = Action(
    "delivery.change_handed_in", gettext_lazy("handed in the change request %(number)s")
)

CHANGEABLE = frozenset(
    {
        "title", "what", "why", "acceptance", "new_end_on", "price_minor", "price_release",
        "price_on", "terms_days",
    }
)  # fmt: skip


class WordsMissing(DomainError):
    """A change request says what shall change, and why."""


class IncompleteRelease(DomainError):
    """A payment on a fixed date came without the date."""


class NotBeingWritten(DomainError):
    """Only a draft changes; later versions begin with taking it back."""


class NothingChanges(DomainError):
    """It touches neither requirements nor plan, dates, price or acceptance."""


class CannotBeDone(DomainError):
    """Something that it touches does not allow it (any more); the message lists what."""


class EffectIncomplete(DomainError):
    """An effect does not say what it does, or says two things at once."""


class AlreadyTouched(DomainError):
    """The change says something of this requirement or task already."""


class OfOtherProject(DomainError):
    """The requirement or task belongs to another project."""


@transaction.atomic
def start_change(
    *, project: Project, title: str, what: str, why: str, actor: User, at: datetime,
    **fields: object,
) -> ChangeRequest:  # fmt: skip
    """Begin a change request with a gapless number; ``fields`` are others of CHANGEABLE.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        WordsMissing, IncompleteRelease.
        ValueError: a field that is not written this way.
    """
    project = Project.objects.locked(project.pk)
    if not may_write_change(actor, project):
        raise NotAllowed
    check_running(project)
    change = ChangeRequest(
        project=project,
        number=f"CR-{at.year}-{next_number(series='CHANGE', year=at.year):04d}",
        currency=project.currency,
        state_since=at,
        created_at=at,
        created_by=actor,
    )
    _write(change, {"title": title, "what": what, "why": why, **fields})
    change.save(force_insert=True)
    put_on_record(CHANGE_STARTED, change, actor=actor, at=at, title=change.title)
    note_change_step(project=project, actor=actor, at=at)
    return change


@transaction.atomic
def edit_change(
    *, change: ChangeRequest, actor: User, at: datetime, **fields: object
) -> ChangeRequest:
    """Write a draft anew; ``fields`` are of CHANGEABLE. Nothing is recorded if nothing changed.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten.
        WordsMissing, IncompleteRelease.
        ValueError: a field that is not written this way.
    """
    change = locked_draft(change, actor=actor)
    changed = _write(change, fields)
    if changed:
        change.save(update_fields=changed)
        names = [str(ChangeRequest._meta.get_field(name).verbose_name) for name in changed]
        put_on_record(CHANGE_EDITED, change, actor=actor, at=at, fields=", ".join(names))
    return change


@transaction.atomic
def add_requirement_effect(
    *,
    change: ChangeRequest,
    kind: RequirementEffect.Kind,
    actor: User,
    at: datetime,
    requirement: Requirement | None = None,
    text: str = "",
    priority: str = "",
) -> RequirementEffect:
    """Say what becomes of a requirement: a new one, other words or weight, or dropped.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten.
        EffectIncomplete, AlreadyTouched, OfOtherProject.
        CannotBeDone: the requirement was accepted or dropped.
    """
    change = locked_draft(change, actor=actor)
    kind = RequirementEffect.Kind(kind)
    text = " ".join(text.split())
    if kind == kind.ADD:
        requirement = None
        if not (text and priority):
            raise EffectIncomplete(_("A new requirement needs its sentence and its priority."))
    else:
        if requirement is None:
            raise EffectIncomplete(_("Choose the requirement that changes."))
        _check_touches(
            change.requirement_effects.filter(requirement=requirement), requirement, change
        )
        if kind == kind.DROP:
            text = priority = ""
        elif (text or requirement.text, priority or requirement.priority) == (
            requirement.text,
            requirement.priority,
        ):
            raise EffectIncomplete(_("Say what is different: other words, or another priority."))
    effect = RequirementEffect.objects.create(
        change=change, kind=kind, requirement=requirement, text=text, priority=priority
    )
    _check_now(change, effect.key)
    put_on_record(EFFECT_ADDED, change, actor=actor, at=at, target=_target(effect))
    return effect


@transaction.atomic
def add_task_effect(
    *,
    change: ChangeRequest,
    kind: TaskEffect.Kind,
    actor: User,
    at: datetime,
    task: Task | None = None,
    shift_days: int = 0,
    title: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> TaskEffect:
    """Say which task moves, by how many working days, or which one is added.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten.
        EffectIncomplete, AlreadyTouched, OfOtherProject, WrongDates.
        CannotBeDone: the task is done.
    """
    change = locked_draft(change, actor=actor)
    kind = TaskEffect.Kind(kind)
    if kind == kind.ADD:
        title = " ".join(title.split())
        if not (title and starts_on):
            raise EffectIncomplete(_("A new task needs a name and its first day."))
        _check_days(starts_on, ends_on or starts_on, today=at.date())
        fields = {"title": title, "starts_on": starts_on, "ends_on": ends_on or starts_on}
    else:
        if task is None or not shift_days:
            raise EffectIncomplete(_("Choose the task, and by how many working days it moves."))
        if abs(shift_days) > MOST_SHIFT_DAYS:
            raise WrongDates(
                _("At most %(most)s working days at once.") % {"most": MOST_SHIFT_DAYS}
            )
        _check_touches(change.task_effects.filter(task=task), task, change)
        fields = {"task": task, "title": task.title, "shift_days": shift_days}
    effect = TaskEffect.objects.create(change=change, kind=kind, **fields)
    _check_now(change, effect.key)
    put_on_record(EFFECT_ADDED, change, actor=actor, at=at, target=_target(effect))
    return effect


@transaction.atomic
def remove_effect(
    *, effect: RequirementEffect | TaskEffect, actor: User, at: datetime
) -> ChangeRequest:
    """Take an effect out of a draft; silent if it is gone.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten.
    """
    change = locked_draft(effect.change, actor=actor)
    target = _target(effect)
    deleted, _by_model = type(effect).objects.filter(pk=effect.pk).delete()
    if deleted:
        put_on_record(EFFECT_REMOVED, change, actor=actor, at=at, target=target)
    return change


@transaction.atomic
def hand_in_change(*, change: ChangeRequest, actor: User, at: datetime) -> ChangeRequest:
    """Ask a manager to approve the draft.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten.
        NothingChanges, CannotBeDone.
    """
    change = locked_draft(change, actor=actor)
    check_can_be_done(change, with_money=may_see_money(actor, change.project))
    change.handed_in_by, change.came_back_reason = actor, ""
    move_change(change, ChangeState.IN_REVIEW, at=at, also=["handed_in_by", "came_back_reason"])
    put_on_record(CHANGE_HANDED_IN, change, actor=actor, at=at)
    note_change_step(project=change.project, actor=actor, at=at)
    return change


def check_can_be_done(change: ChangeRequest, *, with_money: bool = True) -> None:
    """Let a change pass that does something, all of which can be done as things stand.

    Without ``with_money`` the refusal tells no figures.

    Raises:
        NothingChanges, CannotBeDone.
    """
    view = outlook(change)
    if not (view.lines or change.acceptance.strip()):
        raise NothingChanges(
            _("Say what it does: to requirements, tasks, dates, the price or the acceptance.")
        )
    if view.problems:
        told = {key: text for key, text in view.problems.items() if with_money or key != PRICE}
        if PRICE in view.problems and PRICE not in told:
            told[PRICE] = _("Its price cannot be agreed as it is. Ask who runs the project.")
        raise CannotBeDone(" ".join(told.values()))


def locked_change(change: ChangeRequest) -> ChangeRequest:
    """Lock the project, then the change: everybody takes them in this order."""
    project = Project.objects.locked(change.project_id)
    change = ChangeRequest.objects.locked(change.pk)
    change.project = project
    return change


def locked_draft(change: ChangeRequest, *, actor: User) -> ChangeRequest:
    """Lock a change that ``actor`` may write.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten.
    """
    change = locked_change(change)
    if not may_write_change(actor, change.project):
        raise NotAllowed
    check_running(change.project)
    if change.state != ChangeState.DRAFT:
        raise NotBeingWritten(
            _("%(number)s is “%(state)s”. Take it back before you change it.")
            % {"number": change.number, "state": change.get_state_display()}
        )
    return change


def move_change(
    change: ChangeRequest, state: ChangeState, *, at: datetime, also: list[str] | None = None
) -> None:
    """Move a locked change on, saving the fields ``also`` with it. Raises IllegalMove."""
    check_move(CHANGE_MOVES, source=ChangeState(change.state), target=state)
    change.state, change.state_since = state, at
    change.save(update_fields=["state", "state_since", *(also or [])])


def put_on_record(
    action: Action, change: ChangeRequest, *, actor: User | None, at: datetime, **details: object
) -> None:
    record(
        action,
        subject=change,
        actor=actor,
        actor_name="" if actor else str(_("The portal")),
        at=at,
        project=change.project,
        details={"number": change.number, **details},
    )


def note_change_step(
    *, project: Project, actor: User | None, at: datetime, waiting_on: str = ""
) -> None:
    """Bring the activity “change” in line with the changes, inside the caller's transaction.

    What is with us counts before what is with the customer.
    """
    changes = list(project.changes.order_by("pk"))
    ours = {
        ChangeState.DRAFT: _("Write %(number)s and hand it in"),
        ChangeState.IN_REVIEW: _("Approve %(number)s, or send it back"),
        ChangeState.APPROVED: _("Send %(number)s for signature"),
        ChangeState.SIGNED: _("Look why %(number)s was not carried out"),
    }
    mine = next((one for one in changes if one.state in ours and one.applied_at is None), None)
    out = [one for one in changes if one.state == ChangeState.SIGNING]
    state, next_step = Step.State.NOT_STARTED, ""
    if mine:
        state, next_step = Step.State.IN_PROGRESS, ours[mine.state] % {"number": mine.number}
    elif out:
        state = Step.State.WAITING
        next_step = _("Sign %(numbers)s") % {"numbers": ", ".join(one.number for one in out)}
        waiting_on = waiting_on or project.customer.name
    elif any(one.state in {ChangeState.SIGNED, ChangeState.DECLINED} for one in changes):
        state = Step.State.DONE
    advance_step(
        project=project, key="change", state=state, actor=actor, at=at, next_step=next_step,
        waiting_on=waiting_on if state == Step.State.WAITING else "",
        actor_name="" if actor else str(_("The portal")),
    )  # fmt: skip


def _write(change: ChangeRequest, fields: dict[str, object]) -> list[str]:
    """Put ``fields`` into ``change`` and return which of its columns that altered."""
    if unknown := set(fields) - CHANGEABLE:
        raise ValueError(f"not changeable: {unknown}")
    before = {name: getattr(change, name) for name in CHANGEABLE}
    for name, value in fields.items():
        setattr(change, name, value.strip() if isinstance(value, str) else value)
    if not (change.title and change.what and change.why):
        raise WordsMissing(_("Say what shall change, and why."))
    if change.price_minor <= 0:
        change.price_release = PriceRelease.ON_SIGNING
    if change.price_release == PriceRelease.ON_SIGNING:
        change.price_on = None
    elif change.price_on is None:
        raise IncompleteRelease(_("On which date is the difference payable?"))
    return sorted(name for name, old in before.items() if getattr(change, name) != old)


def _target(effect: RequirementEffect | TaskEffect) -> str:
    """What an effect is about, by its code or in its own words."""
    if isinstance(effect, TaskEffect):
        return str(effect.task or effect.title)
    return effect.requirement.code if effect.requirement else f"“{effect.text}”"


def _check_touches(present, target: Requirement | Task, change: ChangeRequest) -> None:
    if target.project_id != change.project_id:
        raise OfOtherProject(_("That belongs to another project."))
    if present.exists():
        raise AlreadyTouched(
            _("%(number)s says what becomes of %(target)s already. Take that out first.")
            % {"number": change.number, "target": target.code}
        )


def _check_days(first: date, last: date, *, today: date) -> None:
    if last < first:
        raise WrongDates(_("The last day must not be before the first."))
    if last - first > LONGEST:
        raise WrongDates(_("A task of more than three years is not a task; part it."))
    if max(abs(first - today), abs(last - today)) > FARTHEST:
        raise WrongDates(_("That is more than ten years from now. Is the year right?"))


def _check_now(change: ChangeRequest, key: str) -> None:
    problem = outlook(change).problems.get(key)
    if problem:
        raise CannotBeDone(problem)
