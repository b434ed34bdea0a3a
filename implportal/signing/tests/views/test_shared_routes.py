"""Every address behind /s/ and /r/, of whatever app: its headers, its answers, its silence.

The addresses are read from the URL resolver. One that this table does not know fails the
first test, so a new page behind a link cannot be forgotten.
"""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from aftersales.tests.factories import CourseFactory, TrainingSessionFactory
from delivery.domain.user_requests import send_request
from implportal.meetings.models import Meeting
from implportal.meetings.tests.factories import AttendeeFactory
from implportal.notifications.models import Message
from implportal.signing.domain import reading
from implportal.signing.domain.links import note_opened, revoke, send_again
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import LinkKind, SharedLink
from implportal.signing.tests.conftest import at as address_at
from implportal.signing.tests.conftest import token_of
from implportal.signing.tests.domain.test_signing import BROWSER, offer_of
from presales.tests.factories import SurveyFactory, SurveyQuestionFactory

DOCUMENT = frozenset({"READ", "DISCUSS", "SIGN", "CONFIRM"})
DECIDE = frozenset({"SIGN", "CONFIRM"})
EVERY = frozenset(LinkKind.values)
NOBODY = frozenset()

ROUTES = {
    # name: (what stands in its places, the kinds of link that it is for)
    "signing:link_enter": ({"token": "x" * 43}, NOBODY),
    "signing:link_enter_inexact": ({"token": "x" * 43 + "/y"}, NOBODY),
    "shared:link_nothing": ({}, NOBODY),
    "signing:link_start": ({}, EVERY),
    "signing:link_opened": ({}, EVERY),
    "signing:link_document": ({}, DOCUMENT),
    "signing:link_changes": ({}, DOCUMENT - {"READ"}),
    "signing:link_document_file": ({}, DOCUMENT),
    "signing:link_sealed_file": ({}, DOCUMENT),
    "signing:link_image": ({"sha256": "0" * 64}, DOCUMENT),
    "signing:link_section_understood": ({"key": "s1"}, DOCUMENT),
    "signing:link_question_ask": ({"key": "s1"}, DOCUMENT),
    "signing:link_question_reply": ({"pk": 1}, DOCUMENT),
    "signing:link_question_close": ({"pk": 1}, DOCUMENT),
    "signing:link_sign": ({}, DECIDE),
    "signing:link_code_send": ({}, DECIDE),
    "signing:link_code_check": ({}, DECIDE),
    "signing:link_decline": ({}, DECIDE),
    "signing:link_delegate": ({}, DECIDE),
    "presales:survey_link_start": ({}, {"ANSWER"}),
    "presales:survey_link_section": ({"number": 1}, {"ANSWER"}),
    "presales:survey_link_hand_in": ({}, {"ANSWER"}),
    "presales:survey_link_not_me": ({}, {"ANSWER"}),
    "presales:survey_link_file": ({"question_pk": 1}, {"ANSWER"}),
    "delivery:link_user_requests": ({}, {"REQUEST"}),
    "delivery:link_user_request": ({"number": 1}, {"REQUEST"}),
    "aftersales:training_link": ({}, {"ATTEND"}),
    "aftersales:training_link_calendar": ({}, {"ATTEND"}),
    "meetings:feedback_link": ({}, {"FEEDBACK"}),
    "presales:introduction_feedback": ({}, {"READ"}),
}

HEADERS = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY = ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'")

STATES = ("fresh", "viewed", "signed", "expired", "revoked", "superseded")


def shared_routes(patterns=None, namespace="", prefix=""):
    """Give the name of every route that answers under /s or /r."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from shared_routes(pattern.url_patterns, pattern.namespace or namespace, path)
        elif re.match(r"\^?(?:[sr]/|\[rs\])", path):
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name


def address(name: str, link=None) -> str:
    if name == "shared:link_nothing":
        return f"/r/{link.public_id if link else uuid4()}/nothing/"
    places, _kinds = ROUTES[name]
    if not name.startswith("signing:link_enter"):
        places = {"link_id": link.public_id if link else uuid4(), **places}
    return reverse(name, kwargs=places)


def all_rows() -> dict[str, list[str]]:
    """Every row of every table, also of those without a model."""
    with connection.cursor() as cursor:
        rows = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def consumed(answer):
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def check_headers(answer) -> None:
    consumed(answer)
    assert {name: answer.get(name) for name in HEADERS} == HEADERS
    policy = answer["Content-Security-Policy"]
    assert all(part in policy for part in POLICY), policy
    assert "unsafe" not in policy
    assert "http" not in policy.replace("upgrade-insecure-requests", "")


@pytest.fixture
def give(project, carl, ines, now, frozen, shared, asked):
    """Return a function that gives Carl a link of a kind to something of that kind."""

    def _give(kind) -> SharedLink:
        if kind in DECIDE:
            version = frozen(kind="test.minutes" if kind == "CONFIRM" else "test.coded")
            request = asked(version, [SignerSpec(carl)])
            return request.signers.select_related("link").get().link
        if kind in DOCUMENT:
            link = shared(frozen(), kind=kind)
            if kind == "DISCUSS":
                reading.ask_question(link=link, section_key="s1", text="Why?", at=now)
            return link
        if kind == "ANSWER":
            survey = SurveyFactory(project=project, state="OPEN")
            SurveyQuestionFactory(survey=survey)
            return shared(survey, kind=kind)
        if kind == "REQUEST":
            link = shared(project, kind=kind)
            send_request(link=link, text="It stops", severity="MINOR", at=now)
            return link
        if kind == "FEEDBACK":
            return shared(AttendeeFactory(meeting__project=project, name=carl.name), kind=kind)
        session = TrainingSessionFactory(course=CourseFactory(project=project))
        times = {"start_at": now + timedelta(days=2), "end_at": now + timedelta(days=3)}
        Meeting.objects.filter(pk=session.meeting_id).update(**times)
        trainee = session.attendances.create(contact=carl, name=carl.name, email=carl.email)
        return shared(trainee, kind=kind)

    return _give


@pytest.fixture
def bring_to(ines, now, frozen):
    """Return a function that brings a link into a state."""

    def _bring(link, state) -> None:
        if state == "viewed":
            note_opened(link=link, at=now)
        elif state == "signed":
            sign_as(link, now)
        elif state == "expired":
            SharedLink.objects.filter(pk=link.pk).update(
                sent_at=now - timedelta(days=9), expires_at=now
            )
        elif state == "revoked":
            revoke(link=link, actor=ines, at=now)
        elif state == "superseded" and link.kind in DOCUMENT:
            frozen(kind=link.subject.kind)
        elif state == "superseded":
            send_again(link=link, actor=ines, at=now)

    return _bring


def sign_as(link, now) -> None:
    from implportal.signing.domain import codes, signing
    from implportal.signing.tests.conftest import code_of

    if link.kind == "SIGN":
        codes.send_code(link=link, session=BROWSER.session, at=now)
        codes.check_code(link=link, session=BROWSER.session, digits=code_of(link.signer), at=now)
    signing.sign(
        link=link,
        typed_name="Carl Client",
        offer=offer_of(link.subject),
        circumstances=BROWSER,
        at=now,
    )


KINDS_AND_STATES = [
    (kind, state)
    for kind in LinkKind.values
    for state in STATES
    if state != "signed" or kind in DECIDE
]


def test_the_table_knows_every_shared_route():
    assert set(shared_routes()) == set(ROUTES)


@pytest.mark.parametrize(("kind", "state"), KINDS_AND_STATES)
def test_get_and_head_of_every_address_leave_every_table_equal(kind, state, give, bring_to, visit):
    link = give(kind)
    token, browser = token_of(link), visit(link)
    bring_to(link, state)
    before = all_rows()

    for entrance in (f"/s/{token}/", f"/s/{token}", f"/s/{token}/x"):
        check_headers(browser.get(entrance))
        check_headers(browser.head(entrance))
    for name, (_places, kinds) in ROUTES.items():
        # An address for other kinds of link looks at nothing else, so one state will do.
        if kind in kinds or state == "fresh":
            check_headers(browser.get(address(name, link)))
            check_headers(browser.head(address(name, link)))

    assert all_rows() == before


OVER = {
    # state: what a link of such a kind answers to everything
    "expired": EVERY,
    "revoked": EVERY,
    "superseded": DECIDE | {"ANSWER", "REQUEST", "ATTEND", "FEEDBACK"},
}


@pytest.mark.parametrize(
    ("kind", "state"), [pair for pair in KINDS_AND_STATES if pair[0] in OVER.get(pair[1], ())]
)
def test_a_link_that_is_over_is_gone_at_every_address_and_says_nothing(
    kind, state, give, bring_to, visit
):
    link = give(kind)
    token, browser = token_of(link), visit(link)
    bring_to(link, state)

    answers = [
        answer
        for name, (_places, kinds) in ROUTES.items()
        if kind in kinds and name not in {"signing:link_start", "signing:link_opened"}
        for answer in (browser.get(address(name, link)), browser.post(address(name, link)))
    ]
    # Whoever signs may come in to be told; the version that was replaced is the page's matter.
    if state != "superseded" or kind not in DECIDE:
        answers += [browser.get(f"/s/{token}/"), browser.get(address("signing:link_start", link))]

    assert {answer.status_code for answer in answers} == {410}
    for answer in answers:
        check_headers(answer)
        assert b"This link is no longer open" in answer.content
        assert b"Roll-out" not in answer.content
        assert b"Carl" not in answer.content


@pytest.mark.parametrize("kind", LinkKind.values)
def test_a_page_for_another_kind_of_link_is_unknown(kind, give, visit):
    link = give(kind)
    browser = visit(link)
    unknown = Client().get("/r/x/").content

    for name, (_places, kinds) in ROUTES.items():
        if kind in kinds or name.startswith("signing:link_enter"):
            continue
        for answer in (browser.get(address(name, link)), browser.post(address(name, link))):
            assert (name, answer.status_code) == (name, 404)
            assert answer.content == unknown


@pytest.mark.parametrize("kind", LinkKind.values)
def test_the_cookie_of_another_link_opens_nothing(kind, give, shared, dora, visit):
    link = give(kind)
    other = shared(link.subject, kind="READ", contact=dora)
    foreign = visit(other).cookies["ip_link"].value
    own = visit(link).cookies["ip_link"].value
    before = all_rows()

    for value in (
        foreign,
        foreign.replace(str(other.public_id), str(link.public_id)),
        own[:-1] + ("A" if own[-1] != "A" else "B"),
        "",
        "x:y:z",
    ):
        thief = Client()
        thief.cookies["ip_link"] = value
        for name, (_places, kinds) in ROUTES.items():
            if kind in kinds:
                assert thief.get(address(name, link)).status_code == 404
                assert thief.post(address(name, link)).status_code == 404

    assert all_rows() == before


NOWHERE = "/r/5f0c1d5e-7a55-4b0f-9f0a-3c9a1b2d4e6f"
MALFORMED = (
    *("/s", "/s/", "/s/x", "/s/x/", f"/s/{'y' * 43}/", f"/s/{'y' * 43}", "/s/a/b/c", "/s/é/"),
    *(f"/s/{'x' * 5000}/", "/s/..%2f..%2fetc", "/s//", "/s/%0a/"),
    *("/r", "/r/", "/r/not-a-uuid/", "/r/not-a-uuid", NOWHERE, f"{NOWHERE}/"),
    *(f"{NOWHERE}/nothing/", f"{NOWHERE}/sign/", f"{NOWHERE}/sections/x", "/r/%0a/"),
)


@pytest.mark.parametrize("path", MALFORMED)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_unknown_and_malformed_get_the_same_404(path, method, db):
    known = getattr(Client(), method)(f"/r/{uuid4()}/")

    answer = getattr(Client(), method)(path)

    check_headers(answer)
    if method in {"get", "head"} or not path.startswith("/s/"):
        assert answer.status_code == 404
        assert answer.content == known.content
    assert answer.status_code in {404, 405}


def test_a_refusal_before_any_page_has_the_headers_too(give, visit):
    link = give("SIGN")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = visit(link).cookies

    answers = [
        strict.post(address("signing:link_decline", link), {"reason": "x"}),
        Client().get("/r/x/?a=%00"),
        Client().get("/s/x", headers={"content-length": str(10**9)}),
    ]

    assert [answer.status_code for answer in answers] == [403, 400, 413]
    for answer in answers:
        check_headers(answer)


def test_a_changed_document_is_answered_with_409_and_the_headers(give, visit):
    link = give("CONFIRM")
    browser = visit(link)
    form = browser.get(address_at("link_sign", link)).context["sign_form"]

    answer = browser.post(
        address_at("link_sign", link),
        {**form.initial, "pdf_sha256": "0" * 64, "typed_name": "Carl", "consent": "on"},
    )

    assert answer.status_code == 409
    check_headers(answer)


@pytest.mark.parametrize("kind", sorted(DECIDE))
def test_who_has_signed_gets_the_receipt_which_changes_nothing(kind, give, bring_to, visit, now):
    link = give(kind)
    browser = visit(link)
    bring_to(link, "signed")
    note_opened(link=link, at=now)
    before = all_rows()

    pages = [browser.get(address_at("link_sign", link))]
    for name in ("link_sign", "link_code_send", "link_code_check", "link_decline"):
        form = {"typed_name": "Eve", "consent": "on", "code": "123456", "reason": "No"}
        pages.append(browser.post(address_at(name, link), form, follow=True))

    link.signer.refresh_from_db()
    assert {page.status_code for page in pages} == {200}
    assert all(link.signer.statement_sha256 in page.content.decode() for page in pages)
    assert all_rows() == before


def test_who_has_signed_keeps_the_receipt_when_a_newer_version_comes(give, bring_to, visit):
    link = give("SIGN")
    browser = visit(link)
    bring_to(link, "signed")
    bring_to(link, "superseded")

    assert browser.get(address_at("link_sign", link)).status_code == 200


def test_mail_is_the_only_way_to_a_token(give):
    for kind in LinkKind.values:
        link = give(kind)
        token = token_of(link)
        texts = Message.objects.exclude(pk=link.message_id).values_list("text", "secrets")
        assert token not in str(list(texts))
        rows = all_rows()
        holding = [table for table, lines in rows.items() if any(token in line for line in lines)]
        assert holding == ["notifications_message"]
