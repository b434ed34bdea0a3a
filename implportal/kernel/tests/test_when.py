from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from implportal.kernel.when import local_date, say_short_date, say_when

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 3, 2), "today"),
        (date(2026, 3, 3), "tomorrow"),
        (date(2026, 3, 1), "yesterday"),
        (date(2026, 3, 5), "in 3 days, Thursday 5 March"),
        (date(2026, 2, 25), "5 days ago, Wednesday 25 February"),
        (date(2026, 4, 1), "in 30 days, Wednesday 1 April"),
        (date(2026, 4, 2), "Thursday 2 April"),
        (date(2027, 3, 2), "Tuesday 2 March 2027"),
        (date(2025, 12, 31), "Wednesday 31 December 2025"),
    ],
)
def test_date_is_said_as_people_say_it(value, said):
    assert say_when(value, today=MONDAY) == said


@pytest.mark.parametrize(("hour", "said"), [(12, "today at 13:00"), (23, "tomorrow at 00:00")])
def test_moment_is_said_in_the_reader_s_time_zone(hour, said):
    with timezone.override("Europe/Berlin"):
        assert say_when(datetime(2026, 3, 2, hour, 0, tzinfo=UTC), today=MONDAY) == said


def test_moment_belongs_to_the_day_it_is_at_the_reader_s():
    with timezone.override("Asia/Shanghai"):
        assert local_date(datetime(2026, 3, 2, 20, 0, tzinfo=UTC)) == date(2026, 3, 3)


def test_short_date_names_the_year_only_where_it_is_another():
    assert say_short_date(date(2026, 5, 9), today=MONDAY) == "9 May"
    assert say_short_date(date(2027, 5, 9), today=MONDAY) == "9 May 2027"
