from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from implportal.catalogue.models import Qualification, ReferenceCase, Scenario
from implportal.catalogue.tests.factories import (
    FieldOfBusinessFactory,
    OfferedSolutionFactory,
    ProductFactory,
    ProfilePartFactory,
    QualificationFactory,
    ReferenceCaseFactory,
)

pytestmark = pytest.mark.django_db

LISTS = {
    "profile_list": ProfilePartFactory,
    "qualification_list": QualificationFactory,
    "reference_list": ReferenceCaseFactory,
    "solution_list": OfferedSolutionFactory,
    "product_list": ProductFactory,
    "field_list": FieldOfBusinessFactory,
}
CREATES = [
    "profile_create",
    "qualification_create",
    "reference_create",
    "solution_create",
    "product_create",
    "field_create",
]


EVERYBODY = ["ines", "piet", "bea", "cora", "conny", "adam"]


@pytest.mark.parametrize("route", ["overview", "person_list", *LISTS])
@pytest.mark.parametrize("person", EVERYBODY)
def test_everybody_reads_and_only_keepers_are_offered_to_add(request, sign_in, person, route):
    factory = LISTS.get(route)
    item = factory() if factory else None
    browser = sign_in(request.getfixturevalue(person))

    page = browser.get(reverse(f"catalogue:{route}"))

    assert page.status_code == 200
    if item:
        create = reverse(f"catalogue:{route.replace('_list', '_create')}")
        assert (create in page.text) == (person in {"cora", "adam"})


@pytest.mark.parametrize("route", [route for route in LISTS if route != "field_list"])
@pytest.mark.parametrize("person", EVERYBODY)
def test_everybody_reads_one_thing_and_only_keepers_are_offered_to_edit(
    request, sign_in, person, route
):
    item = LISTS[route]()
    browser = sign_in(request.getfixturevalue(person))
    detail = reverse(f"catalogue:{route.replace('_list', '_detail')}", args=[item.pk])

    listed, page = browser.get(reverse(f"catalogue:{route}")), browser.get(detail)

    assert detail in listed.text
    assert page.status_code == 200
    edit = reverse(f"catalogue:{route.replace('_list', '_edit')}", args=[item.pk])
    assert (edit in page.text) == (person in {"cora", "adam"})


@pytest.mark.parametrize("route", CREATES)
@pytest.mark.parametrize(
    ("person", "status"),
    [("ines", 403), ("piet", 403), ("bea", 403), ("conny", 403), ("cora", 200), ("adam", 200)],
)
def test_forms_are_for_keepers(request, sign_in, person, route, status):
    browser = sign_in(request.getfixturevalue(person))

    assert browser.get(reverse(f"catalogue:{route}")).status_code == status


def test_somebody_who_is_not_signed_in_is_asked_to(client):
    assert client.get(reverse("catalogue:overview")).status_code == 302


@pytest.mark.parametrize("rows", [1, 25])
@pytest.mark.parametrize(
    ("route", "queries"),
    [
        ("profile_list", 5),  # session, person, news, count, rows
        ("qualification_list", 5),
        ("reference_list", 6),  # and the choices of the filter, for its label and its field
        ("solution_list", 7),  # and the products of all
        ("product_list", 5),
        ("field_list", 5),
    ],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    sign_in, cora, django_assert_num_queries, route, queries, rows
):
    LISTS[route].create_batch(rows)
    browser = sign_in(cora)

    with django_assert_num_queries(queries):
        page = browser.get(reverse(f"catalogue:{route}"))

    assert len(page.context["object_list"]) == rows


def test_a_qualification_is_added(sign_in, cora):
    page = sign_in(cora).post(
        reverse("catalogue:qualification_create"),
        {"title": "ISO 9001", "issuer": "Example Certification", "valid_until": "2027-01-31"},
    )

    assert page.headers["Location"] == reverse("catalogue:qualification_list")
    assert Qualification.objects.get().title == "ISO 9001"


def test_a_scan_is_sent_shown_and_handed_out(sign_in, cora, ines, client):
    sign_in(cora).post(
        reverse("catalogue:qualification_create"),
        {
            "title": "ISO 9001",
            "issuer": "Example Certification",
            "scan_file": SimpleUploadedFile("iso.pdf", b"%PDF-1.7 scan"),
        },
    )
    item = Qualification.objects.get()
    address = reverse("catalogue:qualification_scan", args=[item.pk])
    browser = sign_in(ines)

    page = browser.get(reverse("catalogue:qualification_detail", args=[item.pk]))
    handed_out = browser.get(address)

    assert address in page.text
    assert b"".join(handed_out.streaming_content) == b"%PDF-1.7 scan"
    assert handed_out.headers["Content-Disposition"] == 'inline; filename="iso.pdf"'
    assert handed_out.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client.get(address).status_code == 302


def test_a_qualification_without_a_scan_hands_none_out(sign_in, ines):
    item = QualificationFactory()

    assert (
        sign_in(ines).get(reverse("catalogue:qualification_scan", args=[item.pk])).status_code
        == 404
    )


def test_a_file_that_only_calls_itself_a_pdf_is_refused_at_its_field(sign_in, cora):
    page = sign_in(cora).post(
        reverse("catalogue:qualification_create"),
        {
            "title": "ISO 9001",
            "issuer": "Example Certification",
            "scan_file": SimpleUploadedFile("iso.pdf", b"<html>"),
        },
    )

    assert list(page.context["form"].errors) == ["scan_file"]
    assert 'value="ISO 9001"' in page.text
    assert not Qualification.objects.exists()


def test_people_are_listed_with_what_they_say_of_themselves(
    sign_in, ines, piet, django_assert_num_queries
):
    ines.introduction = "Accompanies <b>hospitals</b>."
    ines.save()
    piet.is_active = False
    piet.save()
    browser = sign_in(ines)

    with django_assert_num_queries(5):  # session, person, news, count, rows
        page = browser.get(reverse("catalogue:person_list"), {"q": "hospital"})
    others = browser.get(reverse("catalogue:person_list"), {"is_introduced": "false"})

    assert [row.name for row in page.context["object_list"]] == ["Ines Example"]
    assert "Accompanies &lt;b&gt;hospitals" in page.text
    assert piet not in others.context["object_list"]


def test_parts_of_the_profile_are_moved_only_where_all_of_them_are_seen(sign_in, cora, ines):
    one, two = ProfilePartFactory(title="One"), ProfilePartFactory(title="Two")
    browser, address = sign_in(cora), reverse("catalogue:profile_list")
    order = reverse("catalogue:profile_order")

    assert order in browser.get(address).text
    assert order not in browser.get(address, {"q": "o"}).text
    assert order not in browser.get(address, {"sort": "title"}).text
    assert order not in sign_in(ines).get(address).text
    assert browser.post(order, {"order": [two.pk, one.pk]}).status_code == 204
    assert browser.post(order, {"order": [two.pk]}).status_code == 409
    assert [row.title for row in browser.get(address).context["object_list"]] == ["Two", "One"]


def test_a_solution_is_added_with_its_products(sign_in, cora):
    product = ProductFactory(name="Records")

    sign_in(cora).post(
        reverse("catalogue:solution_create"),
        {"title": "Records on the ward", "text": "T", "products": [product.pk]},
    )

    found = sign_in(cora).get(reverse("catalogue:solution_list"), {"q": "records"})
    [row] = found.context["object_list"]
    assert [one.name for one in row.products.all()] == ["Records"]


def test_an_end_before_the_beginning_is_refused_and_what_was_typed_stays(sign_in, cora):
    page = sign_in(cora).post(
        reverse("catalogue:qualification_create"),
        {
            "title": "ISO 9001",
            "issuer": "Example Certification",
            "valid_from": "2026-02-01",
            "valid_until": "2026-01-01",
        },
    )

    assert page.status_code == 200
    assert "It must not end before it begins." in page.text
    assert 'value="ISO 9001"' in page.text
    assert not Qualification.objects.exists()


def test_a_consent_that_ends_before_it_is_given_is_refused_at_its_field(sign_in, cora):
    case = ReferenceCaseFactory(title="Forty branches")

    page = sign_in(cora).post(
        reverse("catalogue:reference_edit", args=[case.pk]),
        {
            "title": "Other",
            "customer_name": "Referee",
            "text": "Text",
            "consent_given_on": "2026-02-01",
            "consent_ends_on": "2026-01-01",
        },
    )

    assert page.context["form"].errors == {
        "consent_ends_on": ["It must not end before it is given."]
    }
    assert ReferenceCase.objects.get().title == "Forty branches"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("USABLE", ["ends soon", "no end"]),
        ("ENDS_SOON", ["ends soon"]),
        ("UNUSABLE", ["ended"]),
    ],
)
def test_qualifications_are_filtered_by_validity(sign_in, ines, wanted, found):
    today = timezone.localdate()
    QualificationFactory(title="no end")
    QualificationFactory(title="ends soon", valid_until=today + timedelta(days=10))
    QualificationFactory(title="ended", valid_until=today - timedelta(days=1))

    page = sign_in(ines).get(reverse("catalogue:qualification_list"), {"standing": wanted})

    assert [row.title for row in page.context["object_list"]] == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("USABLE", ["agrees", "ends"]), ("ENDS_SOON", ["ends"]), ("UNUSABLE", ["ended", "silent"])],
)
def test_references_are_filtered_by_consent(sign_in, ines, wanted, found):
    today = timezone.localdate()
    ReferenceCaseFactory(title="agrees")
    ReferenceCaseFactory(title="silent", silent=True)
    ReferenceCaseFactory(title="ends", consent_ends_on=today + timedelta(days=1))
    ReferenceCaseFactory(title="ended", consent_ends_on=today - timedelta(days=1))

    page = sign_in(ines).get(reverse("catalogue:reference_list"), {"standing": wanted})

    assert [row.title for row in page.context["object_list"]] == found


@pytest.mark.parametrize("route", LISTS)
def test_what_is_filtered_can_be_taken_along(sign_in, ines, route):
    LISTS[route]()

    answer = sign_in(ines).get(reverse(f"catalogue:{route}"), {"export": "csv"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(answer.content.splitlines()) == 2


def test_search_finds_by_title_and_hostile_text_stays_text(sign_in, ines):
    ProductFactory(name="<script>alert(1)</script> Records")
    ProductFactory(name="Plans")

    page = sign_in(ines).get(reverse("catalogue:product_list"), {"q": "records"})

    assert len(page.context["object_list"]) == 1
    assert "<script>alert(1)</script>" not in page.text


def test_the_overview_begins_with_what_needs_renewing(sign_in, ines):
    today = timezone.localdate()
    QualificationFactory(title="Later", valid_until=today + timedelta(days=61))
    QualificationFactory(title="Soon", valid_until=today + timedelta(days=60))
    QualificationFactory(title="Gone", valid_until=today - timedelta(days=1))

    page = sign_in(ines).get(reverse("catalogue:overview"))

    assert [row.title for row in page.context["ending"]] == ["Gone", "Soon"]


def test_a_product_leads_to_its_scenarios(sign_in, ines):
    product = ProductFactory()
    browser = sign_in(ines)
    address = reverse("catalogue:product_detail", kwargs={"pk": product.pk})
    assert "Scenarios" not in [label for label, _ in browser.get(address).context["facts"]]

    for title in ("Find a letter", "File a letter"):
        Scenario.objects.create(product=product, title=title, minutes=10)
    ProductFactory()

    scenarios = dict(browser.get(address).context["facts"])["Scenarios"]
    listed = f"{reverse('catalogue:scenario_list')}?product={product.pk}"
    assert scenarios == f'<a href="{listed}">2</a>'
    assert len(browser.get(listed).context["object_list"]) == 2
