"""What nobody may get round: one sign-in for all pages, and an address set by others."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from implportal.accounts.models import User
from implportal.notifications.models import Message

pytestmark = pytest.mark.django_db


def test_it_signs_in_to_the_admin_through_the_one_sign_in(adam):
    adam.set_password("right horse battery")
    adam.save()
    browser = Client()

    response = browser.post(
        "/admin/login/", {"username": adam.email, "password": "right horse battery"}
    )

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert not get_user(browser).is_authenticated


def test_it_shows_the_admin_to_no_one_who_is_not_staff(sign_in, ines):
    browser = sign_in(ines)

    assert browser.get("/admin/login/").status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_lets_nobody_change_their_own_address(sign_in, ines, method):
    browser = sign_in(ines)
    before = ines.email

    response = getattr(browser, method)(
        "/accounts/email/", {"email": "other@example.com", "action_add": ""}
    )

    assert response["Location"] == reverse("accounts:profile")
    assert reverse("account_email") == "/accounts/email/"
    assert User.objects.get(pk=ines.pk).email == before
    assert Message.objects.count() == 0


def test_it_writes_to_no_address_without_an_account():
    browser = Client()

    response = browser.post(reverse("account_reset_password"), {"email": "eve@elsewhere.example"})

    assert response.status_code == 302
    assert Message.objects.count() == 0
