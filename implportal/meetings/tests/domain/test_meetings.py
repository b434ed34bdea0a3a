from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from icalendar import Calendar

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.meetings.activities import minutes_waiting
from implportal.meetings.domain.calendar import to_icalendar
from implportal.meetings.domain.meetings import (
    ContactOfOthers,
    EndsTooEarly,
    Guest,
    MeetingCalledOff,
    OrganiserIsStranger,
    cancel_meeting,
    change_meeting,
    hold_meeting,
    plan_meeting,
    set_attendance,
)
from implportal.meetings.domain.writing import write_minutes
from implportal.meetings.models import Meeting
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def meeting(project):
    return MeetingFactory(project=project, title="Exchange")


@pytest.fixture
def plan(project, ines, noon):
    def _plan(**fields):
        given = {
            "project": project, "kind": "EXCHANGE", "title": "Exchange", "start_at": noon,
            "end_at": noon + timedelta(hours=1), "time_zone": "Europe/Berlin",
            "organiser": ines, "actor": ines, "at": noon,
        }  # fmt: skip
        return plan_meeting(**given | fields)

    return _plan


def people(meeting):
    attendees = meeting.attendees.select_related("user", "contact")
    return sorted(attendee.label for attendee in attendees)


def last_word(project):
    return Entry.objects.of_project(project.pk).order_by("-pk")[0].sentence


def test_plan_meeting_invites_people_of_both_sides_and_guests(project, plan):
    contact = ContactFactory(customer=project.customer, name="Carl")

    meeting = plan(contacts=[contact], guests=[Guest("Lab", "lab@customer.example")])

    assert people(meeting) == ["Carl", "Ines Example", "Lab"]
    assert (meeting.state, meeting.kind) == ("PLANNED", "EXCHANGE")
    assert last_word(project) == "planned “Exchange”"


def test_plan_meeting_refuses_and_leaves_nothing_behind(plan, noon, sam, conny):
    with pytest.raises(EndsTooEarly):
        plan(end_at=noon)
    with pytest.raises(EndsTooEarly):  # at 2:00 in Berlin the clocks go forward to 3:00
        plan(
            start_at=datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")),
            end_at=datetime(2026, 3, 29, 3, 15, tzinfo=ZoneInfo("Europe/Berlin")),
        )
    with pytest.raises(ContactOfOthers):
        plan(contacts=[ContactFactory()])
    with pytest.raises(OrganiserIsStranger):
        plan(organiser=sam)
    with pytest.raises(NotAllowed):
        plan(actor=conny)

    assert not Meeting.objects.exists()


def test_whoever_works_on_the_project_plans_meetings(project, plan, conny):
    MemberFactory(project=project, user=conny)

    assert plan(actor=conny, organiser=conny).organiser == conny


def test_nothing_is_planned_in_a_project_that_rests(project, plan):
    project.state = "SUSPENDED"
    project.save()

    with pytest.raises(ProjectNotRunning):
        plan()


def test_change_meeting_counts_what_calendars_must_hear_of(meeting, ines, noon):
    change_meeting(meeting=meeting, actor=ines, at=noon, agenda="- Units")
    changed = change_meeting(meeting=meeting, actor=ines, at=noon, place="Room 2")

    assert (changed.revision, changed.agenda, changed.place) == (1, "- Units", "Room 2")
    assert last_word(meeting.project) == "changed “Exchange”: place"


def test_change_meeting_replaces_only_the_groups_that_are_given(project, plan, ines, conny, noon):
    contact = ContactFactory(customer=project.customer, name="Carl")
    meeting = plan(contacts=[contact], users=[conny], guests=[Guest("Lab")])

    change_meeting(meeting=meeting, actor=ines, at=noon, users=[], guests=[Guest("Lab", "l@x.org")])

    assert people(meeting) == ["Carl", "Ines Example", "Lab"]
    assert [one.email for one in meeting.attendees.filter(name="Lab")] == ["l@x.org"]
    assert last_word(project) == "changed “Exchange”: attendees"


def test_change_meeting_is_for_organiser_and_who_runs_the_project(project, meeting, conny, noon):
    MemberFactory(project=project, user=conny)

    with pytest.raises(NotAllowed):
        change_meeting(meeting=meeting, actor=conny, at=noon, place="Elsewhere")

    meeting.refresh_from_db()
    assert meeting.place == ""


def test_cancel_meeting_is_final(meeting, ines, noon):
    cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="Ill")

    with pytest.raises(IllegalMove):
        cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="Again")
    for change in (
        lambda: change_meeting(meeting=meeting, actor=ines, at=noon, place="x"),
        lambda: write_minutes(meeting=meeting, minutes="x", actor=ines, at=noon),
        lambda: set_attendance(meeting=meeting, came=[], actor=ines, at=noon),
        lambda: hold_meeting(meeting=meeting, actor=ines, at=noon),
    ):
        with pytest.raises(MeetingCalledOff):
            change()
    meeting.refresh_from_db()
    assert (meeting.state, meeting.state_reason, meeting.revision) == ("CANCELLED", "Ill", 1)


@pytest.mark.parametrize(("days", "state"), [(0, "PLANNED"), (1, "HELD")])
def test_attendance_makes_a_meeting_held_once_it_has_begun(meeting, ines, noon, days, state):
    carl, lab = AttendeeFactory(meeting=meeting), AttendeeFactory(meeting=meeting)

    set_attendance(meeting=meeting, came=[carl.pk], actor=ines, at=noon + timedelta(days=days))

    meeting.refresh_from_db()
    assert meeting.state == state
    assert dict(meeting.attendees.values_list("pk", "came")) == {carl.pk: True, lab.pk: False}
    assert last_word(meeting.project) == "noted who came to “Exchange”: 1 of 2"


def test_attendance_knows_no_people_of_other_meetings(meeting, ines, noon):
    other = AttendeeFactory()

    set_attendance(meeting=meeting, came=[other.pk], actor=ines, at=noon)

    other.refresh_from_db()
    assert other.came is None


def test_write_minutes_is_for_whoever_works_on_the_project(project, meeting, conny, sam, noon):
    MemberFactory(project=project, user=conny)
    after = noon + timedelta(days=2)

    with pytest.raises(NotAllowed):
        write_minutes(meeting=meeting, minutes="x", actor=sam, at=after)
    write_minutes(meeting=meeting, minutes="Agreed", actor=conny, at=after)
    write_minutes(meeting=meeting, minutes="Agreed", actor=conny, at=after)

    meeting.refresh_from_db()
    assert (meeting.minutes, meeting.state) == ("Agreed", "HELD")
    assert Entry.objects.of_project(project.pk).count() == 2


def test_the_database_holds_the_end_after_the_start(noon):
    with pytest.raises(IntegrityError):
        MeetingFactory(start_at=noon, end_at=noon)


def test_missing_minutes_wait_for_the_organiser(meeting, ines, conny, noon):
    after = noon + timedelta(days=2)
    MeetingFactory(project=meeting.project, minutes="Written")
    MeetingFactory(project=meeting.project, state="CANCELLED")

    assert list(minutes_waiting(ines, noon)) == []
    assert [one.text for one in minutes_waiting(ines, after)] == ["“Exchange” has no minutes yet"]
    assert list(minutes_waiting(conny, after)) == []


@pytest.mark.parametrize("meetings", [1, 25])
def test_what_waits_costs_one_query(project, ines, noon, django_assert_num_queries, meetings):
    MeetingFactory.create_batch(meetings, project=project)

    with django_assert_num_queries(1):
        assert len(list(minutes_waiting(ines, noon + timedelta(days=9)))) == meetings


def test_the_calendar_file_has_the_time_of_the_place_and_all_people(meeting, ines, noon):
    meeting.place, meeting.revision = "Room 2", 3
    AttendeeFactory(meeting=meeting, name='Lab "two"', email="lab@customer.example")
    AttendeeFactory(meeting=meeting, name="Nobody")

    calendar = Calendar.from_ical(to_icalendar(meeting=meeting, at=noon))

    (event,) = calendar.walk("VEVENT")
    assert event["uid"] == f"meeting-{meeting.pk}@127.0.0.1"
    assert event["dtstart"].dt.astimezone(UTC) == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert (event["sequence"], event["status"], event["location"]) == (3, "CONFIRMED", "Room 2")
    assert event["organizer"] == "mailto:ines@example.com"
    assert event["attendee"] == "mailto:lab@customer.example"
    assert event["attendee"].params["CN"] == "Lab 'two'"
    assert len(calendar.walk("VTIMEZONE")) == 1


def test_a_cancelled_meeting_is_cancelled_in_calendars_too(meeting, noon):
    meeting.state = "CANCELLED"

    assert b"STATUS:CANCELLED" in to_icalendar(meeting=meeting, at=noon)
