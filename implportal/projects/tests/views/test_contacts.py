import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from implportal.projects.models import Contact, Customer
from implportal.projects.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return CustomerFactory(name="City Hospital")


def address(customer):
    return reverse("projects:customer_contact_import", args=[customer.pk])


def sealed_rows(page):
    return re.search(r'name="rows" value="([^"]+)"', page.content.decode())[1]


def test_nothing_is_kept_before_what_was_shown_is_confirmed(sign_in, ines, customer):
    # given a file with a good and a bad line
    browser = sign_in(ines)
    file = SimpleUploadedFile("x.csv", b"Name,E-mail\nAnna,anna@x.example\nBen,\n")

    # when it is shown
    page = browser.post(address(customer), {"file": file})

    # then each line has its result, and nothing is kept
    assert [(row.name, row.error) for row in page.context["rows"]] == [
        ("Anna", ""), ("Ben", "The e-mail address is missing."),
    ]  # fmt: skip
    assert not Contact.objects.exists()

    # when that is confirmed
    done = browser.post(address(customer), {"rows": sealed_rows(page)}, follow=True)

    # then the good line is kept
    assert [str(message) for message in done.context["messages"]] == ["1 contact is kept."]
    assert Contact.objects.get().name == "Anna"


def test_rows_shown_for_one_customer_are_not_kept_for_another(sign_in, ines, customer):
    browser = sign_in(ines)
    page = browser.post(address(customer), {"text": "Name;E-mail\nAnna;anna@x.example"})

    answer = browser.post(address(CustomerFactory()), {"rows": sealed_rows(page)}, follow=True)

    assert "This preview is too old" in answer.content.decode()
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({}, "__all__", "Choose a file, or paste what is in it."),
        ({"text": "Name,Fax\nx,1"}, "text", "No column is called “E-mail”."),
        ({"file": SimpleUploadedFile("x.vcf", b"\x89PNG\x00")}, "file", "This is not a table."),
        (
            {"file": SimpleUploadedFile("x.csv", b"x" * (5 * 1024 * 1024 + 1))},
            "file",
            "The file is larger than 5.0",
        ),
        ({"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 bad")}, "file", "The file is damaged"),
    ],
    ids=["nothing", "no addresses", "picture with a right name", "too large", "damaged"],
)
def test_what_cannot_be_read_is_told_at_its_field(sign_in, ines, customer, data, field, said):
    page = sign_in(ines).post(address(customer), data)

    assert said in page.context["form"].errors[field][0]


def test_a_customer_of_almost_the_same_name_is_asked_about_once(sign_in, ines, customer):
    browser = sign_in(ines)
    data = {"name": "City Hospital GmbH", "time_zone": "Europe/Berlin", "currency": "EUR"}

    page = browser.post(reverse("projects:customer_create"), data)
    assert "There is City Hospital already." in page.context["form"].errors["name"][0]
    assert 'type="checkbox" name="is_another"' in page.content.decode()
    browser.post(reverse("projects:customer_create"), data | {"is_another": "on"})

    names = Customer.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["City Hospital", "City Hospital GmbH"]


def test_contacts_listed_twice_are_shown_and_merged(sign_in, ines, customer):
    kept, twin = (
        ContactFactory(customer=customer, name="Anna Weber", email=f"{mail}@x.example")
        for mail in "ab"
    )
    browser = sign_in(ines)
    url = reverse("projects:contact_merge", args=[kept.pk])
    page = browser.get(customer.get_absolute_url()).content.decode()
    assert f"{url}?merged={twin.pk}" in page

    seen = browser.post(url, {"merged": twin.pk})
    assert (seen.context["merged"], Contact.objects.count()) == (twin, 2)
    browser.post(url, {"merged": twin.pk, "confirmed": "1"})

    assert list(Contact.objects.all()) == [kept]


def test_customers_are_merged_after_a_look_at_what_moves(sign_in, ines, customer):
    other = CustomerFactory(name="City Hospital Ltd")
    ContactFactory(customer=other)
    browser = sign_in(ines)
    url = reverse("projects:customer_merge", args=[customer.pk])
    assert [one.name for one in browser.get(url).context["alike"]] == ["City Hospital Ltd"]

    seen = browser.post(url, {"merged": other.pk})
    assert [(one.label, one.count) for one in seen.context["moved"]] == [("contacts", 1)]
    browser.post(url, {"merged": other.pk, "confirmed": "1"})

    assert (Customer.objects.get(), Contact.objects.get().customer) == (customer, customer)


@pytest.mark.parametrize("route", ["customer_contact_import", "customer_merge"])
def test_consultants_do_neither(sign_in, conny, customer, route):
    assert sign_in(conny).get(reverse(f"projects:{route}", args=[customer.pk])).status_code == 403
