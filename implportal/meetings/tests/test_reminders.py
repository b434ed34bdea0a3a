from datetime import timedelta

import pytest

from implportal.meetings.reminders import actions_due, meetings_tomorrow, minutes_missing
from implportal.meetings.tests.factories import (
    ActionItemFactory,
    AttendeeFactory,
    MeetingFactory,
)
from implportal.projects.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def test_our_people_are_told_the_day_before_in_the_time_of_the_place(meeting, ines, noon):
    AttendeeFactory(meeting=meeting, user=ines, name="")
    AttendeeFactory(meeting=meeting, name="Lab", email="lab@customer.example")

    (reminder,) = meetings_tomorrow(noon)

    assert (reminder.user, reminder.subject) == (ines, "Tomorrow: Exchange")
    assert reminder.text == "10:00 (Europe/Berlin), –"
    assert reminder.due_on == meeting.start_at.date()


def test_tomorrow_is_the_day_there_not_here(meeting, ines, noon):
    AttendeeFactory(meeting=meeting, user=ines, name="")
    meeting.time_zone = "Pacific/Auckland"  # 9:00 UTC on the 3rd is 22:00 there
    meeting.save()

    assert len(list(meetings_tomorrow(noon - timedelta(hours=2)))) == 1  # 23:00 there on the 2nd
    assert not list(meetings_tomorrow(noon))  # 1:00 there on the 3rd: it is today


@pytest.mark.parametrize("change", ["called off", "resting", "gone"])
def test_nobody_is_told_of_what_does_not_take_place(meeting, ines, noon, change):
    AttendeeFactory(meeting=meeting, user=ines, name="")
    if change == "called off":
        meeting.state = "CANCELLED"
        meeting.save()
    if change == "resting":
        meeting.project.state = "SUSPENDED"
        meeting.project.save()
    if change == "gone":
        ines.is_active = False
        ines.save()

    assert not list(meetings_tomorrow(noon))


def test_missing_minutes_are_asked_for_after_a_working_day(meeting, ines, noon):
    friday = noon + timedelta(days=4)
    meeting.start_at, meeting.end_at = friday - timedelta(hours=1), friday
    meeting.save()
    MeetingFactory(project=meeting.project, minutes="Written")
    MeetingFactory(project=meeting.project, state="CANCELLED")

    assert not list(minutes_missing(friday + timedelta(days=2)))
    (reminder,) = minutes_missing(friday + timedelta(days=3))

    assert (reminder.user, reminder.due_on) == (ines, (friday + timedelta(days=3)).date())
    assert reminder.subject == "“Exchange” has no minutes yet"


@pytest.mark.parametrize(
    ("late", "due", "subject"),
    [
        (0, 0, "Due today: Call"),
        (1, 0, "Late: Call"),
        (2, 0, "Late: Call"),
        (3, 3, "Late: Call"),
        (7, 6, "Late: Call"),
    ],
)
def test_an_action_item_is_reminded_of_on_its_day_and_every_third_day_after(
    meeting, ines, noon, late, due, subject
):
    item = ActionItemFactory(meeting=meeting, user=ines, due_on=noon.date(), text="Call")

    (reminder,) = actions_due(noon + timedelta(days=late))

    assert (reminder.user, reminder.subject) == (ines, subject)
    assert reminder.subject_key == f"action:{item.pk}"
    assert reminder.due_on == noon.date() + timedelta(days=due)


def test_of_what_the_customer_is_late_with_our_manager_hears(meeting, ines, noon):
    carl = ContactFactory(customer=meeting.project.customer, name="Carl")
    ActionItemFactory(meeting=meeting, contact=carl, due_on=noon.date(), text="Call")

    assert not list(actions_due(noon))
    (reminder,) = actions_due(noon + timedelta(days=1))

    assert (reminder.user, reminder.subject) == (ines, "Carl is late: Call")


def test_what_is_done_far_off_long_gone_or_nobodys_is_not_reminded_of(meeting, ines, noon):
    day = noon.date()
    ActionItemFactory(meeting=meeting, user=ines, due_on=day, done_at=noon, done_by=ines)
    ActionItemFactory(meeting=meeting, user=ines, due_on=day + timedelta(days=1))
    ActionItemFactory(meeting=meeting, user=ines, due_on=day - timedelta(days=30))
    ActionItemFactory(meeting=meeting, user=ines)
    ActionItemFactory(meeting=meeting, due_on=day)

    assert not list(actions_due(noon))
