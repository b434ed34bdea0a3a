"""Minutes from the meeting's page to the sealed PDF, as people and customers go through it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from implportal.documents.models import DocumentVersion
from implportal.documents.verification import verify
from implportal.meetings.domain.writing import write_minutes
from implportal.meetings.tests.conftest import at, confirmation, invite, link_of, visit
from implportal.meetings.tests.factories import MeetingFactory
from implportal.notifications.models import Message
from implportal.projects.tests.factories import MemberFactory
from implportal.signing.models import SharedLink, Signer

pytestmark = pytest.mark.django_db


def address(name, meeting, **kwargs):
    return reverse(
        f"meetings:{name}",
        kwargs={"project_pk": meeting.project_id, "pk": meeting.pk, **kwargs},
    )


def everything():
    """The rows of every table."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.order_by("pk").values_list()))
        for model in apps.get_models()
    }


@pytest.fixture
def send(sign_in, ines, held, carl, dora, django_capture_on_commit_callbacks):
    """Return a function that presses the button, and the version that leaves."""

    def _send(**fields):
        given = {"confirmers": [carl.pk, dora.pk], "valid_days": "14", "message": ""}
        with django_capture_on_commit_callbacks(execute=True):
            answer = sign_in(ines).post(address("minutes_send", held), given | fields)
        assert answer.status_code == 302
        return DocumentVersion.objects.latest("pk")

    return _send


def test_minutes_go_from_objection_to_a_second_version_that_all_confirm_and_is_sealed(
    sign_in, ines, held, carl, dora, send, django_capture_on_commit_callbacks
):
    browser = sign_in(ines)
    assert (
        "Nobody at the customer has these minutes yet."
        in browser.get(held.get_absolute_url()).content.decode()
    )

    first = send()
    link = link_of(first, carl)
    customer = visit(link)
    page = customer.get(at("link_document", link)).content.decode()
    assert "confirm at the end that they say what was discussed" in page
    step = customer.get(at("link_sign", link)).content.decode()
    assert "Confirm version 1 of the minutes" in step
    assert "Your signature" not in step
    done = customer.post(at("link_sign", link), confirmation(first), follow=True)
    assert "You have confirmed the minutes" in done.content.decode()
    assert "Others still have to confirm" in done.content.decode()
    page = customer.get(at("link_document", link)).content.decode()
    assert "these are the minutes that you have confirmed." in page
    assert "confirm at the end" not in page

    waiting = browser.get(held.get_absolute_url()).content.decode()
    assert "Waiting for confirmation" in waiting
    link = link_of(first, dora)
    objecting = visit(link)
    refused = objecting.post(at("link_decline", link), {"reason": ""})
    assert "What is not right" in refused.content.decode()
    objected = objecting.post(at("link_decline", link), {"reason": "It was two sites."})
    assert "Your objection was sent" in objected.content.decode()
    told = browser.get(held.get_absolute_url()).content.decode()
    assert "Dora Client objects:" in told
    assert "It was two sites." in told

    browser.post(
        address("minutes_edit", held), {"minutes": "We agreed on two sites.", "revision": 0}
    )
    second = send()
    assert (second.number, second.version) == (first.number, 2)
    for contact in (carl, dora):
        link = link_of(second, contact)
        with django_capture_on_commit_callbacks(execute=True):
            visit(link).post(at("link_sign", link), confirmation(second, contact.name))

    second.refresh_from_db()
    with second.sealed_pdf.open() as file:
        verdict = verify(file.read())
    assert verdict.is_valid, [line.text for line in verdict.lines]
    assert "Confirmed by all" in browser.get(held.get_absolute_url()).content.decode()
    statement = Signer.objects.filter(request__version=second).first().evidence["statement"]
    assert statement["intent"] == "I confirm these minutes."
    mails = Message.objects.filter(subject="Confirmed by all: Minutes: Exchange")
    assert sorted(mails.values_list("to", flat=True)) == [
        "carl@client.example", "dora@client.example", "ines@example.com",
    ]  # fmt: skip
    sealed = [[second.sealed_file_name, second.sealed_pdf.name]]
    assert all(mail.attachments == sealed for mail in mails)


@pytest.fixture
def editor(sign_in, ines, meeting):
    """Return a function that sends what the editor sends."""
    browser = sign_in(ines)

    def _editor(route, text, revision, **fields):
        return browser.post(
            address(route, meeting), {"minutes": text, "revision": revision, **fields}
        )

    return _editor


def test_the_editor_saves_while_one_writes_and_hands_the_next_revision_on(editor, meeting):
    answer = editor("minutes_autosave", "Draft <b>", 0)

    meeting.refresh_from_db()
    assert (meeting.minutes, meeting.minutes_revision) == ("Draft <b>", 1)
    assert answer.status_code == 200
    assert (
        'name="revision" id="id_revision" value="1" hx-swap-oob="true"' in answer.content.decode()
    )


@pytest.mark.parametrize(("route", "code"), [("minutes_autosave", 409), ("minutes_edit", 200)])
def test_who_saves_second_sees_both_texts_and_decides(editor, meeting, ines, route, code):
    write_minutes(meeting=meeting, minutes="Theirs <i>", actor=ines, at=timezone.now())

    answer = editor(route, "Mine", 0)

    page = answer.content.decode()
    assert answer.status_code == code
    assert "Theirs &lt;i&gt;</pre>" in page
    assert 'name="over" value="1"' in page
    meeting.refresh_from_db()
    assert meeting.minutes == "Theirs <i>"
    if route == "minutes_edit":
        assert ">\nMine</textarea>" in page

    assert editor("minutes_edit", "Mine and theirs", 0, over="1").status_code == 302
    meeting.refresh_from_db()
    assert meeting.minutes == "Mine and theirs"


def test_saving_while_one_writes_never_replaces_even_if_the_browser_sends_the_button_along(
    editor, meeting, ines
):
    write_minutes(meeting=meeting, minutes="Theirs", actor=ines, at=timezone.now(), based_on=0)

    assert editor("minutes_autosave", "Mine", 0, over="1").status_code == 409

    meeting.refresh_from_db()
    assert (meeting.minutes, meeting.minutes_revision) == ("Theirs", 1)


def test_what_cannot_be_kept_is_said_beside_the_button(editor, meeting):
    answer = editor("minutes_autosave", "x" * 50_001, 0)

    assert answer.status_code == 422
    assert "too long" in answer.content.decode()


@pytest.mark.parametrize(
    ("person", "code"), [("ines", 200), ("conny", 200), ("bea", 403), ("sam", 404)]
)
def test_who_works_on_the_project_writes(request, sign_in, meeting, conny, person, code):
    MemberFactory(project=meeting.project, user=conny)

    answer = sign_in(request.getfixturevalue(person)).post(
        address("minutes_autosave", meeting), {"minutes": "x", "revision": 0}
    )

    assert answer.status_code == code


@pytest.mark.usefixtures("_pages_at_once")
class TestWithoutPaper:
    def test_the_form_offers_those_who_came_to_confirm_and_the_others_to_read(
        self, sign_in, ines, held, carl
    ):
        emil = invite(held, "Emil Client", came=False)

        form = sign_in(ines).get(address("minutes_send", held)).context["form"]

        assert form.initial["confirmers"] == [carl.pk]
        assert form.initial["readers"] == [emil.pk]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"confirmers": []}, "confirmers"),
            ({"confirmers": ["999"]}, "confirmers"),
            ({"valid_days": "1000"}, "valid_days"),
            ({"both": True}, "readers"),
        ],
    )
    def test_a_wrong_form_says_so_at_the_field(self, sign_in, ines, held, carl, fields, field):
        given = {"confirmers": [carl.pk], "valid_days": "14"}
        if fields.pop("both", None):
            fields["readers"] = [carl.pk]

        page = sign_in(ines).post(address("minutes_send", held), given | fields)

        assert list(page.context["form"].errors) == [field]
        assert not DocumentVersion.objects.exists()

    def test_looking_at_the_pages_of_a_link_changes_nothing(self, send, carl):
        version = send()
        link = link_of(version, carl)
        browser = visit(link)
        before = everything()

        for route in ("link_document", "link_sign", "link_document_file", "link_changes"):
            for look in (browser.get, browser.head):
                answer = look(at(route, link))
                for close in answer._resource_closers:  # not close(): the connection stays
                    close()
                assert answer.status_code == 200

        assert everything() == before

    def test_a_foreign_browser_and_a_foreign_link_confirm_nothing(self, send, carl, dora):
        version = send()
        mine, hers = link_of(version, carl), link_of(version, dora)
        browser = visit(mine)

        answers = [
            Client().post(at("link_sign", mine), confirmation(version)),
            browser.post(at("link_sign", hers), confirmation(version)),
            Client().get(at("link_sign", mine)),
        ]

        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert not Signer.objects.filter(state="SIGNED").exists()

    def test_a_link_to_read_confirms_nothing(self, send, held, carl, dora):
        version = send(confirmers=[carl.pk], readers=[dora.pk])
        link = link_of(version, dora, kind="READ")

        answer = visit(link).post(at("link_sign", link), confirmation(version))

        assert answer.status_code == 404

    def test_what_has_changed_is_not_confirmed(self, send, carl):
        version = send()
        link = link_of(version, carl)

        answer = visit(link).post(
            at("link_sign", link), confirmation(version) | {"pdf_sha256": "0" * 64}
        )

        assert answer.status_code == 409
        assert not Signer.objects.filter(state="SIGNED").exists()

    def test_a_new_version_closes_the_links_of_the_old_one(self, sign_in, send, held, ines, carl):
        first = send()
        browser = visit(link_of(first, carl))
        sign_in(ines).post(address("minutes_edit", held), {"minutes": "Changed.", "revision": 0})
        send()

        answer = browser.post(at("link_sign", link_of(first, carl)), confirmation(first))

        assert answer.status_code == 410

    def test_a_copied_link_asks_for_a_code_first(self, send, carl):
        version = send()
        link = link_of(version, carl)
        SharedLink.objects.filter(pk=link.pk).update(copied_by_hand=True)
        browser = visit(link)

        asked = browser.get(at("link_sign", link)).content.decode()
        browser.post(at("link_sign", link), confirmation(version))

        assert "First: a code by mail" in asked
        assert not Signer.objects.filter(state="SIGNED").exists()

    @pytest.mark.parametrize(
        ("person", "code"),
        [("ines", 200), ("adam", 200), ("conny", 403), ("bea", 403), ("sam", 404)],
    )
    def test_who_runs_the_project_sends_its_minutes(
        self, request, sign_in, held, carl, conny, person, code
    ):
        MemberFactory(project=held.project, user=conny)
        browser = sign_in(request.getfixturevalue(person))

        assert browser.get(address("minutes_send", held)).status_code == code

    def test_minutes_of_a_meeting_to_come_are_refused_in_the_form(self, sign_in, ines, project):
        start = timezone.now() + timedelta(days=1)
        meeting = MeetingFactory(
            project=project, start_at=start, end_at=start + timedelta(hours=1), minutes="Early"
        )
        carl = invite(meeting, "Carl Client", came=None)

        page = sign_in(ines).post(
            address("minutes_send", meeting), {"confirmers": [carl.pk], "valid_days": "14"}
        )

        assert "has not begun" in page.content.decode()
        assert not DocumentVersion.objects.exists()

    @pytest.mark.parametrize("people", [1, 8])
    def test_a_meeting_with_minutes_out_costs_the_same_for_any_number_of_people(
        self, sign_in, ines, held, send, django_assert_num_queries, people
    ):
        people = [invite(held, f"P{number} Client") for number in range(people)]
        send(confirmers=[contact.pk for contact in people])
        browser = sign_in(ines)
        browser.get(held.get_absolute_url())

        # session, user, news, project, meeting; version, request, signers; frozen: people,
        # decisions, actions; shown: people, decisions, actions, files, choices of owners: 2,
        # feedback, links to give it; topics, once frozen and once shown
        with django_assert_num_queries(21):
            browser.get(held.get_absolute_url())
