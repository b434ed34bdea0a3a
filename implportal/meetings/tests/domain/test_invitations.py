import re
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from icalendar import Calendar

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.meetings.domain.invitations import (
    NobodyToInvite,
    TooLateToInvite,
    send_invitations,
)
from implportal.meetings.domain.meetings import (
    Guest,
    cancel_meeting,
    change_meeting,
    plan_meeting,
)
from implportal.notifications.domain.outbox import deliver_message
from implportal.notifications.models import Message
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl(project):
    return ContactFactory(customer=project.customer, name="Carl", email="carl@client.example")


@pytest.fixture
def dora(project):
    return ContactFactory(customer=project.customer, name="Dora", email="dora@client.example")


@pytest.fixture
def planned(project, ines, conny, carl, noon):
    """An hour tomorrow with ines, conny, Carl, and a guest without an address."""
    MemberFactory(project=project, user=conny)
    return plan_meeting(
        project=project, kind="EXCHANGE", title="Exchange", start_at=noon + timedelta(days=1),
        end_at=noon + timedelta(days=1, hours=1), time_zone="Europe/Berlin", organiser=ines,
        place="Room 2", users=[ines, conny], contacts=[carl], guests=[Guest("Lab")], actor=ines,
        at=noon,
    )  # fmt: skip


@pytest.fixture
def invited(planned, ines, noon):
    send_invitations(meeting=planned, actor=ines, at=noon)
    return planned


def mails():
    """(whom, method, sequence) of every invitation, in order."""
    found = []
    for message in Message.objects.exclude(calendar="").order_by("pk"):
        calendar = Calendar.from_ical(message.calendar)
        (event,) = calendar.walk("VEVENT")
        found.append((message.to, str(calendar["method"]), event["sequence"]))
    return found


def events():
    return [
        Calendar.from_ical(text).walk("VEVENT")[0]
        for text in Message.objects.exclude(calendar="")
        .order_by("pk")
        .values_list("calendar", flat=True)
    ]


def test_everybody_with_an_address_but_the_organiser_is_invited(invited):
    assert mails() == [
        ("carl@client.example", "REQUEST", 0),
        ("conny@example.com", "REQUEST", 0),
    ]
    event = events()[0]
    assert event["uid"] == f"meeting-{invited.pk}@127.0.0.1"
    assert event["organizer"] == "mailto:ines@example.com"
    assert event["organizer"].params["SENT-BY"].startswith("mailto:")
    assert [str(one) for one in event["attendee"]] == [
        "mailto:carl@client.example", "mailto:conny@example.com",
    ]  # fmt: skip
    assert dict(event["attendee"][0].params) == {
        "CN": "Carl", "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE",
    }  # fmt: skip
    assert "url" not in event
    assert Entry.objects.latest("pk").sentence == "invited Carl, Conny Example to “Exchange”"
    assert invited.attendees.filter(invited_at=None).count() == 2  # ines, and the guest


def test_nobody_is_invited_twice(invited, ines, noon):
    with pytest.raises(NobodyToInvite):
        send_invitations(meeting=invited, actor=ines, at=noon)

    assert len(mails()) == 2


@pytest.mark.parametrize(
    "change",
    [{"place": "Room 3"}, {"time_zone": "Asia/Shanghai"}, {"call_link": "https://call.example"}],
)
def test_a_change_of_time_or_place_updates_all_who_were_invited(invited, ines, noon, change):
    change_meeting(meeting=invited, actor=ines, at=noon, **change)

    assert mails()[2:] == [
        ("carl@client.example", "REQUEST", 1),
        ("conny@example.com", "REQUEST", 1),
    ]
    assert len({str(event["uid"]) for event in events()}) == 1


def test_what_calendars_do_not_show_is_not_sent(invited, ines, noon):
    change_meeting(meeting=invited, actor=ines, at=noon, kind="OTHER")

    assert len(mails()) == 2


def test_who_comes_onto_the_list_is_invited_alone_and_who_leaves_it_is_told(
    invited, ines, carl, dora, noon
):
    change_meeting(meeting=invited, actor=ines, at=noon, contacts=[carl, dora])
    assert mails()[2:] == [("dora@client.example", "REQUEST", 0)]

    change_meeting(meeting=invited, actor=ines, at=noon, contacts=[dora])

    assert mails()[3:] == [("carl@client.example", "CANCEL", 1)]
    event = events()[-1]
    assert (event["status"], str(event["attendee"])) == ("CANCELLED", "mailto:carl@client.example")
    assert "You need not come" in Message.objects.latest("pk").text


def test_before_the_invitations_are_sent_nobody_hears_of_anything(planned, ines, dora, noon):
    change_meeting(meeting=planned, actor=ines, at=noon, place="Room 3", contacts=[dora])
    cancel_meeting(meeting=planned, actor=ines, at=noon, reason="Ill")

    assert mails() == []


def test_a_meeting_that_is_called_off_leaves_all_calendars(invited, ines, noon):
    cancel_meeting(meeting=invited, actor=ines, at=noon, reason="The trainer is ill")

    assert mails()[2:] == [
        ("carl@client.example", "CANCEL", 1),
        ("conny@example.com", "CANCEL", 1),
    ]
    assert "The reason: The trainer is ill" in Message.objects.latest("pk").text


def test_a_past_meeting_that_is_put_right_bothers_nobody(invited, ines, noon):
    change_meeting(meeting=invited, actor=ines, at=noon + timedelta(days=2), place="Room 9")

    assert len(mails()) == 2


def test_refusals_send_nothing(planned, ines, conny, noon):
    with pytest.raises(NotAllowed):
        send_invitations(meeting=planned, actor=conny, at=noon)
    with pytest.raises(TooLateToInvite):
        send_invitations(meeting=planned, actor=ines, at=noon + timedelta(days=2))
    planned.project.state = "SUSPENDED"
    planned.project.save()
    with pytest.raises(ProjectNotRunning):
        send_invitations(meeting=planned, actor=ines, at=noon)

    planned.refresh_from_db()
    assert planned.invited_at is None
    assert mails() == []


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(datetime(2026, 3, 28), 8), (datetime(2026, 3, 30), 7)],  # noqa: DTZ001
)
def test_nine_in_berlin_stays_nine_across_the_change_of_the_clocks(
    planned, ines, noon, day, utc_hour
):
    start = day.replace(hour=9, tzinfo=ZoneInfo("Europe/Berlin"))
    change_meeting(
        meeting=planned, actor=ines, at=noon, start_at=start, end_at=start + timedelta(hours=1)
    )
    send_invitations(meeting=planned, actor=ines, at=noon)

    planned.refresh_from_db()
    assert planned.start_at == day.replace(hour=utc_hour, tzinfo=UTC)
    message = Message.objects.exclude(calendar="").earliest("pk")
    assert f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T090000" in message.calendar
    assert "BEGIN:VTIMEZONE" in message.calendar
    assert ", 09:00 (Europe/Berlin)" in message.text


def test_the_mail_carries_the_invitation_as_calendars_want_it(planned, ines, carl, noon, settings):
    settings.MAIL_LEAVES = True
    carl.name = '王小明, "مريم" 🚀'
    carl.save()
    planned.title = "交流 🚀; مرحبا"
    planned.save()
    send_invitations(meeting=planned, actor=ines, at=noon)
    message = Message.objects.get(to=carl.email)

    deliver_message(message_id=message.pk, now=noon)

    sent = BytesParser(policy=policy.default).parsebytes(mail.outbox[-1].message().as_bytes())
    (part,) = [one for one in sent.walk() if one.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert part.get_content_charset() == "utf-8"
    assert sent.get_content_type() == "multipart/alternative"
    (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
    assert str(event["summary"]) == "交流 🚀; مرحبا"
    assert event["attendee"][0].params["CN"] == "王小明, 'مريم' 🚀"
    assert not re.search(r"(?<!\r)\n", message.calendar), "lines end as RFC 5545 wants"
    assert max(len(line.encode()) for line in message.calendar.split("\r\n")) <= 75
