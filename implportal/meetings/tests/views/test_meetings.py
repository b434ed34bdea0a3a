from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.meetings.models import Meeting
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


def address(name, project, **kwargs):
    return reverse(f"meetings:{name}", kwargs={"project_pk": project.pk} | kwargs)


def form_of(user, **fields):
    return {
        "kind": "EXCHANGE", "title": "Interfaces", "start_at": "2026-03-30T10:00",
        "end_at": "2026-03-30T11:30", "time_zone": "Europe/Berlin", "organiser": user.pk,
        "users": [user.pk],
    } | fields  # fmt: skip


@pytest.mark.parametrize("meetings", [1, 25])
def test_meeting_list_costs_the_same_for_any_number_of_meetings(
    sign_in, ines, project, django_assert_num_queries, meetings
):
    for meeting in MeetingFactory.create_batch(meetings, project=project):
        AttendeeFactory(meeting=meeting, came=True)
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, news, project, count, page
        response = browser.get(address("meeting_list", project))

    assert len(response.context["meetings"]) == meetings


@pytest.mark.parametrize("people", [1, 25])
def test_a_meeting_costs_the_same_for_any_number_of_people(
    sign_in, ines, project, django_assert_num_queries, people
):
    meeting = MeetingFactory(project=project)
    for _ in range(people):
        contact = ContactFactory(customer=project.customer)
        AttendeeFactory(meeting=meeting, contact=contact, name="")
    browser = sign_in(ines)

    browser.get(meeting.get_absolute_url())  # what kind of record a meeting is, is asked once
    # session, user, news, project, meeting, people, decisions, actions, files, owners: 2,
    # feedback, links to give it
    with django_assert_num_queries(13):
        response = browser.get(meeting.get_absolute_url())

    assert len(response.context["attendees"]) == people


def test_an_empty_list_offers_the_first_meeting(sign_in, ines, project):
    page = sign_in(ines).get(address("meeting_list", project))

    assert "No meetings yet" in page.content.decode()
    assert address("meeting_create", project) in page.content.decode()


def test_the_list_is_filtered_and_exported(sign_in, ines, project):
    MeetingFactory(project=project, title="=Kick", kind="KICKOFF")
    MeetingFactory(project=project, title="Other", minutes="Written")

    exported = sign_in(ines).get(
        address("meeting_list", project), {"kind": "KICKOFF", "minutes": "without", "export": "csv"}
    )

    lines = exported.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ",'=Kick," in lines[1]


def test_a_meeting_is_planned_in_the_time_of_its_place(sign_in, ines, project):
    contact = ContactFactory(customer=project.customer)

    response = sign_in(ines).post(
        address("meeting_create", project),
        form_of(ines, contacts=[contact.pk], guests="Lab, lab@customer.example\nDriver"),
    )

    meeting = Meeting.objects.get()
    assert response.headers["Location"] == meeting.get_absolute_url()
    assert meeting.start_at == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    assert sorted(one.label for one in meeting.attendees.all()) == sorted(
        ["Ines Example", contact.name, "Lab", "Driver"]
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"end_at": "2026-03-30T10:00"}, "end_at"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"guests": "Lab, lab@nowhere"}, "guests"),
        ({"start_at": "soon"}, "start_at"),
        ({"start_at": "2026-03-29T02:30", "end_at": "2026-03-29T05:00"}, "start_at"),
        ({"call_link": "javascript:alert(1)"}, "call_link"),
    ],
)
def test_a_wrong_form_says_so_at_the_field(sign_in, ines, project, fields, field):
    page = sign_in(ines).post(address("meeting_create", project), form_of(ines, **fields))

    assert list(page.context["form"].errors) == [field]
    assert not Meeting.objects.exists()


def test_the_form_shows_times_as_they_are_there_and_keeps_them(sign_in, ines, project):
    meeting = MeetingFactory(project=project)  # 9:00 UTC is 10:00 in Berlin
    browser = sign_in(ines)

    page = browser.get(address("meeting_edit", project, pk=meeting.pk))

    assert 'value="2026-03-03T10:00"' in page.content.decode()


def test_attendance_minutes_and_cancelling(sign_in, ines, project):
    meeting = MeetingFactory(project=project)
    carl = AttendeeFactory(meeting=meeting)
    browser = sign_in(ines)

    browser.post(address("attendance_set", project, pk=meeting.pk), {"came": [carl.pk]})
    browser.post(address("attendance_set", project, pk=meeting.pk), {"came": [999]})
    browser.post(
        address("minutes_edit", project, pk=meeting.pk), {"minutes": "<b>Agreed</b>", "revision": 0}
    )
    refused = browser.post(address("meeting_cancel", project, pk=meeting.pk), {"reason": "Ill"})
    page = browser.get(meeting.get_absolute_url()).content.decode()

    carl.refresh_from_db()
    assert carl.came is True
    assert "&lt;b&gt;Agreed" in page
    assert "cannot become" in str(refused.context["form"].non_field_errors())


def test_the_calendar_file_is_a_download(sign_in, ines, project):
    meeting = MeetingFactory(project=project)

    answer = sign_in(ines).get(address("meeting_calendar", project, pk=meeting.pk))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.startswith(b"BEGIN:VCALENDAR")


PAGES = ["meeting_list", "meeting_create"]
MEETING_PAGES = [
    "meeting_detail",
    "meeting_calendar",
    "minutes_edit",
    "meeting_edit",
    "meeting_cancel",
]


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ("ines", [200] * 7),
        ("adam", [200] * 7),
        ("conny", [200, 200, 200, 200, 200, 403, 403]),
        ("bea", [200, 403, 200, 200, 403, 403, 403]),
        ("sam", [404] * 7),
        ("cora", [404] * 7),
    ],
)
def test_who_reaches_which_page(request, sign_in, project, conny, person, codes):
    MemberFactory(project=project, user=conny)
    meeting = MeetingFactory(project=project)
    browser = sign_in(request.getfixturevalue(person))

    urls = [address(name, project) for name in PAGES]
    urls += [address(name, project, pk=meeting.pk) for name in MEETING_PAGES]
    assert [browser.get(url).status_code for url in urls] == codes


def test_a_meeting_of_another_project_is_not_found(sign_in, ines, project):
    other = MeetingFactory(project__implementation_manager=ines)

    page = sign_in(ines).get(address("meeting_detail", project, pk=other.pk))

    assert page.status_code == 404


def test_people_are_invited_by_one_button_that_goes_when_all_are(sign_in, ines, project):
    start = timezone.now() + timedelta(days=1)
    meeting = MeetingFactory(
        project=project, start_at=start, end_at=start + timedelta(hours=1), time_zone="UTC"
    )
    AttendeeFactory(meeting=meeting, email="lab@customer.example")
    AttendeeFactory(meeting=meeting)
    browser = sign_in(ines)
    assert "Invite 1 person by mail" in browser.get(meeting.get_absolute_url()).content.decode()

    page = browser.post(address("invitations_send", project, pk=meeting.pk), follow=True)

    assert "Their calendars hear of every change" in page.content.decode()
    assert "by mail</button>" not in page.content.decode()
    assert Message.objects.get().to == "lab@customer.example"
    again = browser.post(address("invitations_send", project, pk=meeting.pk), follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["error"]


def test_a_reader_elsewhere_sees_the_time_there_and_when_each_point_begins(sign_in, ines, project):
    ines.time_zone = "Asia/Shanghai"
    ines.save()
    meeting = MeetingFactory(project=project, agenda="20 min One\n50 min Two")

    page = sign_in(ines).get(meeting.get_absolute_url()).content.decode()

    assert "3 Mar 2026, 10:00 – 11:00" in page
    assert "<td>10:20</td><td>Two</td>" in page
    assert "10 more than the meeting has" in page
