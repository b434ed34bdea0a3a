import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_gallery_shows_administrators_every_component(sign_in, adam, django_assert_max_num_queries):
    browser = sign_in(adam)
    with django_assert_max_num_queries(4):  # session, person, news
        response = browser.get(reverse("portal:gallery"))
    assert response.status_code == 200
    assert response.content.count(b"<h1>") == 1


def test_gallery_is_not_for_others(sign_in, ines):
    assert sign_in(ines).get(reverse("portal:gallery")).status_code == 403
