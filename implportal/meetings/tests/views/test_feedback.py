import pytest
from django.urls import reverse

from implportal.meetings.domain.feedback import ask_for_feedback, note_feedback
from implportal.meetings.models import Feedback
from implportal.meetings.tests.conftest import visit
from implportal.signing.models import SharedLink

pytestmark = pytest.mark.django_db


def page(meeting, route, **places):
    return reverse(
        f"meetings:{route}",
        kwargs={"project_pk": meeting.project_id, "pk": meeting.pk, **places},
    )


def test_a_meeting_that_is_over_shows_who_said_what_and_asks_the_others(
    sign_in, ines, held, carl, dora, now
):
    note_feedback(
        attendee=held.attendees.get(contact=carl), rating=4, note="Liked it", actor=ines, at=now
    )
    browser = sign_in(ines)

    text = browser.get(held.get_absolute_url()).content.decode()
    assert "Liked it" in text
    assert "4 of 5" in text
    assert "Ask 1 person by mail" in text

    answer = browser.post(page(held, "feedback_ask"), follow=True)
    assert "A link is on its way to Dora Client." in answer.content.decode()
    assert SharedLink.objects.get().email == dora.email


def test_what_was_heard_is_noted_and_a_form_without_rating_keeps_what_was_typed(
    sign_in, ines, held, carl
):
    browser = sign_in(ines)
    address = page(held, "feedback_note", attendee_pk=held.attendees.get(contact=carl).pk)

    refused = browser.post(address, {"note": "Quite good"})
    assert refused.status_code == 200
    assert "Quite good" in refused.content.decode()

    answer = browser.post(address, {"note": "Quite good", "rating": "4"})
    assert answer.url == f"{held.get_absolute_url()}#feedback"
    assert Feedback.objects.get().note == "Quite good"


def test_the_customer_answers_on_their_page_and_changes_it(held, carl, ines, now):
    ask_for_feedback(meeting=held, actor=ines, at=now)
    link = SharedLink.objects.get()
    browser = visit(link)
    address = reverse("meetings:feedback_link", kwargs={"link_id": link.public_id})

    assert "How was it for you?" in browser.get(address).content.decode()
    assert browser.post(address, {"rating": "7"}).status_code == 200
    assert not Feedback.objects.exists()

    thanks = browser.post(address, {"rating": "5", "note": "Well prepared"}, follow=True)
    assert "Thank you." in thanks.content.decode()
    assert "Change my answer" in thanks.content.decode()
    assert Feedback.objects.get().rating == 5


def test_the_customer_does_not_read_what_we_noted_about_them(held, carl, ines, now):
    ask_for_feedback(meeting=held, actor=ines, at=now)
    note_feedback(
        attendee=held.attendees.get(contact=carl), rating=1, note="Grumpy", actor=ines, at=now
    )
    link = SharedLink.objects.get()

    text = visit(link).get(
        reverse("meetings:feedback_link", kwargs={"link_id": link.public_id})
    ).content.decode()  # fmt: skip

    assert "Grumpy" not in text


def test_a_meeting_called_off_meanwhile_asks_nothing_more(held, carl, ines, now):
    ask_for_feedback(meeting=held, actor=ines, at=now)
    type(held).objects.filter(pk=held.pk).update(state="CANCELLED", state_reason="ill")
    link = SharedLink.objects.get()

    answer = visit(link).get(reverse("meetings:feedback_link", kwargs={"link_id": link.public_id}))

    assert answer.status_code == 410
