"""A meeting as an iCalendar object: a file to take along, or an invitation (RFC 5545, 5546)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from implportal.meetings.domain.agenda import agenda_text
from implportal.meetings.models import Attendee, Meeting, State

PRODUCT = "-//implportal//meetings//EN"


class Method(StrEnum):
    """What the receiving calendar is to do (RFC 5546)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def to_icalendar(*, meeting: Meeting, at: datetime, for_guest: bool = False) -> bytes:
    """Return the meeting as one calendar with one event, times in the meeting's own zone.

    A guest (``for_guest``) gets neither the others' addresses nor that of our page.

    The same UID with a higher SEQUENCE replaces the entry in people's calendars. Costs
    one query for the attendees.
    """
    event = _event(meeting, at=at)
    if not for_guest:
        event.add("url", f"{settings.BASE_URL}{meeting.get_absolute_url()}")
        for attendee in with_address(meeting):
            event.add("attendee", _person(attendee.label, attendee.address))
    return _calendar(event)


def to_invitation(
    *, meeting: Meeting, attendees: list[Attendee], method: Method, at: datetime
) -> bytes:
    """Return what is mailed to ``attendees``, who are all named in it and asked to answer.

    The organiser's name stands for ours; the portal sends on the organiser's behalf.
    """
    event = _event(meeting, at=at)
    if method == Method.CANCEL:
        event["status"] = "CANCELLED"
    event["organizer"].params["SENT-BY"] = f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    for attendee in attendees:
        person = _person(attendee.label, attendee.address)
        person.params |= {
            "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE",
        }  # fmt: skip
        event.add("attendee", person)
    return _calendar(event, method=method)


def with_address(meeting: Meeting) -> list[Attendee]:
    """Return those who can be invited: all with an address but the organiser. One query."""
    return [
        attendee
        for attendee in meeting.attendees.select_related("user", "contact").order_by("pk")
        if attendee.address and attendee.user_id != meeting.organiser_id
    ]


def _event(meeting: Meeting, *, at: datetime) -> Event:
    zone = ZoneInfo(meeting.time_zone)
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{host}")
    event.add("sequence", meeting.revision)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", meeting.start_at.astimezone(zone))
    event.add("dtend", meeting.end_at.astimezone(zone))
    event.add("summary", meeting.title)
    event.add("status", "CANCELLED" if meeting.state == State.CANCELLED else "CONFIRMED")
    if where := ", ".join(filter(None, [meeting.place, meeting.call_link])):
        event.add("location", where)
    if meeting.agenda:
        event.add("description", agenda_text(meeting))
    event.add("organizer", _person(meeting.organiser.name, meeting.organiser.email))
    return event


def _calendar(event: Event, *, method: Method | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", str(method))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _person(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    # A quotation mark cannot be written in a parameter, not even escaped (RFC 5545, 3.2).
    address.params["CN"] = vText(name.replace('"', "'"))
    return address
