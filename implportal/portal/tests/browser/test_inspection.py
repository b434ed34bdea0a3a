"""The customer visits us: planned, arranged, and spoken about on a phone afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from implportal.meetings.models import Feedback, Meeting
from implportal.portal.tests.browser.scene import CARL, begun_project
from presales.domain.inspections import move_itinerary

pytestmark = pytest.mark.browser


def test_a_visit_is_planned_arranged_and_spoken_about(visit, phone, company, mailed):
    project = begun_project(company)
    carl = project.customer.contacts.get(email=CARL)
    ines = visit(company.ines)
    ines.go(f"{project.get_absolute_url()}inspections/")
    ines.press("Plan the first visit")
    ines.fill(title="Works visit", start_at="2027-03-02T09:00", end_at="2027-03-02T12:00")
    ines.fill(place="Works", host=company.cora.name, contacts=[carl.name])
    ines.press("Plan visit")
    meeting = Meeting.objects.get(kind="INSPECTION")
    assert meeting.organiser == company.cora

    ines.press("Add the first stop")
    ines.fill(title="Welcome", end_at="2027-03-02T13:00", place="Hall A")
    ines.press("Add stop")
    ines.reads("must lie within the visit")
    ines.fill(end_at="2027-03-02T10:00")
    ines.press("Add stop")
    ines.press("Begin with the usual things")
    ines.press("Done")
    ines.reads("1 of 7 done", "Welcome")
    ines.press("Itinerary for visitors")
    ines.reads("Hall A")

    ends = timezone.now() - timedelta(hours=1)
    Meeting.objects.filter(pk=meeting.pk).update(start_at=ends - timedelta(hours=3), end_at=ends)
    move_itinerary(meeting=meeting, actor=company.ines, at=ends)
    ines.go(f"{project.get_absolute_url()}inspections/{meeting.pk}/")
    ines.press("by mail")
    guest = phone()
    guest.go(mailed(CARL, "link"))
    guest.page.get_by_label("5 – very good").check()
    guest.fill(note="We felt welcome.")
    guest.press("Send")
    guest.reads("We have your answer.")
    assert Feedback.objects.get().rating == 5
    ines.go(f"{project.get_absolute_url()}inspections/{meeting.pk}/")
    ines.reads("We felt welcome.", "5 of 5")
