from datetime import UTC, datetime, timedelta

import pytest

from implportal.kernel.tests.growth import grows_with_length
from implportal.meetings.domain.agenda import agenda_text, timetable
from implportal.meetings.domain.calendar import to_icalendar
from implportal.meetings.tests.factories import MeetingFactory


@pytest.fixture
def timed(project):
    """Return a function that gives a meeting of an hour at 10:00 in Berlin an agenda."""

    def _timed(agenda, **fields):
        return MeetingFactory(project=project, agenda=agenda, **fields)

    return _timed


pytestmark = pytest.mark.django_db


def test_points_begin_one_after_the_other_in_the_time_of_the_place(timed):
    table = timetable(timed("- 15 min Interfaces\n- with the ERP\n2) 30 Minutes: 回滚 🚀\n10' End"))

    assert [(point.at and f"{point.at:%H:%M}", point.title) for point in table.points] == [
        ("10:00", "Interfaces"), (None, "with the ERP"), ("10:15", "回滚 🚀"), ("10:45", "End"),
    ]  # fmt: skip
    assert (table.minutes, table.minutes_over) == (55, 0)


@pytest.mark.parametrize("agenda", ["", "- Interfaces", "2 sites\n15 minarets", "0 min Nothing"])
def test_an_agenda_without_times_has_no_timetable(timed, agenda):
    meeting = timed(agenda)

    assert timetable(meeting) is None
    assert agenda_text(meeting) == agenda


def test_it_says_by_how_much_the_points_outgrow_the_meeting(timed):
    assert timetable(timed("45 min One\n30 min Two")).minutes_over == 15


def test_an_hour_is_an_hour_when_the_clocks_change(timed):
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 1:30 in Berlin, where 2:00 becomes 3:00
    meeting = timed("60 min One\n60 min Two", start_at=start, end_at=start + timedelta(hours=2))

    assert agenda_text(meeting) == "01:30 One\n03:30 Two"


def test_calendars_get_the_clock_times(timed, noon):
    calendar = to_icalendar(meeting=timed("15 min One\n15 min Two"), at=noon).decode()

    assert "DESCRIPTION:10:00 One\\n10:15 Two" in calendar


@pytest.mark.parametrize("piece", ["15 min x ", "15 min   ", " ", "- ", "1. "])
def test_the_time_for_a_hostile_agenda_grows_with_its_length_and_no_faster(timed, piece):
    def reads(text):
        # One line each: as it is, with blanks in its midst, with blanks at its end.
        for agenda in (text, f"15 min x{' ' * len(text)}x", f"15 min{' ' * len(text)}"):
            timetable(timed(agenda))

    assert grows_with_length(reads, piece=piece, longest=50_000)
