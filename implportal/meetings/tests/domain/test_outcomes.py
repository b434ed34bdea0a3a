from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.meetings.activities import actions_waiting
from implportal.meetings.domain.meetings import ContactOfOthers, MeetingCalledOff, cancel_meeting
from implportal.meetings.domain.outcomes import (
    OwnerIsStranger,
    add_action,
    add_decision,
    change_action,
    remove_action,
    remove_decision,
    settle_action,
)
from implportal.meetings.models import ActionItem, Decision
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(meeting, ines, noon):
    def _note(**fields):
        given = {"text": "Send the list", "owner": ines, "due_on": None, "actor": ines, "at": noon}
        return add_action(meeting=meeting, **given | fields)

    return _note


def sentences(project):
    return [entry.sentence for entry in Entry.objects.of_project(project.pk).order_by("pk")]


def test_decisions_are_noted_and_taken_away_on_record(meeting, ines, noon):
    decision = add_decision(meeting=meeting, text="Go live in June", actor=ines, at=noon)
    remove_decision(decision=decision, actor=ines, at=noon)

    assert not Decision.objects.exists()
    assert sentences(meeting.project) == [
        "noted a decision of “Exchange”: Go live in June",
        "took a decision of “Exchange” away: Go live in June",
    ]


def test_an_action_item_goes_from_hand_to_hand_and_is_ticked_off(meeting, note, ines, conny, noon):
    MemberFactory(project=meeting.project, user=conny)
    contact = ContactFactory(customer=meeting.project.customer, name="Carl")

    item = note(owner=contact)
    change_action(item=item, text="Send it", owner=conny, due_on=noon.date(), actor=ines, at=noon)
    settle_action(item=item, is_done=True, actor=conny, at=noon)
    settle_action(item=item, is_done=True, actor=ines, at=noon)

    item.refresh_from_db()
    assert (item.user, item.contact, item.due_on) == (conny, None, noon.date())
    assert (item.done_at, item.done_by) == (noon, conny)
    assert sentences(meeting.project) == [
        "noted at “Exchange” that Carl does: Send the list",
        "changed an action item of “Exchange”: Send it",
        "ticked off: Send it",
    ]
    settle_action(item=item, is_done=False, actor=ines, at=noon)
    item.refresh_from_db()
    assert (item.done_at, item.done_by) == (None, None)


def test_action_items_are_refused_without_a_trace(meeting, note, ines, conny, sam, noon):
    with pytest.raises(OwnerIsStranger):
        note(owner=sam)
    with pytest.raises(ContactOfOthers):
        note(owner=ContactFactory())
    with pytest.raises(NotAllowed):
        note(actor=conny)
    with pytest.raises(NotAllowed):
        add_decision(meeting=meeting, text="x", actor=conny, at=noon)
    cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="Ill")
    with pytest.raises(MeetingCalledOff):
        note()

    assert not ActionItem.objects.exists()
    assert not Decision.objects.exists()


def test_who_owns_an_item_ticks_it_off_and_others_do_not(meeting, note, ines, bea, noon):
    meeting.project.business_manager = bea
    meeting.project.save()
    hers, mine = note(owner=bea), note(owner=ines)

    settle_action(item=hers, is_done=True, actor=bea, at=noon)
    with pytest.raises(NotAllowed):
        settle_action(item=mine, is_done=True, actor=bea, at=noon)
    with pytest.raises(NotAllowed):
        remove_action(item=mine, actor=bea, at=noon)

    mine.refresh_from_db()
    assert mine.done_at is None


def test_open_items_wait_for_their_owners_here_and_at_the_customer(
    meeting, note, ines, conny, noon, django_assert_num_queries
):
    MemberFactory(project=meeting.project, user=conny)
    contact = ContactFactory(customer=meeting.project.customer, name="Carl")
    today = noon.date()
    note(text="Later", due_on=today + timedelta(days=1))
    note(text="Long late", due_on=today - timedelta(days=8))
    note(text="Hers", owner=conny)
    note(text="Theirs", owner=contact, due_on=today)
    settle_action(item=note(text="Done"), is_done=True, actor=ines, at=noon)
    note(text="Nobody's", owner=None)

    with django_assert_num_queries(1):
        items = list(actions_waiting(ines, noon))

    assert [(one.text, one.on, one.who, one.urgency) for one in items] == [
        ("Long late", "YOU", "", 2),
        ("Theirs", "CUSTOMER", "Carl", 1),
        ("Later", "YOU", "", 0),
    ]
    assert [one.text for one in actions_waiting(conny, noon)] == ["Hers"]


def test_nothing_waits_in_projects_that_rest_or_of_meetings_called_off(note, meeting, ines, noon):
    note()
    ProjectFactory(implementation_manager=ines)
    cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="Ill")

    assert not list(actions_waiting(ines, noon))
