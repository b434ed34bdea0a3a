import uuid
from contextlib import suppress
from functools import partial
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from implportal.documents import registry
from implportal.documents.domain.verifications import (
    UPLOADS,
    WITHIN,
    TooMany,
    count_upload,
    network,
)
from implportal.documents.tests.domain.test_seals import sealed_version
from implportal.documents.tests.factories import DocumentVersionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
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


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, monkeypatch):
    monkeypatch.setattr("implportal.documents.views.verifications.MAX_BYTES", 10)
    monkeypatch.setattr("implportal.documents.views.verifications.AROUND_THE_FILE", 10)

    response = upload(client, b"x" * 100)

    assert response.status_code == 413
    assert "The file is larger than 25 MB." in response.content.decode()


def test_an_address_that_hands_in_too_much_waits_and_others_do_not(client):
    for _file in range(UPLOADS):
        assert upload(client, b"no pdf").status_code == 200

    refused = upload(client, b"no pdf")

    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert f"More than {UPLOADS} files came from your network" in refused.content.decode()
    assert upload(Client(REMOTE_ADDR="192.0.2.7"), b"no pdf").status_code == 200
    assert client.get(START).status_code == 200


def test_the_limit_ends_by_itself(noon):
    for _file in range(UPLOADS):
        count_upload(address="192.0.2.7", at=noon)
    with pytest.raises(TooMany):
        count_upload(address="192.0.2.7", at=noon)

    count_upload(address="192.0.2.7", at=noon + WITHIN)


def test_of_many_at_once_no_more_than_the_limit_come_in(together, noon):
    for _file in range(UPLOADS - 2):
        count_upload(address="192.0.2.7", at=noon)

    results = together(*[partial(count_upload, address="192.0.2.7", at=noon)] * 6)

    assert sum(isinstance(result, TooMany) for result in results) == 4


def test_the_frozen_document_is_recognised(client, sealed):
    with sealed.pdf.open() as file:
        page = upload(client, file.read()).content.decode()

    assert '<h2 id="verdict-title">Not valid</h2>' in page
    assert "This is the frozen document before signing: SD-2026-0001, version 1" in page


@pytest.mark.parametrize("change", [lambda data: data, lambda data: data + b" "])
def test_page_and_command_say_the_same(client, data, tmp_path, change):
    file = tmp_path / "a.pdf"
    file.write_bytes(change(data))
    said = StringIO()

    page = upload(client, change(data)).context["verdict"]
    with suppress(CommandError):
        call_command("verify_document", str(file), stdout=said)

    told = [line[5:] for line in said.getvalue().splitlines()[1:9]]
    assert told == [f"{line.question} {line.meaning}" for line in page.lines]
    assert page.is_valid == ("VALID: " in said.getvalue())


def test_each_line_says_what_it_means(client, data):
    page = upload(client, data).content.decode()

    assert "The SHA-256 digest is the fingerprint of a file" in page
    assert "Anybody can seal a file with some key." in page


def test_whoever_keeps_the_record_hears_of_each_sealed_file_that_is_checked(
    client, data, sealed, monkeypatch
):
    heard = []
    monkeypatch.setattr(
        registry, "_verification_listeners", [lambda version, ok, _at: heard.append((version, ok))]
    )

    upload(client, data)
    upload(client, data + b" ")

    assert heard == [(sealed, True)]


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


def test_all_addresses_of_one_ipv6_network_count_as_one():
    """A home has 2^64 of them, so each file could come from another."""
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9")
    assert network("2001:db8:1:2::1") != network("2001:db8:1:3::1")
    assert network("::ffff:192.0.2.7") == network("192.0.2.7") != network("192.0.2.8")
    assert network("unknown") == "unknown"
