from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.feedback import (
    NobodyToAsk,
    NotBegunYet,
    ask_for_feedback,
    give_feedback,
    note_feedback,
    opinions,
    to_ask,
)
from implportal.meetings.domain.meetings import MeetingCalledOff
from implportal.meetings.models import Feedback, Meeting
from implportal.meetings.reminders import feedback_missing
from implportal.meetings.tests.conftest import invite
from implportal.meetings.tests.factories import AttendeeFactory
from implportal.notifications.models import Message
from implportal.signing.domain.limits import ANSWERS_A_DAY, TooManyAnswers
from implportal.signing.models import SharedLink

pytestmark = pytest.mark.django_db


def person(meeting, contact):
    return meeting.attendees.get(contact=contact)


def test_who_came_is_asked_once_and_answers_behind_the_link(held, carl, dora, ines, now):
    asked = ask_for_feedback(meeting=held, actor=ines, at=now)

    assert [one.label for one in asked] == ["Carl Client", "Dora Client"]
    link = SharedLink.objects.get(email=carl.email)
    assert (link.kind, link.subject) == ("FEEDBACK", person(held, carl))
    with pytest.raises(NobodyToAsk):
        ask_for_feedback(meeting=held, actor=ines, at=now)
    assert Message.objects.filter(subject="How was it? Exchange").count() == 2

    give_feedback(link=link, rating=5, note=" Clear answers. ", at=now)
    given = give_feedback(link=link, rating=4, note="Clear answers.", at=now)

    assert (given.rating, given.note, given.noted_by) == (4, "Clear answers.", None)
    assert [(one.is_asked, one.feedback) for one in opinions(held, at=now)] == [
        (True, given), (True, None),
    ]  # fmt: skip


def test_no_program_fills_the_record(held, carl, ines, now):
    ask_for_feedback(meeting=held, actor=ines, at=now)
    link = SharedLink.objects.get(email=carl.email)

    for _click in range(2):
        give_feedback(link=link, rating=4, note="Clear", at=now)
    for number in range(1, ANSWERS_A_DAY):
        give_feedback(link=link, rating=4, note=f"Clear {number}", at=now)
    with pytest.raises(TooManyAnswers):
        give_feedback(link=link, rating=5, note="Clear", at=now)

    given = Entry.objects.filter(action="meetings.feedback_given")
    assert given.count() == ANSWERS_A_DAY


def test_one_of_us_notes_what_was_heard_and_it_takes_the_place_of_what_was_there(
    held, carl, ines, now
):
    note_feedback(attendee=person(held, carl), rating=2, note="Too long", actor=ines, at=now)
    note_feedback(attendee=person(held, carl), rating=3, note="Too long", actor=ines, at=now)

    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.note, feedback.noted_by) == (3, "Too long", ines)
    held.refresh_from_db()
    assert held.state == "HELD"


def test_who_did_not_come_or_has_no_address_is_not_asked(held, ines, carl, now):
    invite(held, "Dora Client", came=False)
    AttendeeFactory(meeting=held, name="Guest without mail", came=True)

    found = opinions(held, at=now)

    assert [one.attendee.label for one in found] == ["Carl Client", "Guest without mail"]
    assert [one.label for one in to_ask(found)] == ["Carl Client"]


def test_nobody_is_asked_before_it_begins_or_when_it_was_called_off(held, carl, ines, now):
    early = held.start_at - timedelta(hours=1)
    with pytest.raises(NotBegunYet):
        ask_for_feedback(meeting=held, actor=ines, at=early)
    with pytest.raises(NotBegunYet):
        note_feedback(attendee=person(held, carl), rating=5, note="", actor=ines, at=early)
    Meeting.objects.filter(pk=held.pk).update(state="CANCELLED", state_reason="ill")
    with pytest.raises(MeetingCalledOff):
        ask_for_feedback(meeting=held, actor=ines, at=now)

    assert not Feedback.objects.exists()
    assert not SharedLink.objects.exists()


def test_strangers_and_ratings_that_do_not_exist_are_refused(held, carl, sam, ines, now):
    with pytest.raises(NotAllowed):
        ask_for_feedback(meeting=held, actor=sam, at=now)
    with pytest.raises(NotAllowed):
        note_feedback(attendee=person(held, carl), rating=5, note="", actor=sam, at=now)
    with pytest.raises(ValueError, match="6"):
        note_feedback(attendee=person(held, carl), rating=6, note="", actor=ines, at=now)

    assert not Feedback.objects.exists()


def test_no_answer_is_kept_of_a_project_that_rests(held, carl, ines, now):
    ask_for_feedback(meeting=held, actor=ines, at=now)
    held.project.state, held.project.state_reason = "SUSPENDED", "budget"
    held.project.save(update_fields=["state", "state_reason"])

    with pytest.raises(DomainError):
        give_feedback(link=SharedLink.objects.get(), rating=5, note="", at=now)

    assert not Feedback.objects.exists()


def test_the_organiser_is_reminded_after_two_working_days_until_somebody_has_said(
    held, carl, ines, now
):
    Meeting.objects.filter(pk=held.pk).update(state="HELD")
    assert list(feedback_missing(held.end_at + timedelta(hours=1))) == []

    later = held.end_at + timedelta(days=5)
    (reminder,) = feedback_missing(later)
    assert (reminder.user, reminder.subject) == (ines, "How was “Exchange” received?")

    note_feedback(attendee=person(held, carl), rating=4, note="", actor=ines, at=now)
    assert list(feedback_missing(later)) == []
