"""An exchange, filled in while people talk; and two people who write the same notes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from implportal.meetings.domain.meetings import plan_meeting
from implportal.meetings.domain.writing import write_minutes
from implportal.meetings.models import ActionItem
from implportal.portal.tests.browser.scene import begun_project
from presales.domain.exchanges import add_topic, write_topic_notes
from presales.models import ExchangeQuestion, Requirement, Topic

pytestmark = pytest.mark.browser


@pytest.fixture
def meeting(company):
    project = begun_project(company)
    start = timezone.now() - timedelta(minutes=30)
    return plan_meeting(
        project=project, kind="EXCHANGE", title="Experts meet", start_at=start,
        end_at=start + timedelta(hours=2), time_zone="Europe/Berlin", organiser=company.ines,
        actor=company.ines, at=start,
    )  # fmt: skip


def test_topics_and_questions_are_noted_while_people_talk(visit, company, meeting):
    ines = visit(company.ines)
    ines.go(f"{meeting.project.get_absolute_url()}exchange/")
    ines.press("Experts meet")
    for title in ("Customs interface", "Dangerous goods"):
        ines.fill(title=title)
        ines.press("Add topic")
    first, second = Topic.objects.order_by("order")
    card = ines.page.locator(f"#topic-{first.pk}")
    ines.fill(card, notes="A file each night.")
    expect(card.get_by_role("status")).to_contain_text("Saved at")
    card.locator("input[name=text]").first.fill("Which standard?")
    ines.fill(card, asked_by="Dora Sample")
    ines.press("Note question", within=card)
    card.locator("summary", has_text="Answer").click()
    ines.fill(card, answer="EDIFACT.", answered_by="Ines")
    ines.press("Keep answer", within=card)
    question = ExchangeQuestion.objects.get()
    assert (question.asked_by, question.answer) == ("Dora Sample", "EDIFACT.")
    card.locator("input[name=text]").first.fill("How fast?")
    ines.press("Note question", within=card)
    ines.press("Somebody finds out", within=card)
    ines.fill(owner=company.ines.name)
    ines.press("Note action item")
    assert ActionItem.objects.get().exchange_question.text == "How fast?"
    card.locator("input[name=text]").last.fill("Speech input")
    ines.press("Note idea", within=card)
    ines.press("Requirement", within=card)
    ines.press("Make requirement")
    assert Requirement.objects.get().ideas.get().topic == first

    handle = card.locator("[data-order-handle]")
    with ines.page.expect_response("**/topics/order/") as answer:
        handle.press("ArrowDown")
    assert answer.value.status == 204
    assert list(Topic.objects.order_by("order")) == [second, first]
    ines.go(meeting.get_absolute_url())
    ines.reads("Topics and questions", "A file each night.", "EDIFACT.")


def test_notes_and_minutes_replace_nothing_because_a_button_was_merely_reached(
    visit, company, meeting
):
    """A button with the focus is sent along; only pressing it may decide."""
    now = timezone.now()
    topic = add_topic(meeting=meeting, kind="METHOD", title="T", actor=company.ines, at=now)
    ines = visit(company.ines)

    ines.go(f"{meeting.project.get_absolute_url()}exchange/{meeting.pk}/")
    write_topic_notes(topic=topic, notes="Theirs", based_on=0, actor=company.ines, at=now)
    card = ines.page.locator(f"#topic-{topic.pk}")
    _reach_the_button(ines, card, "notes", "notes/autosave/")
    topic.refresh_from_db()
    assert topic.notes == "Theirs"
    ines.press("Keep my text instead", within=card)
    topic.refresh_from_db()
    assert topic.notes == "Mine and more"

    ines.go(f"{meeting.get_absolute_url()}minutes/")
    write_minutes(meeting=meeting, minutes="Theirs", actor=company.ines, at=now)
    _reach_the_button(ines, ines.page.locator("main"), "minutes", "minutes/autosave/")
    meeting.refresh_from_db()
    assert meeting.minutes == "Theirs"
    ines.press("Keep my text instead")
    meeting.refresh_from_db()
    assert meeting.minutes == "Mine and more"
    # A browser writes each refusal to its console.
    assert all("409" in told for told in ines.faults)
    ines.faults.clear()


def _reach_the_button(ines, place, name, address):
    """Write, see the clash, write on, and go to the button before that is saved."""
    text = place.locator(f"textarea[name={name}]")
    with ines.page.expect_response(f"**/{address}") as first:
        text.fill("Mine")
    assert first.value.status == 409
    button = place.get_by_role("button", name="Keep my text instead")
    expect(button).to_be_visible()
    with ines.page.expect_response(f"**/{address}") as second:
        text.fill("Mine and more")
        button.focus()
    assert second.value.status == 409
