"""What a change request will do, old beside new, and what stands in its way. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from delivery.domain.links import network_of
from delivery.domain.schedule import starts_too_early
from delivery.models import ChangeRequest, RequirementEffect, Task, TaskEffect
from delivery.models.changes import ChangeState
from delivery.models.workdays import last_day, shift_working_days
from delivery.registry import PRICE_SOURCES, PriceMove
from implportal.kernel.errors import DomainError
from implportal.kernel.money import format_money
from implportal.projects.models import Project
from presales.models import Requirement

ENDED = frozenset({ChangeState.DECLINED, ChangeState.WITHDRAWN})
END, PRICE = "end", "price"


@dataclass(frozen=True)
class Line:
    """One thing before and after; ``problem`` says why it cannot be done (any more)."""

    key: str
    label: str
    kind: str
    old: str
    new: str
    url: str = ""
    problem: str = ""

    @property
    def effect_pk(self) -> int:
        """The key of the effect's row; of lines of requirements and tasks only."""
        return int(self.key.partition(":")[2])


@dataclass(frozen=True)
class Outlook:
    """Everything that a change does. ``warnings`` hinder nothing; problems do."""

    requirements: Sequence[Line]
    tasks: Sequence[Line]
    end: Line | None
    price: Line | None
    installments: Sequence[PriceMove]
    warnings: Sequence[str]

    @property
    def lines(self) -> list[Line]:
        return [
            *self.requirements,
            *self.tasks,
            *(line for line in (self.end, self.price) if line),
        ]

    @property
    def problems(self) -> dict[str, str]:
        """Why something cannot be done, by the key of its line."""
        return {line.key: line.problem for line in self.lines if line.problem}


def outlook(change: ChangeRequest) -> Outlook:
    """Return what ``change`` does, read together with its project. At most seven queries.

    Once it is approved, “old” is what was frozen with it, and whatever has changed since
    is a problem: the customer signs a step from one state to another. The contract value
    is none of it, for the price is a difference and stands for itself. What has ended or
    was carried out has no problems any more.
    """
    is_over = change.state in ENDED or change.applied_at is not None
    requirements = [_requirement_line(effect, is_over) for effect in requirement_effects(change)]
    effects = task_effects(change)
    moves, price_problem = ([], "") if is_over else _foresee_price(change)
    return Outlook(
        requirements=requirements,
        tasks=[_task_line(effect, is_over) for effect in effects],
        end=_end_line(change, is_over),
        price=_price_line(change, price_problem),
        installments=moves,
        warnings=[] if is_over else _too_early(change.project, effects),
    )


def requirement_effects(change: ChangeRequest) -> list[RequirementEffect]:
    """Changed and dropped ones by their number, then new ones."""
    effects = change.requirement_effects.select_related("requirement").order_by("pk")
    return sorted(
        effects,
        key=lambda one: (
            one.kind == one.Kind.ADD,
            one.requirement.number if one.requirement else 0,
            one.pk,
        ),
    )


def task_effects(change: ChangeRequest) -> list[TaskEffect]:
    """Moved ones by their number, then new ones."""
    effects = change.task_effects.select_related("task__project").order_by("pk")
    return sorted(
        effects,
        key=lambda one: (one.kind == one.Kind.ADD, one.task.number if one.task else 0, one.pk),
    )


def shifted(task: Task, days: int) -> tuple[date, date]:
    """Return first and last day of ``task``, moved by working days; its length stays."""
    start = shift_working_days(task.starts_on, days)
    return start, start if task.is_milestone else last_day(start, max(task.duration_days, 1))


def days_of(effect: TaskEffect) -> tuple[date, date]:
    """First and last day after the change; of a shifted task they are kept once approved."""
    if effect.starts_on is None:
        return shifted(effect.task, effect.shift_days)
    return effect.starts_on, effect.ends_on


def say_price(amount_minor: int, currency: str) -> str:
    """A difference with its sign."""
    return ("+" if amount_minor > 0 else "") + format_money(amount_minor, currency)


def say_days(first: date, last: date) -> str:
    """One day, or the first and the last of several."""
    words = dict.fromkeys(date_format(day, "j F Y") for day in (first, last))
    return " – ".join(words)


def _requirement_line(effect: RequirementEffect, is_over: bool) -> Line:
    requirement = effect.requirement
    label = requirement.code if requirement else _("new")
    url = requirement.get_absolute_url() if requirement else ""
    if effect.kind == effect.Kind.ADD:
        new = _say_requirement(effect.text, effect.priority)
        return Line(effect.key, label, str(effect.Kind.ADD.label), "–", new, url)
    text = effect.old_text or requirement.text
    priority = effect.old_priority or requirement.priority
    is_changed = effect.kind == effect.Kind.CHANGE
    return Line(
        key=effect.key,
        label=label,
        kind=str(effect.get_kind_display()),
        old=_say_requirement(text, priority),
        new=_say_requirement(effect.text or text, effect.priority or priority)
        if is_changed
        else _("dropped: it counts no longer"),
        url=url,
        problem="" if is_over else _requirement_problem(effect),
    )


def _say_requirement(text: str, priority: str) -> str:
    return _("%(text)s (%(priority)s)") % {
        "text": text,
        "priority": str(Requirement.Priority(priority).label).lower(),
    }


def _requirement_problem(effect: RequirementEffect) -> str:
    requirement = effect.requirement
    if requirement.state in {Requirement.State.ACCEPTED, Requirement.State.DROPPED}:
        return _("%(code)s is “%(state)s” by now and does not change any more.") % {
            "code": requirement.code,
            "state": requirement.get_state_display(),
        }
    now = (requirement.text, requirement.priority)
    if effect.old_text and (effect.old_text, effect.old_priority) != now:
        return _("%(code)s was changed after this change was approved.") % {
            "code": requirement.code
        }
    return ""


def _task_line(effect: TaskEffect, is_over: bool) -> Line:
    kind = str(effect.get_kind_display())
    if effect.kind == effect.Kind.ADD or effect.task is None:
        is_new = effect.kind == effect.Kind.ADD
        old = "–" if is_new or not effect.old_starts_on else _old_days(effect)
        new = say_days(effect.starts_on, effect.ends_on) if effect.starts_on else "–"
        label = f"{effect.task.code} {effect.title}" if effect.task else effect.title
        url = effect.task.get_absolute_url() if effect.task else ""
        gone = not (is_new or is_over)
        problem = _("“%(task)s” is not in the plan any more.") % {"task": effect.title}
        return Line(effect.key, label, kind, old, new, url, problem if gone else "")
    task = effect.task
    old = _old_days(effect) if effect.old_starts_on else say_days(task.starts_on, task.ends_on)
    return Line(
        key=effect.key,
        label=str(task),
        kind=kind,
        old=old,
        new=say_days(*days_of(effect)),
        url=task.get_absolute_url(),
        problem="" if is_over else _task_problem(effect),
    )


def _old_days(effect: TaskEffect) -> str:
    return say_days(effect.old_starts_on, effect.old_ends_on)


def _task_problem(effect: TaskEffect) -> str:
    task = effect.task
    if task.is_done:
        return _("%(task)s is done.") % {"task": task}
    now = (task.starts_on, task.ends_on)
    if effect.old_starts_on and (effect.old_starts_on, effect.old_ends_on) != now:
        return _("%(task)s was moved after this change was approved.") % {"task": task}
    return ""


def _end_line(change: ChangeRequest, is_over: bool) -> Line | None:
    if change.new_end_on is None:
        return None
    project, problem = change.project, ""
    old = change.old_end_on if change.is_frozen else project.planned_end_on
    if not is_over:
        if old != project.planned_end_on:
            problem = _("The planned end was changed after this change was approved.")
        elif project.planned_start_on and change.new_end_on < project.planned_start_on:
            problem = _("The new planned end is before the planned start.")
    return Line(
        key=END,
        label=_("Planned end"),
        kind=_("Changed"),
        old=date_format(old, "j F Y") if old else "–",
        new=date_format(change.new_end_on, "j F Y"),
        problem=problem,
    )


def _price_line(change: ChangeRequest, problem: str) -> Line | None:
    if not change.price_minor:
        return None
    old = change.old_value_minor if change.is_frozen else change.project.contract_value_minor
    return Line(
        key=PRICE,
        label=_("Contract value"),
        kind=say_price(change.price_minor, change.currency),
        old=format_money(old, change.currency),
        new=format_money(old + change.price_minor, change.currency),
        problem=problem,
    )


def _foresee_price(change: ChangeRequest) -> tuple[list[PriceMove], str]:
    project = change.project
    if not change.price_minor:
        return [], ""
    if project.currency != change.currency:
        return [], _("The project counts in %(now)s now, and this change in %(then)s.") % {
            "now": project.currency,
            "then": change.currency,
        }
    if project.contract_value_minor + change.price_minor < 0:
        return [], _("That is more than the whole contract value of %(value)s.") % {
            "value": format_money(project.contract_value_minor, project.currency)
        }
    try:
        return [move for source in PRICE_SOURCES for move in source.foresee(change)], ""
    except DomainError as refusal:
        return [], str(refusal)


def _too_early(project: Project, effects: Sequence[TaskEffect]) -> list[str]:
    """Say which tasks would start before what they come after has ended, as they do not now."""
    moving = [one for one in effects if one.kind == one.Kind.SHIFT and one.task]
    if not moving:
        return []
    network = network_of(project)
    before = {link.pk for link in network.links if starts_too_early(network, link)}
    for effect in moving:
        task = network.tasks[effect.task_id]
        task.starts_on, task.ends_on = days_of(effect)
    return list(_said_too_early(network, before))


def _said_too_early(network, before: set[int]) -> Iterator[str]:
    for link in network.links:
        if link.pk not in before and starts_too_early(network, link):
            yield _("%(task)s would start before %(after)s has ended.") % {
                "task": network.tasks[link.successor_id],
                "after": network.tasks[link.predecessor_id].code,
            }
