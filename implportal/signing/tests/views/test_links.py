import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse

from implportal.notifications.models import Message
from implportal.signing.domain import ending, reading
from implportal.signing.domain.links import revoke, send_again
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.middleware import HEADERS
from implportal.signing.models import SharedLink
from implportal.signing.tests.conftest import at, code_of, token_of

HEADERS_EXPECTED = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PAGES = (
    ("link_start", {}),
    ("link_opened", {}),
    ("link_document", {}),
    ("link_changes", {}),
    ("link_document_file", {}),
    ("link_sealed_file", {}),
    ("link_image", {"sha256": "0" * 64}),
    ("link_section_understood", {"key": "s1"}),
    ("link_question_ask", {"key": "s1"}),
    ("link_question_reply", {"pk": 1}),
    ("link_question_close", {"pk": 1}),
    ("link_sign", {}),
    ("link_code_send", {}),
    ("link_code_check", {}),
    ("link_decline", {}),
)


def all_rows() -> str:
    return "".join(
        serializers.serialize("json", model.objects.order_by("pk")) for model in apps.get_models()
    )


def consumed(answer):
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.fixture
def sign_link(frozen, asked, carl):
    request = asked(frozen(kind="test.coded"), [SignerSpec(carl)])
    return request.signers.select_related("link").get().link


@pytest.mark.parametrize("kind", ["DISCUSS", "READ", "SIGN"])
def test_get_and_head_of_every_address_leave_every_table_equal(
    kind, frozen, shared, sign_link, visit, now
):
    link = sign_link if kind == "SIGN" else shared(frozen(), kind=kind)
    if kind == "DISCUSS":
        reading.ask_question(link=link, section_key="s1", text="Why?", at=now)
    before = all_rows()

    browser = visit(link)
    browser.head(reverse("signing:link_enter", kwargs={"token": token_of(link)}))
    for route, kwargs in PAGES:
        consumed(browser.get(at(route, link, **kwargs)))
        consumed(browser.head(at(route, link, **kwargs)))

    assert all_rows() == before


@pytest.mark.parametrize(("route", "kwargs"), PAGES)
def test_headers_stand_on_every_answer_behind_a_link(route, kwargs, sign_link, visit):
    browser = visit(sign_link)
    address = at(route, sign_link, **kwargs)

    for answer in (browser.get(address), browser.post(address), Client().get(address)):
        consumed(answer)
        assert {name: answer[name] for name in HEADERS} == HEADERS_EXPECTED
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_the_mail_leads_to_a_cookie_and_an_address_without_the_token(frozen, shared):
    link = shared(frozen())
    token = token_of(link)

    answer = Client().get(f"/s/{token}/")

    cookie = answer.cookies["ip_link"]
    assert answer["Location"] == f"/r/{link.public_id}/"
    assert {name: answer[name] for name in HEADERS} == HEADERS_EXPECTED
    assert cookie["path"] == f"/r/{link.public_id}/"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert token not in cookie.value


@pytest.mark.parametrize("token", ["x" * 43, "short", "a/b/c", "é", "x" * 5000])
def test_unknown_and_malformed_tokens_get_the_same_404(token, db):
    answers = [Client().get(f"/s/{given}/") for given in (token, "y" * 43)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert answers[0]["Referrer-Policy"] == "same-origin"


def test_a_browser_without_the_cookie_of_this_link_gets_that_404_too(frozen, shared, dora, visit):
    version = frozen()
    mine, other = shared(version), shared(version, contact=dora)
    browser = visit(mine)
    stolen = browser.cookies["ip_link"].value

    assert browser.get(at("link_document", mine)).status_code == 200
    assert Client().get(at("link_document", mine)).status_code == 404
    foreign = Client()
    foreign.cookies["ip_link"] = stolen
    assert foreign.get(at("link_document", other)).status_code == 404
    forged = Client()
    forged.cookies["ip_link"] = stolen.replace(str(mine.public_id), str(other.public_id))
    assert forged.get(at("link_document", other)).status_code == 404


@pytest.mark.parametrize("why", ["expired", "revoked", "replaced"])
def test_a_link_that_is_over_is_gone(why, frozen, shared, visit, ines, now):
    link = shared(frozen())
    token, browser = token_of(link), visit(link)
    if why == "expired":
        SharedLink.objects.update(sent_at=now - timedelta(days=9), expires_at=now)
    elif why == "revoked":
        revoke(link=link, actor=ines, at=now)
    else:
        send_again(link=link, actor=ines, at=now)

    for answer in (
        browser.get(f"/s/{token}/"),
        browser.get(at("link_document", link)),
        browser.post(at("link_section_understood", link, key="s1")),
    ):
        assert answer.status_code == 410
        assert "Roll-out" not in answer.content.decode()


def test_a_superseded_version_can_be_read_but_not_signed(frozen, shared, sign_link, visit):
    to_read = shared(sign_link.subject)
    frozen(kind="test.coded")

    page = visit(to_read).get(at("link_document", to_read))
    assert page.status_code == 200
    assert "A newer version has taken the place of this one" in page.content.decode()
    assert "I have understood this" not in page.content.decode()
    browser = visit(sign_link)
    assert browser.get(at("link_document", sign_link)).status_code == 410
    assert browser.get(at("link_sign", sign_link)).status_code == 410


def test_a_cancelled_signing_is_gone(sign_link, visit, ines, now):
    browser = visit(sign_link)
    request = sign_link.signer.request
    ending.cancel_request(request=request, actor=ines, at=now, reason="Stop")

    assert browser.get(at("link_sign", sign_link)).status_code == 410


def test_opened_is_noted_by_a_post_of_the_page(frozen, shared, visit):
    link = shared(frozen())
    browser = visit(link)
    assert "data-opened" in browser.get(at("link_document", link)).content.decode()

    answer = browser.post(at("link_opened", link))

    link.refresh_from_db()
    assert answer.status_code == 204
    assert link.opened_at is not None
    assert "data-opened" not in browser.get(at("link_document", link)).content.decode()


def test_the_token_is_in_no_page_log_or_mail_but_its_own(
    frozen, asked, carl, visit, sign_in, ines, caplog
):
    caplog.set_level(logging.DEBUG)
    request = asked(frozen(), [SignerSpec(carl)])
    link = request.signers.select_related("link").get().link
    token = token_of(link)
    browser = visit(link)
    staff = sign_in(ines)
    pages = [
        browser.get(at("link_document", link)),
        browser.get(at("link_sign", link)),
        staff.get(reverse("signing:link_list", kwargs={"project_pk": request.project_id})),
        staff.get(
            reverse("signing:link_list", kwargs={"project_pk": request.project_id}),
            {"export": "csv"},
        ),
        staff.get(request.get_absolute_url()),
    ]

    assert [page.status_code for page in pages] == [200] * 5
    assert not any(token in page.content.decode() for page in pages)
    assert not any(token in message.text for message in Message.objects.all())
    assert [m.pk for m in Message.objects.all() if token in str(m.secrets)] == [link.message_id]
    assert token not in " ".join(
        record.getMessage() for record in caplog.records if record.name.startswith("implportal")
    )


def test_the_whole_signing_goes_through_the_pages(
    sign_link, visit, heard, django_capture_on_commit_callbacks
):
    browser = visit(sign_link)
    page = browser.get(at("link_sign", sign_link)).content.decode()
    assert "Send me the code" in page
    browser.post(at("link_code_send", sign_link))
    signer = sign_link.signer
    refused = browser.post(at("link_code_check", sign_link), {"code": "x"})
    assert "not right or no longer good" in refused.content.decode()
    browser.post(at("link_code_check", sign_link), {"code": code_of(signer)})
    form = browser.get(at("link_sign", sign_link)).context["sign_form"]
    assert "Sign version 1 of “Roll-out”" in browser.get(
        at("link_sign", sign_link)
    ).content.decode().replace("&quot;", '"')

    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(
            at("link_sign", sign_link),
            {**form.initial, "typed_name": "Carl Client", "consent": "on"},
            REMOTE_ADDR="192.0.2.9",
            HTTP_USER_AGENT="Safari",
        )

    assert answer.status_code == 302
    receipt = browser.get(at("link_sign", sign_link)).content.decode()
    signer.refresh_from_db()
    assert signer.statement_sha256 in receipt
    assert signer.evidence["address"] == "192.0.2.9"
    assert signer.evidence["code"]["sent_to"] == "c•••••@client.example"
    assert "Download the signed PDF" in receipt
    assert len(heard.signed) == 1
    sealed = consumed(browser.get(at("link_sealed_file", sign_link)))
    assert sealed["Content-Disposition"] == 'attachment; filename="TD-2026-0001-v1-signed.pdf"'


def test_a_changed_digest_is_answered_with_409(sign_link, visit, frozen, asked, carl, now):
    browser = visit(sign_link)
    form = browser.get(at("link_sign", sign_link)).context["sign_form"]

    answer = browser.post(
        at("link_sign", sign_link),
        {**form.initial, "pdf_sha256": "0" * 64, "typed_name": "Carl", "consent": "on"},
    )

    assert answer.status_code == 409
    assert "The document has changed" in answer.content.decode()
    assert sign_link.signer.evidence is None


def test_declining_through_the_page_needs_a_reason(sign_link, visit):
    browser = visit(sign_link)

    refused = browser.post(at("link_decline", sign_link), {"reason": ""})
    assert refused.status_code == 200
    accepted = browser.post(at("link_decline", sign_link), {"reason": "Too dear"})

    assert "You have declined to sign" in accepted.content.decode()
    sign_link.signer.refresh_from_db()
    assert sign_link.signer.state == "DECLINED"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.1, 203.0.113.1", "203.0.113.1"),
        (2, "198.51.100.1, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(
    proxies, forwarded, address, rf, settings
):
    from implportal.signing.pages import client_address

    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == address
