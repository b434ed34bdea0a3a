"""What follows from dates and links: clashes, and where followers would move. Pure: no queries.

A link says “finish to start”: a task may start on the working day after its predecessor's
last day, plus the lag. A milestone takes no time and stands at the end of its day, so it may
fall on its predecessor's last day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from delivery.models import Task, TaskLink
from delivery.models.workdays import add_working_days, last_day, on_working_day


@dataclass(frozen=True)
class Clash:
    """Why a task cannot stay where it is."""

    task: Task
    other: Task
    is_person: bool
    """True: one person has both at once. False: it starts before ``other`` has ended."""


@dataclass(frozen=True)
class Move:
    """Where a task would go."""

    task: Task
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Network:
    """The tasks of one plan and how they hang together, all in memory."""

    tasks: dict[int, Task]
    links: Sequence[TaskLink]
    links_in: dict[int, list[TaskLink]] = field(init=False, default_factory=dict)
    links_out: dict[int, list[TaskLink]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        incoming, outgoing = defaultdict(list), defaultdict(list)
        for link in self.links:
            incoming[link.successor_id].append(link)
            outgoing[link.predecessor_id].append(link)
        self.links_in.update(incoming)
        self.links_out.update(outgoing)


def read_network(tasks: Iterable[Task], links: Iterable[TaskLink]) -> Network:
    """Join tasks and the links among them; links to tasks that are not given are left out."""
    by_pk = {task.pk: task for task in tasks}
    return Network(
        by_pk,
        [link for link in links if link.predecessor_id in by_pk and link.successor_id in by_pk],
    )


def earliest_start(*, successor: Task, predecessor_ends_on: date, lag_days: int) -> date:
    """Return the first day on which ``successor`` may start after a predecessor's last day."""
    step = 0 if successor.is_milestone else 1
    return add_working_days(predecessor_ends_on, lag_days + step)


def starts_too_early(network: Network, link: TaskLink) -> bool:
    """True if the successor of ``link`` starts before the link allows; a done one never does."""
    successor = network.tasks[link.successor_id]
    return not successor.is_done and successor.starts_on < earliest_start(
        successor=successor,
        predecessor_ends_on=network.tasks[link.predecessor_id].ends_on,
        lag_days=link.lag_days,
    )


def find_clashes(network: Network) -> dict[int, list[Clash]]:
    """Return by task what clashes: links that are not kept, and people at two tasks at once.

    What is done clashes with nothing. A milestone keeps nobody busy.
    """
    clashes: dict[int, list[Clash]] = defaultdict(list)
    for link in network.links:
        if starts_too_early(network, link):
            task = network.tasks[link.successor_id]
            clashes[task.pk].append(
                Clash(task, network.tasks[link.predecessor_id], is_person=False)
            )
    busy: dict[object, list[Task]] = defaultdict(list)
    for task in network.tasks.values():
        person = task.owner_id or task.owner_name.strip().casefold()
        if person and not task.is_done and not task.is_milestone:
            busy[person].append(task)
    for tasks in busy.values():
        for one, other in _overlapping(tasks):
            clashes[one.pk].append(Clash(one, other, is_person=True))
            clashes[other.pk].append(Clash(other, one, is_person=True))
    return dict(clashes)


def _overlapping(tasks: list[Task]) -> Iterable[tuple[Task, Task]]:
    ordered = sorted(tasks, key=lambda task: (task.starts_on, task.number))
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.starts_on > one.ends_on:
                break
            yield one, other


def moves_after(network: Network, task: Task) -> list[Move]:
    """Return where everything that follows ``task`` must go so that all links are kept.

    Forward only: nobody's work is pulled to an earlier day. Each task keeps its length
    in working days and starts on a working day. What is done stays, and so does what
    comes after it alone.
    """
    planned = {pk: (one.starts_on, one.ends_on) for pk, one in network.tasks.items()}
    moves: list[Move] = []
    for pk in _followers_in_order(network, task.pk):
        follower = network.tasks[pk]
        if follower.is_done:
            continue
        must = max(
            earliest_start(
                successor=follower,
                predecessor_ends_on=planned[link.predecessor_id][1],
                lag_days=link.lag_days,
            )
            for link in network.links_in[pk]
        )
        if follower.starts_on >= must:
            continue
        start = must if follower.is_milestone else on_working_day(must)
        end = start if follower.is_milestone else last_day(start, max(follower.duration_days, 1))
        planned[pk] = (start, end)
        moves.append(Move(follower, start, end))
    return moves


def _followers_in_order(network: Network, start: int) -> list[int]:
    """Return all that come after ``start``, each after everything that it waits for."""
    seen: set[int] = set()
    finished: list[int] = []
    stack = [(start, iter(network.links_out.get(start, ())))]
    while stack:
        pk, links = stack[-1]
        for link in links:
            if link.successor_id not in seen:
                seen.add(link.successor_id)
                after = network.links_out.get(link.successor_id, ())
                stack.append((link.successor_id, iter(after)))
                break
        else:
            finished.append(pk)
            stack.pop()
    return finished[-2::-1]


def leads_to(network: Network, *, start: int, target: int) -> bool:
    """True if ``target`` comes after ``start`` over any number of links."""
    waiting, seen = [start], {start}
    while waiting:
        pk = waiting.pop()
        if pk == target:
            return True
        for link in network.links_out.get(pk, ()):
            if link.successor_id not in seen:
                seen.add(link.successor_id)
                waiting.append(link.successor_id)
    return False
