import uuid
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from implportal.documents.tests.domain.test_seals import sealed_version
from implportal.documents.tests.factories import DocumentVersionFactory

pytestmark = pytest.mark.django_db
START = "/verify/"


@pytest.fixture
def sealed(noon):
    return sealed_version(noon)


@pytest.fixture
def data(sealed):
    with sealed.sealed_pdf.open() as file:
        return file.read()


def upload(client, data, address=START):
    file = BytesIO(data)
    file.name = "document.pdf"
    return client.post(address, {"file": file})


def test_anybody_is_told_that_a_sealed_file_is_valid(client, data):
    response = upload(client, data)

    page = response.content.decode()
    assert response.status_code == 200
    assert '<h2 id="verdict-title">Valid</h2>' in page
    assert "complete and unchanged" in page


def test_one_changed_byte_is_not_valid(client, data):
    changed = bytearray(data)
    changed[5_000] ^= 1

    page = upload(client, bytes(changed)).content.decode()

    assert '<h2 id="verdict-title">Not valid</h2>' in page


def test_another_document_on_this_page_is_not_valid(client, data, noon):
    other = DocumentVersionFactory(sealed=True, number="SD-2026-0002")
    address = reverse("documents:verification_detail", args=[other.public_id])

    page = upload(client, data, address).content.decode()

    assert '<h2 id="verdict-title">Not valid</h2>' in page
    assert "This file is another document" in page


def test_the_page_of_a_document_says_nothing_of_what_is_in_it(client, sealed):
    response = client.get(reverse("documents:verification_detail", args=[sealed.public_id]))

    page = response.content.decode()
    assert "SD-2026-0001, version 1" in page
    assert sealed.sealed_sha256 in page
    assert sealed.title not in page
    assert sealed.project.customer.name not in page
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_an_unknown_document_is_404(client):
    address = reverse("documents:verification_detail", args=[uuid.uuid4()])

    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("data", "words"), [(None, "Choose the PDF file"), (b"", "The file is empty")]
)
def test_nothing_to_check_is_said_at_the_field(client, data, words):
    response = client.post(START) if data is None else upload(client, data)

    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_file_that_is_too_large_is_refused_at_the_field(client, monkeypatch):
    monkeypatch.setattr("implportal.documents.domain.verifications.MAX_BYTES", 10)

    response = upload(client, b"x" * 11)

    assert response.status_code == 422
    assert "larger than" in response.context["form"].errors["file"][0]


def test_the_command_says_valid(data, tmp_path):
    (tmp_path / "a.pdf").write_bytes(data)
    said = StringIO()

    call_command("verify_document", str(tmp_path / "a.pdf"), stdout=said)

    assert said.getvalue().splitlines()[-1] == "VALID: SD-2026-0001, version 1"


def test_the_command_fails_for_any_other_file(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")

    with pytest.raises(CommandError, match="NOT VALID"):
        call_command("verify_document", str(tmp_path / "a.pdf"), stdout=StringIO())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_document", str(tmp_path / "b.pdf"), stdout=StringIO())


def test_a_browser_may_send_the_form(data, noon):
    """A stricter referrer policy makes browsers say ``Origin: null``, which CSRF refuses."""
    browser = Client(enforce_csrf_checks=True)
    response = browser.get(START)
    assert response["Referrer-Policy"] == "same-origin"

    token = response.context["csrf_token"]
    file = BytesIO(data)
    file.name = "document.pdf"
    response = browser.post(
        START,
        {"file": file, "csrfmiddlewaretoken": str(token)},
        headers={"origin": "http://testserver"},
    )

    assert response.context["is_valid"] is True
