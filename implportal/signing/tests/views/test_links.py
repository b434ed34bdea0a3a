import pytest
from django.test import Client

from implportal.signing.domain import ending
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.middleware import HEADERS
from implportal.signing.tests.conftest import at, code_of, token_of


def consumed(answer):
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.fixture
def sign_link(frozen, asked, carl):
    request = asked(frozen(kind="test.coded"), [SignerSpec(carl)])
    return request.signers.select_related("link").get().link


def test_the_mail_leads_to_a_cookie_and_an_address_without_the_token(frozen, shared):
    link = shared(frozen())
    token = token_of(link)

    answer = Client().get(f"/s/{token}/")

    cookie = answer.cookies["ip_link"]
    assert answer["Location"] == f"/r/{link.public_id}/"
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert cookie["path"] == f"/r/{link.public_id}/"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert token not in cookie.value


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


def test_the_whole_signing_goes_through_the_pages(
    sign_link, visit, heard, django_capture_on_commit_callbacks
):
    browser = visit(sign_link)
    page = browser.get(at("link_sign", sign_link)).content.decode()
    assert "Send me the code" in page
    asked = browser.post(at("link_code_send", sign_link))
    assert asked.url == f"{at('link_sign', sign_link)}#step"
    signer = sign_link.signer
    refused = browser.post(at("link_code_check", sign_link), {"code": "x"})
    assert "not right or no longer good" in refused.content.decode()
    passed = browser.post(at("link_code_check", sign_link), {"code": code_of(signer)})
    assert passed.url == f"{at('link_sign', sign_link)}#step"
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


def test_who_has_the_link_but_not_the_mailbox_declines_for_nobody(sign_link, visit):
    browser = visit(sign_link)
    assert (
        "enter the code from your mail above"
        in browser.get(at("link_sign", sign_link)).content.decode()
    )

    refused = browser.post(at("link_decline", sign_link), {"reason": "Too dear"})

    assert "Enter the code from your mail first" in refused.content.decode()
    assert "Too dear" in refused.content.decode()
    sign_link.signer.refresh_from_db()
    sign_link.signer.request.refresh_from_db()
    assert sign_link.signer.state == "VIEWED"
    assert sign_link.signer.request.state == "SENT"


def test_declining_through_the_page_needs_a_reason(sign_link, visit):
    browser = visit(sign_link)
    browser.post(at("link_code_send", sign_link))
    browser.post(at("link_code_check", sign_link), {"code": code_of(sign_link.signer)})

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
