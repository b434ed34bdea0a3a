from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.models.workdays import add_working_days, last_day, on_working_day, working_days

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (6, 7, 8, 9))
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (FRIDAY, FRIDAY, 1),
        (FRIDAY, MONDAY, 2),
        (SATURDAY, SUNDAY, 0),
        (MONDAY, FRIDAY, 0),
        (date(2026, 3, 2), date(2026, 3, 15), 10),
    ],
)
def test_working_days_counts_monday_to_friday_with_both_ends(first, last, count):
    assert working_days(first, last) == count


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [(FRIDAY, 0, FRIDAY), (FRIDAY, 1, MONDAY), (SATURDAY, 1, MONDAY), (SATURDAY, 0, SATURDAY)],
)
def test_add_working_days_skips_weekends(day, count, then):
    assert add_working_days(day, count) == then


def test_on_working_day_leaves_working_days_alone():
    assert [on_working_day(day) for day in (FRIDAY, SATURDAY, SUNDAY)] == [FRIDAY, MONDAY, MONDAY]


@given(first=days, duration=st.integers(1, 60))
def test_last_day_gives_back_the_duration(first, duration):
    assert working_days(first, last_day(first, duration)) == duration


@given(first=days, length=st.integers(0, 60))
def test_working_days_agrees_with_counting_one_by_one(first, length):
    every = [first + timedelta(days=offset) for offset in range(length + 1)]

    assert working_days(first, every[-1]) == sum(day.weekday() < 5 for day in every)
