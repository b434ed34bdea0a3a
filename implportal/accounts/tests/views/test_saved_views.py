import pytest
from django.urls import reverse

from implportal.accounts.models import SavedView

pytestmark = pytest.mark.django_db

PAGE = "projects:project_list"


def keep(browser, **changes):
    data = {"page": PAGE, "name": "Clinics", "query": "q=clinic"} | changes
    return browser.post(reverse("accounts:saved_view_keep"), data)


def test_the_filters_of_a_list_are_kept_and_found_in_its_menu(sign_in, ines):
    browser = sign_in(ines)

    answer = keep(browser)
    page = browser.get(answer.url).content.decode()

    assert answer.url == "/projects/?q=clinic"
    assert (
        '<a class="ip-menu-item flex-fill" href="/projects/?q=clinic" aria-current="true">' in page
    )


def test_a_refusal_leads_back_to_the_list_as_it_was(sign_in, ines):
    answer = keep(sign_in(ines), name=" ")

    assert (answer.status_code, answer.url) == (302, "/projects/?q=clinic")
    assert not SavedView.objects.exists()


def test_a_view_leads_to_lists_of_ours_only(sign_in, ines):
    assert keep(sign_in(ines), page="https://evil.example/").status_code == 404


def test_views_belong_to_one_person(sign_in, ines, sam):
    keep(sign_in(ines))
    view = SavedView.objects.get()

    url = reverse("accounts:saved_view_remove", args=[view.pk])
    assert sign_in(sam).post(url).status_code == 404
    assert "Clinics" not in sign_in(sam).get(reverse(PAGE)).content.decode()
    assert sign_in(ines).post(url).url == "/projects/"

    assert not SavedView.objects.exists()
