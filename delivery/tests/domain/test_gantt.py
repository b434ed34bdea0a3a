from datetime import date

import pytest

from delivery.domain.gantt import choose_scale, draw_gantt
from delivery.domain.schedule import find_clashes, read_network
from delivery.models import TaskLink
from delivery.tests.domain.test_schedule import task

WEDNESDAY = date(2026, 3, 4)


def draw(*tasks, links=(), today=WEDNESDAY, scale="day"):
    network = read_network(
        tasks, [TaskLink(predecessor_id=one, successor_id=two) for one, two in links]
    )
    return draw_gantt(
        tasks=tasks, network=network, clashes=find_clashes(network), today=today, scale=scale
    )


def bars(chart):
    return [row.bar for row in chart.rows if row.bar]


def test_an_empty_plan_is_not_drawn():
    assert draw() is None


def test_the_chart_shows_whole_weeks_around_the_tasks():
    chart = draw(task(1, 4, 6))

    assert (chart.first_on, chart.last_on) == (date(2026, 3, 2), date(2026, 4, 5))
    assert (chart.width, chart.height) == (35 * 26, 48 + 36 + 8)


def test_a_bar_lies_on_its_days_and_shows_its_progress():
    (bar,) = bars(draw(task(1, 4, 6, progress_percent=50, owner_name="Mara")))

    assert (bar.x, bar.y, bar.width, bar.height) == (2 * 26, 48 + 9, 3 * 26, 18)
    assert (bar.done_width, bar.tone, bar.label) == (39, "info", "Mara · 50 %")


def test_a_milestone_is_a_diamond_in_the_middle_of_its_day():
    (bar,) = bars(draw(task(1, 4, 4, is_milestone=True)))

    assert bar.diamond == "65,57 74,66 65,75 56,66"
    assert (bar.width, bar.label) == (0, "4 Mar")


@pytest.mark.parametrize(
    ("last", "percent", "tone"), [(3, 50, "danger"), (3, 100, "done"), (4, 0, "info")]
)
def test_the_tone_tells_late_from_done(last, percent, tone):
    (bar,) = bars(draw(task(1, 2, last, progress_percent=percent)))

    assert bar.tone == tone


def test_a_part_of_the_plan_gets_a_line_over_its_tasks():
    chart = draw(task(1, 4, 6, phase_label="Data"), task(2, 9, 10, phase_label="Data"))

    assert [(row.y, row.group and row.group.label) for row in chart.rows] == [
        (48, "Data"), (84, None), (120, None),
    ]  # fmt: skip
    assert (chart.rows[0].group.x, chart.rows[0].group.width) == (52, 7 * 26)


def test_an_arrow_leads_down_and_into_the_follower():
    chart = draw(task(1, 2, 4), task(2, 5, 6), links=[(1, 2)])

    (arrow,) = chart.arrows
    assert arrow.path == "M65 75L65 98Q65 102 69 102L73 102"
    assert (arrow.tip, arrow.is_clash) == ("78,102 73,98 73,106", False)


def test_an_arrow_falls_straight_onto_a_milestone_below():
    chart = draw(task(1, 2, 4), task(2, 4, 4, is_milestone=True), links=[(1, 2)])

    assert chart.arrows[0].path == "M65 75L65 87"


def test_an_arrow_goes_round_where_the_follower_starts_too_early():
    chart = draw(task(1, 2, 5), task(2, 3, 6), links=[(1, 2)])

    (arrow,) = chart.arrows
    assert arrow.is_clash is True
    assert arrow.path.startswith("M91 75L91 80Q91 84 87 84L17 84")
    assert [clash.other.number for clash in bars(chart)[1].clashes] == [1]


def test_weekends_are_shaded_and_today_is_marked():
    chart = draw(task(1, 2, 6))

    assert [(span.x, span.width) for span in chart.weekends][:2] == [(130, 52), (312, 52)]
    assert (chart.today_x, chart.today_label_x) == (2 * 26 + 13, 65)


def test_today_far_from_the_plan_is_not_drawn():
    assert draw(task(1, 2, 6), today=date(2026, 9, 1)).today_x is None


def test_weeks_are_labelled_by_their_monday_and_months_by_their_name():
    chart = draw(task(1, 2, 6), scale="week", today=date(2026, 9, 1))

    assert [(tick.x, tick.label) for tick in chart.ticks][:3] == [
        (0, "23 Feb"), (56, "2 Mar"), (112, "9 Mar"),
    ]  # fmt: skip
    assert [(span.x, span.label) for span in chart.months][:2] == [(0, ""), (48, "Mar 2026")]


def test_a_short_plan_is_drawn_by_days_and_a_long_one_by_weeks():
    long = task(1, 2, 2)
    long.ends_on = date(2026, 4, 6)

    assert choose_scale([task(1, 2, 31)]) == "day"
    assert choose_scale([long]) == "week"
    assert choose_scale([long], "day") == "day"
    assert choose_scale([], "hours") == "week"
