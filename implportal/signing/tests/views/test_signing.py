"""The pages on which a customer signs, by the answers that a browser gets."""

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from implportal.audit.models import Entry
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import RequestState, SignaturePicture, SignerRole, SignerState
from implportal.signing.tests.conftest import at

STROKES = json.dumps([[[10, 40], [40, 10], [70, 40]]])


@pytest.fixture
def link(frozen, asked, carl, dora):
    """A link to sign without a code, with another signer to come."""
    request = asked(frozen(), [SignerSpec(carl, order=1), SignerSpec(dora, order=2)])
    return request.signers.select_related("link").get(order=1).link


@pytest.fixture
def answers(link, visit):
    """Return a browser and what its form would send."""
    browser = visit(link)
    form = browser.get(at("link_sign", link)).context["sign_form"]
    return browser, {**form.initial, "typed_name": "Carl Client", "consent": "on"}


def picture(size=(200, 100)):
    image = Image.new("RGB", size, "white")
    image.paste("navy", (20, 20, 90, 40))
    target = io.BytesIO()
    image.save(target, "PNG")
    return SimpleUploadedFile("mine.svg", target.getvalue(), content_type="image/svg+xml")


@pytest.mark.parametrize("digest", ["content_sha256", "pdf_sha256"])
def test_a_digest_that_is_not_the_versions_is_a_conflict_and_signs_nothing(digest, link, answers):
    browser, form = answers

    answer = browser.post(at("link_sign", link), {**form, digest: "0" * 64})

    assert answer.status_code == 409
    assert "signing/conflict.html" in [template.name for template in answer.templates]
    assert "The document has changed since the page was opened. Nothing was signed." in (
        answer.content.decode()
    )
    signer = link.signer
    signer.refresh_from_db()
    assert (signer.state, signer.evidence, signer.statement_sha256) == (
        SignerState.VIEWED, None, "",
    )  # fmt: skip
    assert signer.request.state == RequestState.SENT
    assert not Entry.objects.filter(action="signing.signed").exists()


def test_a_drawing_is_kept_and_shown_on_the_receipt(link, answers):
    browser, form = answers

    answer = browser.post(
        at("link_sign", link), {**form, "method": "DRAWN", "strokes": STROKES}, follow=True
    )

    kept = SignaturePicture.objects.get()
    assert kept.content_type == "image/svg+xml"
    page = answer.content.decode()
    assert 'alt="Signature of Carl Client"' in page
    assert kept.sha256 in page
    assert "data:image/svg+xml;base64," in page


def test_an_upload_is_told_by_its_bytes_and_not_by_its_name(link, answers):
    browser, form = answers

    browser.post(at("link_sign", link), {**form, "method": "UPLOADED", "picture": picture()})

    assert SignaturePicture.objects.get().content_type == "image/png"
    link.signer.refresh_from_db()
    assert link.signer.evidence["method"] == "UPLOADED"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"method": "DRAWN", "strokes": "[]"}, "Draw your signature in the field first"),
        ({"method": "DRAWN", "strokes": "<svg/>"}, "did not arrive whole"),
        ({"method": "UPLOADED"}, "Choose the picture of your signature."),
        ({"method": "UPLOADED", "picture": SimpleUploadedFile("a.png", b"no")}, "not a PNG or"),
        ({"method": "TYPED", "consent": "", "strokes": STROKES}, "Tick the box"),
        ({"method": "WAVED"}, "Select a valid choice"),
    ],
)
def test_a_refused_signature_keeps_what_was_filled_in(changes, reason, link, answers):
    browser, form = answers

    answer = browser.post(at("link_sign", link), {**form, **changes})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert reason in page
    assert 'value="Carl Client"' in page
    if changes.get("strokes") == STROKES:
        assert answer.context["sign_form"]["strokes"].value() == STROKES
    link.signer.refresh_from_db()
    assert link.signer.evidence is None
    assert not SignaturePicture.objects.exists()


def test_a_signature_without_a_name_says_what_the_name_is_for(link, answers):
    browser, form = answers

    refused = browser.post(at("link_sign", link), {**form, "typed_name": " "})

    assert refused.context["sign_form"].errors == {
        "typed_name": ["Write your full name; it stands in the signed document."]
    }
    link.signer.refresh_from_db()
    assert link.signer.evidence is None


def test_an_approver_approves_and_does_not_sign(frozen, asked, carl, dora, visit):
    request = asked(frozen(), [SignerSpec(carl, role=SignerRole.APPROVER), SignerSpec(dora)])
    link = request.signers.select_related("link").get(name=carl.name).link

    browser = visit(link)
    document = browser.get(at("link_document", link)).content.decode()
    page = browser.get(at("link_sign", link)).content.decode()

    assert "please read this document and approve it at the end" in document
    assert "Go to your approval" in document
    assert "Go to signing" not in document
    assert "Approve version 1 of “Roll-out”" in page
    assert "Sign version 1" not in page
    form = browser.get(at("link_sign", link)).context["sign_form"].initial
    answer = {**form, "typed_name": carl.name, "consent": "on"}
    receipt = browser.post(at("link_sign", link), answer, follow=True).content.decode()
    assert "approved on" in receipt
    read_again = browser.get(at("link_document", link)).content.decode()
    assert "Carl Client, this is the document that you have approved." in read_again
    assert "please read" not in read_again
    assert '<dt>Approved</dt><dd><time datetime="' in read_again
    assert "Approve by" not in read_again


def test_times_are_the_customers_and_say_whose(link, answers, project):
    project.customer.time_zone = "Asia/Tokyo"
    project.customer.save()
    browser, form = answers

    receipt = browser.post(at("link_sign", link), form, follow=True).content.decode()

    link.signer.refresh_from_db()
    there = (link.signer.decided_at + timedelta(hours=9)).strftime("%H:%M")
    assert f", {there}.</p>" in receipt
    assert "Times are those of Asia/Tokyo." in receipt


@pytest.mark.parametrize(
    ("state", "sentence", "asks_again"),
    [
        (RequestState.IN_PROGRESS, "Others still have to sign.", False),
        (RequestState.SEALING, "which takes a few seconds", True),
        (RequestState.SEAL_FAILED, "takes longer than usual", False),
        (RequestState.CANCELLED, "Your signature has no effect.", False),
    ],
)
def test_the_receipt_says_what_comes_next(state, sentence, asks_again, link, answers):
    browser, form = answers
    browser.post(at("link_sign", link), form)
    type(link.signer.request).objects.update(state=state)

    receipt = browser.get(at("link_sign", link)).content.decode()

    assert sentence in receipt
    assert ("data-again" in receipt) is asks_again
    assert link.subject.verification_url in receipt
