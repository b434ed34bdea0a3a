"""Counting in working days: Monday to Friday. Holidays come with working calendars."""

from __future__ import annotations

from datetime import date, timedelta

WORKING_DAYS_A_WEEK = 5
DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    return day.weekday() < WORKING_DAYS_A_WEEK


def working_days(first: date, last: date) -> int:
    """Return how many working days lie from ``first`` to ``last``, both counted; 0 if none."""
    if last < first:
        return 0
    weeks, rest = divmod((last - first).days + 1, 7)
    return weeks * WORKING_DAYS_A_WEEK + sum(
        is_working_day(first + DAY * offset) for offset in range(rest)
    )


def add_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``; ``day`` itself for 0.

    From a Saturday, one working day on is Monday.
    """
    while count > 0:
        day += DAY
        if is_working_day(day):
            count -= 1
    return day


def shift_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``; before it where ``count`` is negative."""
    while count < 0:
        day -= DAY
        if is_working_day(day):
            count += 1
    return add_working_days(day, count)


def on_working_day(day: date) -> date:
    """Return ``day``, or the Monday after it where it falls on a weekend."""
    return day if is_working_day(day) else add_working_days(day, 1)


def last_day(first: date, duration_days: int) -> date:
    """Return the last day of work that begins on ``first`` and takes ``duration_days``.

    A working ``first`` is the first of them; work of no length ends where it begins.
    """
    return add_working_days(first, duration_days - is_working_day(first))
