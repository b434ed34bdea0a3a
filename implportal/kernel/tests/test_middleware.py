from __future__ import annotations

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
