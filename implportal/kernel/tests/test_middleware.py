from __future__ import annotations

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from implportal.kernel.middleware import LARGEST_REQUEST_BYTES


@pytest.mark.parametrize(
    "address", ["/search/?q=a%00b", "/projects/1/images/%00", "/s/a%00b/", "/?%00=1"]
)
def test_it_refuses_null_characters_in_addresses(address):
    response = Client().get(address)

    assert response.status_code == 400
    assert "Content-Security-Policy" in response.headers


def test_it_refuses_null_characters_in_cookies():
    response = Client(headers={"cookie": 'sessionid="a\\000b"'}).get("/")

    assert response.status_code == 400


def test_it_lets_a_search_for_the_code_of_a_null_character_pass():
    response = Client().get("/search/?q=%2500")

    assert response.status_code == 302


def test_it_refuses_a_body_larger_than_any_upload_before_reading_it():
    response = Client().post(
        reverse("documents:verification_start"),
        CONTENT_LENGTH=str(LARGEST_REQUEST_BYTES + 1),
    )

    assert response.status_code == 413


def test_pages_travel_packed_and_files_as_they_are():
    browser = Client(headers={"accept-encoding": "gzip"})

    page = browser.get(reverse("account_login"))
    schema = browser.get(reverse("signing:evidence_schema"))
    b"".join(schema.streaming_content)

    assert (page.status_code, page["Content-Encoding"]) == (200, "gzip")
    assert b"</html>" in gzip.decompress(page.content)
    assert (schema.status_code, "Content-Encoding" in schema.headers) == (200, False)
