"""Direct users send requests through a link; we say what becomes of them; they are told."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delivery.domain.user_requests import (
    REQUESTS_PER_DAY,
    AnswerMissing,
    NotAWish,
    NothingSaid,
    TooManyRequests,
    invite_requests,
    promote_to_requirement,
    requests_waiting,
    send_request,
    triage_request,
)
from delivery.models import UserRequest
from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.projects.domain.attachments import FileRefused
from implportal.projects.models import Attachment, Step
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.domain.links import send_again
from implportal.signing.models import SharedLink

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def now():
    """Links are judged by the real clock."""
    return timezone.now()


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines, title="Roll-out")


@pytest.fixture
def invite(project, ines, now):
    def _invite(name, email):
        contact = ContactFactory(customer=project.customer, name=name, email=email)
        return invite_requests(project=project, contact=contact, valid_days=90, actor=ines, at=now)

    return _invite


@pytest.fixture
def link(invite):
    return invite("Uma User", "uma@c.example")


@pytest.fixture
def send(link, now):
    def _send(text="It stops", at=now, link=link, **changes):
        return send_request(link=link, text=text, severity="SERIOUS", at=at, **changes)

    return _send


@pytest.fixture
def triage(ines, now):
    def _triage(one, state="ACCEPTED", kind="DEFECT", answer="", actor=ines):
        return triage_request(
            user_request=one, kind=kind, severity="MINOR", state=state, answer=answer,
            actor=actor, at=now,
        )  # fmt: skip

    return _triage


@pytest.fixture
def visit():
    def _visit(link):
        mail = Message.objects.get(pk=link.message_id)
        client = Client()
        client.get(f"/s/{re.search(r'/s/([^/]+)/', mail.secrets['link'])[1]}/")
        return client

    return _visit


def page_of(link, number=None):
    if number is None:
        return reverse("delivery:link_user_requests", kwargs={"link_id": link.public_id})
    kwargs = {"link_id": link.public_id, "number": number}
    return reverse("delivery:link_user_request", kwargs=kwargs)


def ours(route, project, **kwargs):
    return reverse(f"delivery:{route}", kwargs={"project_pk": project.pk, **kwargs})


# --- Sending ---------------------------------------------------------------------------


def test_the_first_page_of_the_link_takes_requests(link, visit):
    answer = visit(link).get(reverse("signing:link_start", kwargs={"link_id": link.public_id}))

    assert (link.kind, answer["Location"]) == ("REQUEST", page_of(link))


def test_a_request_gets_a_number_and_a_receipt(link, visit, project):
    answer = visit(link).post(
        page_of(link), {"text": "The list is empty", "severity": "BLOCKING"}, follow=True
    )

    one = project.user_requests.get()
    assert answer.redirect_chain == [(page_of(link, 1), 302)]
    assert "Its number is UR-001" in answer.content.decode()
    assert (one.code, one.name, one.state, one.kind) == ("UR-001", "Uma User", "NEW", "")
    assert Entry.objects.get(action="delivery.user_request_received").actor_name == "Uma User"
    step = Step.objects.get(project=project, key="user_requests")
    assert (step.state, step.next_step) == ("IN_PROGRESS", "Look at UR-001")


def test_the_sender_sees_only_what_he_or_she_has_sent(invite, send, visit, triage):
    other = invite("Otto User", "otto@c.example")
    send("Mine")
    triage(send("Of Otto", link=other), state="DONE", answer="Try now.")
    browser = visit(other)

    page = browser.get(page_of(other)).content.decode()
    own = browser.get(page_of(other, 2)).content.decode()
    foreign = browser.get(page_of(other, 1))
    unknown = browser.get(page_of(other, 99))

    assert "Of Otto" in page
    assert "Mine" not in page
    assert "Try now." in own
    assert (foreign.status_code, foreign.content) == (404, unknown.content)


def test_a_new_link_shows_what_was_sent_through_the_old(link, send, visit, ines, now):
    send("Before")

    new = send_again(link=link, actor=ines, at=now)

    assert "Before" in visit(new).get(page_of(new)).content.decode()


def test_twenty_a_day_are_counted_in_the_database_whichever_link_takes_them(link, send, ines, now):
    for number in range(REQUESTS_PER_DAY):
        send(f"No. {number}")
    new = send_again(link=link, actor=ines, at=now)

    with pytest.raises(TooManyRequests):
        send("One more", link=new)
    assert UserRequest.objects.count() == REQUESTS_PER_DAY
    assert send("Tomorrow", link=new, at=now + timedelta(days=1)).code == "UR-021"


def test_a_request_says_something(send):
    with pytest.raises(NothingSaid):
        send(" \x00 ")

    assert not UserRequest.objects.exists()


def test_a_picture_comes_along(send):
    one = send(file=SimpleUploadedFile("shot.png", PNG))

    [file] = Attachment.objects.of(one)
    assert (file.name, file.content_type, file.uploaded_by) == ("shot.png", "image/png", None)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("shot.png", b"MZ\x90\x00"),
        ("shot.png", b"\x00\x01\x02\x03"),
        ("page.png", b""),
        ("run.txt", b"#!/bin/sh\n"),
        ("large.png", PNG + b"\x00" * 10 * 1024 * 1024),
    ],
)
def test_a_file_is_judged_by_what_it_is_and_how_large(name, data, send):
    with pytest.raises(FileRefused):
        send(file=SimpleUploadedFile(name, data, content_type="image/png"))

    assert not UserRequest.objects.exists()
    assert not Attachment.objects.exists()


# --- What becomes of it ----------------------------------------------------------------


def test_the_sender_is_told_the_outcome_by_mail(send, triage, project):
    one = triage(send(), state="REJECTED", kind="QUESTION", answer="It is meant so.")

    mail = Message.objects.get(dedupe_key=f"user-request:{one.pk}:REJECTED")
    assert (mail.to, mail.subject) == ("uma@c.example", "Your request UR-001: Not accepted")
    assert "It is meant so." in mail.text
    assert (one.kind, one.severity, one.triaged_by.name) == ("QUESTION", "MINOR", "Ines Example")
    assert Step.objects.get(project=project, key="user_requests").next_step == ""


def test_a_no_needs_a_reason(send, triage):
    one = send()

    with pytest.raises(AnswerMissing):
        triage(one, state="REJECTED")

    one.refresh_from_db()
    assert (one.state, one.kind) == ("NEW", "")


def test_what_is_settled_stays_settled(send, triage):
    one = triage(send(), state="DONE", answer="Mended")

    with pytest.raises(IllegalMove):
        triage(one)


def test_triage_is_for_those_who_work_on_the_project(send, triage, sam):
    one = send()

    with pytest.raises(NotAllowed):
        triage(one, actor=sam)

    assert not Message.objects.filter(dedupe_key__startswith="user-request:").exists()


def test_a_wish_becomes_a_requirement_once(send, ines, now, project):
    one = send("Please show the total")
    promote = {"user_request": one, "priority": "COULD", "actor": ines, "at": now}

    requirement = promote_to_requirement(text="The list shows a total.", **promote)

    one.refresh_from_db()
    assert (requirement.project, requirement.source) == (project, "TRIAL")
    assert (one.requirement, one.kind, one.state) == (requirement, "WISH", "ACCEPTED")
    with pytest.raises(NotAWish):
        promote_to_requirement(text="Again.", **promote)
    assert project.requirements.count() == 1


def test_a_defect_is_no_requirement(send, triage, ines, now, project):
    one = triage(send(), kind="DEFECT")

    with pytest.raises(NotAWish):
        promote_to_requirement(user_request=one, text="x", priority="COULD", actor=ines, at=now)

    assert not project.requirements.exists()


def test_new_requests_wait_for_who_runs_the_project(send, ines, sam, now, triage):
    one = send()

    [waiting] = requests_waiting(ines, now)
    assert (waiting.text, waiting.url) == (
        "UR-001 of Uma User is to be looked at",
        one.get_absolute_url(),
    )
    assert list(requests_waiting(sam, now)) == []
    triage(one)
    assert list(requests_waiting(ines, now)) == []


# --- Our pages -------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_costs_the_same_for_any_number(
    count, send, project, sign_in, ines, now, django_assert_max_num_queries
):
    for days in reversed(range(count)):
        send("Again", at=now - timedelta(days=days))
    browser = sign_in(ines)

    # session, user, project, count, page, news
    with django_assert_max_num_queries(6):
        page = browser.get(ours("user_request_list", project))

    assert len(page.context["user_requests"]) == count


def test_the_list_is_searched_filtered_sorted_and_exported(send, triage, project, sign_in, ines):
    send("Printer jams")
    triage(send("Total is missing"), kind="WISH")
    browser, url = sign_in(ines), ours("user_request_list", project)

    def codes(**query):
        return [one.code for one in browser.get(url, query).context["user_requests"]]

    assert codes() == ["UR-002", "UR-001"]
    assert codes(sort="number") == ["UR-001", "UR-002"]
    assert codes(q="printer") == ["UR-001"]
    assert codes(q="ur-002") == ["UR-002"]
    assert codes(kind="WISH", state="ACCEPTED") == ["UR-002"]
    export = browser.get(url, {"export": "csv", "q": "printer"}).content.decode()
    assert "Printer jams" in export
    assert "Total is missing" not in export


def test_from_the_invitation_to_the_outcome_through_the_browser(project, sign_in, ines, visit):
    contact = ContactFactory(customer=project.customer, name="Vera User", email="v@c.example")
    browser = sign_in(ines)
    browser.post(ours("user_request_invite", project), {"contact": contact.pk, "valid_days": 30})
    link = SharedLink.objects.get(email="v@c.example")
    visit(link).post(page_of(link), {"text": "Show a total", "severity": "MINOR"})
    one = project.user_requests.get()

    shown = browser.get(one.get_absolute_url()).content.decode()
    form = {"kind": "WISH", "severity": "MINOR", "state": "ACCEPTED", "answer": "Good idea"}
    browser.post(ours("user_request_triage", project, pk=one.pk), form)
    browser.post(
        ours("user_request_promote", project, pk=one.pk),
        {"text": "The list shows a total.", "priority": "SHOULD"},
    )

    assert "Show a total" in shown
    one.refresh_from_db()
    assert (one.state, one.answer) == ("ACCEPTED", "Good idea")
    assert one.requirement.text == "The list shows a total."
    settled = visit(link).get(page_of(link, 1)).content.decode()
    assert "Good idea" in settled


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("ines", (200, 200, 200, 200)),
        ("adam", (200, 200, 200, 200)),
        ("bea", (200, 200, 403, 403)),
        ("sam", (404, 404, 404, 404)),
        ("conny", (404, 404, 404, 404)),
    ],
)
def test_who_reaches_which_page(who, statuses, send, project, sign_in, request):
    one = send()
    browser = sign_in(request.getfixturevalue(who))

    assert statuses == (
        browser.get(ours("user_request_list", project)).status_code,
        browser.get(one.get_absolute_url()).status_code,
        browser.get(ours("user_request_triage", project, pk=one.pk)).status_code,
        browser.get(ours("user_request_invite", project)).status_code,
    )
