from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.meetings.activities import objections_waiting
from implportal.meetings.domain.meetings import MeetingCalledOff, cancel_meeting
from implportal.meetings.domain.minutes import (
    BeingSealed,
    NobodyToConfirm,
    NotBegunYet,
    NothingToSend,
    minutes_content,
    send_minutes,
)
from implportal.meetings.domain.minutes_standing import Standing, minutes_standing
from implportal.meetings.domain.outcomes import add_action, add_decision
from implportal.meetings.domain.writing import write_minutes
from implportal.meetings.tests.conftest import invite, link_of
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.notifications.models import Message
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ContactFactory, MemberFactory
from implportal.signing.domain.signing import decline
from implportal.signing.models import SharedLink, SignatureRequest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_pages_at_once")]


def sections(content):
    return {section["key"]: section["html"] for section in content["sections"]}


def test_minutes_hold_who_came_what_was_said_decided_and_who_does_what(
    held, carl, ines, now, conny
):
    invite(held, "Emil *Client*", came=False)
    AttendeeFactory(meeting=held, name="<b>Lab</b>", came=True)
    held.agenda = "- Units"
    add_decision(meeting=held, text="- We go live in June | or not", actor=ines, at=now)
    add_action(
        meeting=held, text="Send the list", owner=carl, due_on=now.date(), actor=ines, at=now
    )
    add_action(meeting=held, text="Find a room", owner=None, due_on=None, actor=ines, at=now)

    content = minutes_content(held)

    found = sections(content)
    assert list(found) == ["people", "agenda", "minutes", "decisions", "actions"]
    assert content["title"] == "Minutes: Exchange"
    people = found["people"]
    assert people.index("Carl Client") < people.index("Ines Example") < people.index("&lt;b&gt;Lab")
    assert people.index("Invited, but not there") < people.index("Emil *Client*")
    assert "<em>three</em>" in found["minutes"]
    assert "<li>- We go live in June | or not</li>" in found["decisions"]
    assert "<td>Send the list</td>\n<td>Carl Client</td>" in found["actions"]
    assert "<td>Find a room</td>\n<td>nobody yet</td>\n<td>–</td>" in found["actions"]
    assert [fact["label"] for fact in content["facts"]] == ["When", "Where", "Organiser"]


def test_minutes_are_sent_to_all_at_once_as_soon_as_the_pdf_is_there(sent, held, carl, dora, now):
    version = sent(message="Thank you for coming.")

    held.refresh_from_db()
    request = version.signature_requests.get()
    assert (version.number, version.kind) == (
        f"MM-{version.frozen_at.year}-0001",
        "meetings.minutes",
    )
    assert held.minutes_number == version.number
    assert held.state == "HELD"
    assert (request.state, request.code_required) == ("SENT", False)
    assert [signer.state for signer in request.signers.order_by("pk")] == ["INVITED", "INVITED"]
    mails = Message.objects.filter(to__in=[carl.email, dora.email]).order_by("pk")
    assert [mail.subject for mail in mails] == ["Please confirm: Minutes: Exchange"] * 2
    assert all("Thank you for coming." in mail.text for mail in mails)
    assert link_of(version, carl).kind == "CONFIRM"


def test_who_was_not_there_reads_and_our_own_people_find_it_in_the_portal(
    sent, held, carl, conny, now
):
    emil = invite(held, "Emil Client", came=False)
    AttendeeFactory(meeting=held, user=conny, name="", came=True)
    guest = AttendeeFactory(meeting=held, name="Lab", email="lab@lab.example", came=True)
    AttendeeFactory(meeting=held, name="Absent", email="absent@lab.example", came=False)

    version = sent(confirmers=[carl], readers=[emil])

    links = SharedLink.objects.to(version).order_by("email")
    assert [(link.email, link.kind) for link in links] == [
        ("carl@client.example", "CONFIRM"),
        ("emil@client.example", "READ"),
        (guest.email, "READ"),
    ]
    ours = Message.objects.get(user=conny)
    assert ours.attachments == [[version.file_name, version.pdf.name]]


def test_minutes_that_cannot_be_sent_leave_nothing_behind(held, carl, ines, conny, now):
    MemberFactory(project=held.project, user=conny)
    given = {"meeting": held, "confirmers": [carl], "valid_days": 14, "actor": ines, "at": now}
    stranger = ContactFactory(customer=held.project.customer)
    empty = MeetingFactory(project=held.project)
    other = invite(empty, "Otto Client")

    with pytest.raises(NotAllowed):
        send_minutes(**given | {"actor": conny})
    with pytest.raises(NobodyToConfirm):
        send_minutes(**given | {"confirmers": [stranger]})
    with pytest.raises(NobodyToConfirm):
        send_minutes(**given | {"confirmers": [], "readers": [carl]})
    with pytest.raises(NotBegunYet):
        send_minutes(**given | {"at": held.start_at - timedelta(minutes=1)})
    with pytest.raises(NothingToSend):
        send_minutes(**given | {"meeting": empty, "confirmers": [other]})
    cancel_meeting(meeting=empty, actor=ines, at=now, reason="Ill")
    with pytest.raises(MeetingCalledOff):
        send_minutes(**given | {"meeting": empty, "confirmers": [other]})
    held.project.state = "SUSPENDED"
    held.project.save()
    with pytest.raises(ProjectNotRunning):
        send_minutes(**given)

    held.refresh_from_db()
    assert held.minutes_number == ""
    assert not DocumentVersion.objects.exists()
    assert not SignatureRequest.objects.exists()


def test_what_keeps_the_links_from_leaving_is_told_to_the_sender(
    held, carl, ines, adam, now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        send_minutes(meeting=held, confirmers=[carl], valid_days=14, actor=ines, at=now)
        # Before the PDF is there, somebody else takes the project over.
        held.project.implementation_manager = adam
        held.project.save()

    held.refresh_from_db()
    assert minutes_standing(held).key == Standing.NOT_LEFT
    assert not SharedLink.objects.exists()
    assert Message.objects.get(user=ines).subject == "The minutes of “Exchange” were not sent"


def test_an_objection_returns_to_the_writers_until_a_new_version_is_sent(
    sent, held, carl, dora, ines, conny, now
):
    MemberFactory(project=held.project, user=conny)
    held.organiser = conny
    held.save()
    version = sent()
    decline(link=link_of(version, dora), session="here", reason="It was two sites.", at=now)

    standing = minutes_standing(held)
    assert (standing.key, standing.objection.name) == (Standing.OBJECTED, "Dora Client")
    assert [item.text for item in objections_waiting(ines, now)] == [
        "Dora Client objects to “Minutes: Exchange”"
    ]
    assert len(list(objections_waiting(conny, now))) == 1
    assert "It was two sites." in Message.objects.get(user=conny).text
    assert Message.objects.get(user=ines).subject == "Dora Client objects to “Minutes: Exchange”"
    told = Message.objects.filter(to=carl.email).latest("pk")
    assert "no longer to be confirmed" in told.text
    assert "Dora Client objects. The reason: It was two sites." in told.text
    sentence = Entry.objects.filter(action="meetings.minutes_objected").get().sentence
    assert sentence.endswith("of “Exchange”: It was two sites.")

    write_minutes(meeting=held, minutes="Two sites.", actor=conny, at=now)
    second = sent()

    assert second.version == 2
    assert second.number == version.number
    assert not list(objections_waiting(ines, now))
    assert minutes_standing(held).key == Standing.WAITING


def test_a_new_version_supersedes_one_that_is_still_out(sent, held, carl, ines, now):
    first = sent()
    write_minutes(meeting=held, minutes="Two sites.", actor=ines, at=now)
    held.refresh_from_db()
    assert minutes_standing(held).is_changed

    second = sent()

    first.refresh_from_db()
    assert (first.status, first.superseded_by) == ("SUPERSEDED", second)
    assert first.signature_requests.get().state == "SUPERSEDED"
    assert link_of(first, carl).revoked_at is not None
    assert not minutes_standing(held).is_changed


def test_ticking_off_an_action_item_does_not_change_the_minutes(sent, held, ines, now):
    item = add_action(meeting=held, text="Call", owner=ines, due_on=None, actor=ines, at=now)
    sent()

    item.done_at, item.done_by = now, ines
    item.save()

    assert not minutes_standing(held).is_changed


def test_no_new_version_is_sent_while_the_one_before_is_sealed(sent, held, ines, now):
    version = sent()
    version.signature_requests.update(state="SEAL_FAILED")

    with pytest.raises(BeingSealed):
        sent()

    assert DocumentVersion.objects.count() == 1
    assert minutes_standing(held).key == Standing.SEALING
