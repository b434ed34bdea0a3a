from datetime import date
from types import SimpleNamespace

import pytest

from implportal.kernel.steps import draw_phases, draw_step

MONDAY = date(2026, 3, 2)


def a_step(state="NOT_STARTED", *, phase="PRESALES", due_on=None, **more):
    return SimpleNamespace(
        title="Survey",
        phase=phase,
        state=state,
        get_state_display=state.lower,
        due_on=due_on,
        **more,
    )


@pytest.mark.parametrize(
    ("state", "tone", "icon"),
    [
        ("NOT_STARTED", "neutral", "circle"),
        ("IN_PROGRESS", "info", "circle-dot"),
        ("WAITING", "waiting", "hourglass"),
        ("DONE", "done", "circle-check"),
        ("WAIVED", "neutral", "player-skip-forward"),
    ],
)
def test_every_state_has_a_look_of_its_own(state, tone, icon):
    drawn = draw_step(a_step(state), today=MONDAY)
    assert (drawn.tone, drawn.icon, drawn.is_late) == (tone, icon, False)


@pytest.mark.parametrize(
    ("state", "due_on", "is_late"),
    [
        ("IN_PROGRESS", date(2026, 3, 1), True),
        ("NOT_STARTED", date(2026, 3, 1), True),
        ("IN_PROGRESS", MONDAY, False),
        ("DONE", date(2026, 3, 1), False),
        ("WAIVED", date(2026, 3, 1), False),
    ],
)
def test_step_is_late_after_its_date_until_it_is_settled(state, due_on, is_late):
    drawn = draw_step(a_step(state, due_on=due_on), today=MONDAY)
    assert drawn.is_late is is_late
    assert (drawn.tone == "danger") is is_late


def test_late_step_says_so():
    drawn = draw_step(a_step("WAITING", due_on=date(2026, 3, 1)), today=MONDAY)
    assert drawn.spoken == "Survey: waiting, late"


def test_steps_are_grouped_by_phase_in_their_order():
    steps = [a_step("DONE"), a_step("WAIVED"), a_step(), a_step("DONE", phase="DELIVERY")]
    phases = draw_phases(steps, today=MONDAY)
    assert [(p.title, len(p.steps), p.settled) for p in phases] == [
        ("Pre-sales", 3, 2),
        ("Delivery", 1, 1),
    ]
