from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.catalogue.models import Qualification, ReferenceCase
from implportal.catalogue.tests.factories import (
    FieldOfBusinessFactory,
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
    "product_list": ProductFactory,
    "field_list": FieldOfBusinessFactory,
}
CREATES = [
    "profile_create",
    "qualification_create",
    "reference_create",
    "product_create",
    "field_create",
]


@pytest.mark.parametrize("route", ["overview", *LISTS])
@pytest.mark.parametrize("person", ["ines", "piet", "bea", "cora", "conny", "adam"])
def test_everybody_reads_and_only_keepers_are_offered_to_edit(request, sign_in, person, route):
    factory = LISTS.get(route)
    item = factory() if factory else None
    browser = sign_in(request.getfixturevalue(person))

    page = browser.get(reverse(f"catalogue:{route}"))

    assert page.status_code == 200
    if item:
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
        ("profile_list", 4),  # session, person, news, rows
        ("qualification_list", 5),
        ("reference_list", 6),  # and the choices of the filter, for its label and its field
        ("product_list", 5),
        ("field_list", 4),
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


@pytest.mark.parametrize("route", ["qualification_list", "reference_list", "product_list"])
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
