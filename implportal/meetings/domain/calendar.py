"""A meeting as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from implportal.meetings.models import Meeting, State

PRODUCT = "-//implportal//meetings//EN"
STATUS = {State.CANCELLED: "CANCELLED"}


def to_icalendar(*, meeting: Meeting, at: datetime, for_guest: bool = False) -> bytes:
    """Return the meeting as one calendar with one event, times in the meeting's own zone.

    A guest (``for_guest``) gets neither the others' addresses nor that of our page.

    The same UID with a higher SEQUENCE replaces the entry in people's calendars. Costs
    one query for the attendees.
    """
    zone = ZoneInfo(meeting.time_zone)
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{host}")
    event.add("sequence", meeting.revision)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", meeting.start_at.astimezone(zone))
    event.add("dtend", meeting.end_at.astimezone(zone))
    event.add("summary", meeting.title)
    event.add("status", STATUS.get(State(meeting.state), "CONFIRMED"))
    if where := ", ".join(filter(None, [meeting.place, meeting.call_link])):
        event.add("location", where)
    if meeting.agenda:
        event.add("description", meeting.agenda)
    event.add("organizer", _person(meeting.organiser.name, meeting.organiser.email))
    if not for_guest:
        event.add("url", f"{settings.BASE_URL}{meeting.get_absolute_url()}")
        for attendee in meeting.attendees.select_related("user", "contact").order_by("pk"):
            if attendee.address and attendee.user_id != meeting.organiser_id:
                event.add("attendee", _person(attendee.label, attendee.address))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _person(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    # A quotation mark cannot be written in a parameter, not even escaped (RFC 5545, 3.2).
    address.params["CN"] = vText(name.replace('"', "'"))
    return address
