from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True)
class Ratio:
    """What one of our pages costs beside the bare page that shows the same."""

    name: str
    goal: float
    queries: int
    ours_ms: float
    bare_ms: float

    @property
    def ratio(self) -> float:
        return self.ours_ms / self.bare_ms

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.goal


@dataclass(frozen=True)
class Limit:
    """What something takes, and how long it may; without a goal it is only told."""

    name: str
    goal_seconds: float | None
    seconds: float

    @property
    def is_met(self) -> bool:
        return self.goal_seconds is None or self.seconds <= self.goal_seconds


def compare(
    name: str, *, ours: Callable[[], object], bare: Callable[[], object], goal: float, rounds: int
) -> Ratio:
    """Call both in turn, ``rounds`` times each, and compare the medians (milliseconds).

    Taking turns spreads whatever else the machine does over both. The garbage collector
    rests while the clock runs.
    """
    for _warm_up in range(3):
        ours()
        bare()
    with CaptureQueriesContext(connection) as captured:
        ours()
    queries = len(captured)
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    gc.collect()
    gc.disable()
    try:
        for _round in range(rounds):
            for kind, call in (("ours", ours), ("bare", bare)):
                start = time.perf_counter()
                call()
                took[kind].append(1000 * (time.perf_counter() - start))
    finally:
        gc.enable()
    return Ratio(
        name=name,
        goal=goal,
        queries=queries,
        ours_ms=statistics.median(took["ours"]),
        bare_ms=statistics.median(took["bare"]),
    )
