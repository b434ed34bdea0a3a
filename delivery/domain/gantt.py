"""Where everything of the drawn plan lies, in pixels. Pure: no queries, no HTML.

The names stand left of the chart in rows of the same height; the template draws what is
worked out here. Days run from left to right, ``day_width`` pixels each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from django.utils.dates import MONTHS_3
from django.utils.formats import date_format

from delivery.domain.schedule import Clash, Network, starts_too_early
from delivery.models import Task
from delivery.models.plans import DONE_PERCENT

HEAD = 48
ROW = 36
BAR = 18
DIAMOND = 9
"""From the middle of a milestone to its tips."""
STUB = 8
"""How far an arrow runs straight before it turns."""
CORNER = 4
TIP = 5
DAY_WIDTHS = {"day": 26, "week": 8}
SHORT_PLAN_DAYS = 35
"""A plan no longer than this is drawn by days unless asked otherwise."""
LEAST_WIDTH = 760
CHIP = 44
"""The width of the word “Today”; the label of a day or week under it is left out."""
TICK_ROOM = {"day": 8, "week": 20}
LABEL_ROOM_DAYS = {"day": 5, "week": 14}
TODAY_IS_NEAR = timedelta(days=21)
"""So far outside the plan today is still drawn."""
SATURDAY = 5


@dataclass(frozen=True)
class Span:
    """A stretch of the time axis with its label."""

    x: int
    width: int
    label: str
    is_quiet: bool = False

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def text_x(self) -> int:
        return self.x + 8


@dataclass(frozen=True)
class Bar:
    """One task. A milestone's ``x`` is its middle and its ``width`` is 0."""

    task: Task
    x: int
    y: int
    width: int
    height: int
    done_width: int
    tone: str
    label: str
    clashes: tuple[Clash, ...]

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def right(self) -> int:
        return self.x + (DIAMOND if self.task.is_milestone else self.width)

    @property
    def left(self) -> int:
        return self.x - (DIAMOND if self.task.is_milestone else 0)

    @property
    def half(self) -> int:
        """From the middle to the upper or lower edge."""
        return DIAMOND if self.task.is_milestone else self.height // 2

    @property
    def leaves_at(self) -> int:
        """Where arrows leave: the tip of a milestone, just before the end of a bar."""
        return self.x if self.task.is_milestone else self.right - min(STUB + TIP, self.width // 2)

    @property
    def label_x(self) -> int:
        return self.right + (24 if self.clashes else 8)

    @property
    def label_y(self) -> int:
        return self.middle + 4

    @property
    def icon_x(self) -> int:
        return self.right + 5

    @property
    def icon_y(self) -> int:
        return self.middle - 8

    @property
    def css(self) -> str:
        return f"gantt-{self.tone}"

    @property
    def diamond(self) -> str:
        x, y = self.x, self.middle
        return f"{x},{y - DIAMOND} {x + DIAMOND},{y} {x},{y + DIAMOND} {x - DIAMOND},{y}"


@dataclass(frozen=True)
class Group:
    """A part of the plan: a line over the tasks that belong to it."""

    label: str
    x: int
    y: int
    width: int
    bracket: str


@dataclass(frozen=True)
class Row:
    """One line: the heading of a part, or a task."""

    y: int
    group: Group | None = None
    bar: Bar | None = None

    @property
    def text_y(self) -> int:
        return self.y + ROW // 2 + 4


@dataclass(frozen=True)
class Arrow:
    path: str
    tip: str
    is_clash: bool


@dataclass(frozen=True)
class Chart:
    """The whole drawing; lists run from top to bottom and left to right."""

    scale: str
    first_on: date
    last_on: date
    width: int
    height: int
    months: Sequence[Span]
    ticks: Sequence[Span]
    weekends: Sequence[Span]
    rows: Sequence[Row]
    arrows: Sequence[Arrow]
    today_x: int | None
    head: int = HEAD
    row: int = ROW
    names_width: int = 260
    """Room for the names on paper, where they stand inside the drawing."""

    @property
    def plot_height(self) -> int:
        return self.height - HEAD

    @property
    def tick_y(self) -> int:
        return HEAD // 2 + 2

    @property
    def paper_width(self) -> int:
        return self.names_width + self.width

    @property
    def today_chip_x(self) -> int | None:
        return None if self.today_x is None else self.today_label_x - CHIP // 2

    @property
    def today_label_x(self) -> int | None:
        """The middle of the word, which must not be cut off at the edges."""
        return None if self.today_x is None else min(max(self.today_x, 24), self.width - 24)


def choose_scale(tasks: Sequence[Task], wanted: str = "") -> str:
    """Return ``wanted`` if there is such a scale, else days for a short plan, weeks for a long."""
    if wanted in DAY_WIDTHS:
        return wanted
    if not tasks:
        return "week"
    days = (max(task.ends_on for task in tasks) - min(task.starts_on for task in tasks)).days
    return "day" if days < SHORT_PLAN_DAYS else "week"


def draw_gantt(
    *,
    tasks: Sequence[Task],
    network: Network,
    clashes: dict[int, list[Clash]],
    today: date,
    scale: str = "",
) -> Chart | None:
    """Lay out ``tasks`` in the order in which they come; None where there is nothing to draw.

    ``network`` is of the whole plan; links to tasks that are not shown are left out.
    """
    if not tasks:
        return None
    scale = choose_scale(tasks, scale)
    day_width = DAY_WIDTHS[scale]
    first, last = _range(tasks, today=today, scale=scale)

    def x_of(day: date) -> int:
        return (day - first).days * day_width

    rows: list[Row] = []
    bars: dict[int, Bar] = {}
    y = HEAD
    for label, members in groupby(tasks, key=lambda task: task.phase_label):
        part = list(members)
        if label:
            rows.append(Row(y, group=_group(label, part, y=y, x_of=x_of, day_width=day_width)))
            y += ROW
        for task in part:
            bar = _bar(
                task, y=y, x=x_of(task.starts_on), day_width=day_width, today=today,
                clashes=tuple(clashes.get(task.pk, ())),
            )  # fmt: skip
            bars[task.pk] = bar
            rows.append(Row(y, bar=bar))
            y += ROW
    today_x = x_of(today) + day_width // 2 if first <= today <= last else None
    room = CHIP // 2 + TICK_ROOM[scale]
    return Chart(
        scale=scale,
        first_on=first,
        last_on=last,
        width=x_of(last) + day_width,
        height=y + 8,
        months=list(_months(first, last, x_of, day_width)),
        ticks=[
            replace(tick, label="") if today_x and abs(tick.middle - today_x) < room else tick
            for tick in _ticks(first, last, x_of, day_width, scale)
        ],
        weekends=list(_weekends(first, last, x_of, day_width)),
        rows=rows,
        arrows=[
            _arrow(
                bars[link.predecessor_id],
                bars[link.successor_id],
                is_clash=starts_too_early(network, link),
            )
            for link in network.links
            if link.predecessor_id in bars and link.successor_id in bars
        ],
        today_x=today_x,
    )


def _range(tasks: Sequence[Task], *, today: date, scale: str) -> tuple[date, date]:
    """Return whole weeks from Monday to Sunday around all tasks, wide enough to look at."""
    starts, ends = min(task.starts_on for task in tasks), max(task.ends_on for task in tasks)
    first, last = starts, ends + timedelta(days=LABEL_ROOM_DAYS[scale])
    if starts - TODAY_IS_NEAR <= today <= ends + TODAY_IS_NEAR:
        first, last = min(first, today), max(last, today)
    first -= timedelta(days=first.weekday() or 7 * (scale == "week"))
    fewest = -(-LEAST_WIDTH // DAY_WIDTHS[scale])
    last = max(last, first + timedelta(days=fewest - 1))
    return first, last + timedelta(days=6 - last.weekday())


def _bar(
    task: Task, *, y: int, x: int, day_width: int, today: date, clashes: tuple[Clash, ...]
) -> Bar:
    tone = "done" if task.is_done else "danger" if task.is_late(today) else "info"
    top = y + (ROW - BAR) // 2
    if task.is_milestone:
        label = date_format(task.starts_on, "j M")
        return Bar(task, x + day_width // 2, top, 0, BAR, 0, tone, label, clashes)
    width = ((task.ends_on - task.starts_on).days + 1) * day_width
    progress = f"{task.progress_percent} %" if 0 < task.progress_percent < DONE_PERCENT else ""
    return Bar(
        task=task,
        x=x,
        y=top,
        width=width,
        height=BAR,
        done_width=width * task.progress_percent // 100,
        tone=tone,
        label=" · ".join(filter(None, [task.who, progress])),
        clashes=clashes,
    )


def _group(label: str, tasks: list[Task], *, y: int, x_of, day_width: int) -> Group:
    x = x_of(min(task.starts_on for task in tasks))
    right = x_of(max(task.ends_on for task in tasks)) + day_width
    top = y + ROW // 2 - 3
    bracket = f"M{x} {top}H{right}V{top + 10}L{right - 5} {top + 5}H{x + 5}L{x} {top + 10}Z"
    return Group(label, x, y, right - x, bracket)


def _arrow(source: Bar, target: Bar, *, is_clash: bool) -> Arrow:
    """Lead from the end of one bar, down or up, to the beginning of the other.

    It leaves beside the end, so that the words behind the bar stay free. Onto a milestone
    below the bar it falls straight; where the follower starts too early it goes round.
    """
    down = 1 if target.y > source.y else -1
    x, y = source.leaves_at, source.middle + down * source.half
    left, middle = target.left, target.middle
    if target.task.is_milestone and source.x <= target.x <= source.right:
        end = middle - down * (target.half + 1)
        near = end - down * TIP
        tip = f"{target.x},{end} {target.x - TIP + 1},{near} {target.x + TIP - 1},{near}"
        return Arrow(f"M{target.x} {y}L{target.x} {near}", tip, is_clash)
    points = [(x, y), (x, middle), (left - TIP, middle)]
    if left - TIP < x + CORNER:
        between = source.middle + down * ROW // 2
        before = left - STUB - TIP
        points = [
            (x, y), (x, between), (before, between), (before, middle), (left - TIP, middle),
        ]  # fmt: skip
    tip = f"{left},{middle} {left - TIP},{middle - TIP + 1} {left - TIP},{middle + TIP - 1}"
    return Arrow(_rounded(points), tip, is_clash)


def _rounded(points: Sequence[tuple[int, int]]) -> str:
    """Return an SVG path through ``points`` (level and upright lines) with round corners."""
    path = [f"M{points[0][0]} {points[0][1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near = _towards(corner, before)
        far = _towards(corner, after)
        path.append(f"L{near[0]} {near[1]}Q{corner[0]} {corner[1]} {far[0]} {far[1]}")
    path.append(f"L{points[-1][0]} {points[-1][1]}")
    return "".join(path)


def _towards(corner: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Return the point CORNER pixels from ``corner`` in the direction of ``other``."""

    def step(here: int, there: int) -> int:
        distance = there - here
        return here + max(-CORNER, min(CORNER, distance))

    return step(corner[0], other[0]), step(corner[1], other[1])


def _days(first: date, last: date, step: int = 1) -> Iterable[date]:
    for offset in range(0, (last - first).days + 1, step):
        yield first + timedelta(days=offset)


def _months(first: date, last: date, x_of, day_width: int) -> Iterable[Span]:
    for (year, month), days in groupby(_days(first, last), key=lambda day: (day.year, day.month)):
        month_days = list(days)
        width = len(month_days) * day_width
        # A month of which only a few days are shown has no room for its name.
        label = f"{MONTHS_3[month].capitalize()} {year}" if width >= 64 else ""  # noqa: PLR2004
        yield Span(x_of(month_days[0]), width, label)


def _ticks(first: date, last: date, x_of, day_width: int, scale: str) -> Iterable[Span]:
    if scale == "day":
        for day in _days(first, last):
            yield Span(x_of(day), day_width, str(day.day), is_quiet=day.weekday() >= SATURDAY)
    else:
        for monday in _days(first, last, 7):
            yield Span(x_of(monday), 7 * day_width, date_format(monday, "j M"))


def _weekends(first: date, last: date, x_of, day_width: int) -> Iterable[Span]:
    for monday in _days(first, last, 7):
        yield Span(x_of(monday + timedelta(days=SATURDAY)), 2 * day_width, "")
