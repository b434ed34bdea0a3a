"""How the standing of one of the seventeen activities is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PHASES = {
    "PRESALES": gettext_lazy("Pre-sales"),
    "DELIVERY": gettext_lazy("Delivery"),
    "AFTERSALES": gettext_lazy("After-sales"),
}
LOOKS = {
    "NOT_STARTED": ("neutral", "circle", "ip-life-open"),
    "IN_PROGRESS": ("info", "circle-dot", "ip-life-current"),
    "WAITING": ("waiting", "hourglass", "ip-life-current"),
    "DONE": ("done", "circle-check", ""),
    "WAIVED": ("neutral", "player-skip-forward", "ip-life-waived"),
}
"""State -> tone, icon, class."""
SETTLED = frozenset({"DONE", "WAIVED"})


@dataclass(frozen=True)
class DrawnStep:
    """A step with all that a template shows of it."""

    title: str
    state: str
    state_label: str
    tone: str
    icon: str
    css: str
    url: str
    due_on: date | None
    waived_reason: str
    is_late: bool

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def is_current(self) -> bool:
        return self.css == "ip-life-current"

    @property
    def spoken(self) -> str:
        if self.is_late:
            return _("%(title)s: %(state)s, late") % {
                "title": self.title,
                "state": self.state_label,
            }
        return f"{self.title}: {self.state_label}"


@dataclass(frozen=True)
class DrawnPhase:
    title: str
    steps: list[DrawnStep] = field(default_factory=list)

    @property
    def settled(self) -> int:
        return sum(step.is_settled for step in self.steps)


def look_of(state: str, *, is_late: bool) -> tuple[str, str, str]:
    """Return tone, icon and class of a step."""
    return ("danger", "alert-circle", "ip-life-current") if is_late else LOOKS[state]


def draw_step(step: Any, *, today: date) -> DrawnStep:
    """Return ``step`` as it is drawn; a step past its date and not settled is late."""
    is_late = bool(step.due_on and step.due_on < today and step.state not in SETTLED)
    tone, icon, css = look_of(step.state, is_late=is_late)
    return DrawnStep(
        title=str(step.title),
        state=step.state,
        state_label=str(step.get_state_display()),
        tone=tone,
        icon=icon,
        css=css,
        url=getattr(step, "url", "") or "",
        due_on=step.due_on,
        waived_reason=getattr(step, "waived_reason", ""),
        is_late=is_late,
    )


def draw_phases(steps: Iterable[Any], *, today: date) -> list[DrawnPhase]:
    """Group steps, given in their order, by phase."""
    return [
        DrawnPhase(
            title=str(PHASES.get(phase, phase)),
            steps=[draw_step(step, today=today) for step in members],
        )
        for phase, members in groupby(steps, key=lambda step: str(step.phase))
    ]
