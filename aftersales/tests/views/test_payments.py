import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from aftersales.models import Installment
from aftersales.tests.factories import InstallmentFactory
from implportal.projects.tests.factories import MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db
BOARD = "aftersales:payment_board"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        ("bea", 2),
        ("adam", 2),
        ("ines", 1),
        ("piet", 1),
        ("conny", 0),
        ("cora", 0),
        ("sam", 0),
    ],
)
def test_the_board_shows_money_to_those_who_may_see_it(request, sign_in, person, sees):
    people = {name: request.getfixturevalue(name) for name in ("ines", "piet", "conny")}
    project = ProjectFactory(implementation_manager=people["ines"], project_manager=people["piet"])
    MemberFactory(project=project, user=people["conny"])
    InstallmentFactory(project=project)
    InstallmentFactory()

    response = sign_in(request.getfixturevalue(person)).get(reverse(BOARD))

    assert (response.status_code, len(response.context["object_list"])) == (200, sees)


@pytest.mark.parametrize("installments", [1, 25])
def test_the_board_costs_the_same_for_any_number_of_installments(
    sign_in, bea, django_assert_num_queries, installments
):
    InstallmentFactory.create_batch(installments)
    browser = sign_in(bea)

    with django_assert_num_queries(8):  # session, user, count, page, figures, months, news, views
        response = browser.get(reverse(BOARD))

    assert len(response.context["object_list"]) == installments


def test_figures_and_ages_are_kept_apart_by_currency(sign_in, bea, today):
    InstallmentFactory(invoiced=True, due_on=today - timedelta(days=1), paid_minor=10_000)
    InstallmentFactory(invoiced=True, due_on=today - timedelta(days=91))
    InstallmentFactory(invoiced=True, due_on=today + timedelta(days=7))
    InstallmentFactory(invoiced=True, due_on=today + timedelta(days=8))
    InstallmentFactory(released=True)
    InstallmentFactory(project__currency="JPY")

    euros, yen = sign_in(bea).get(reverse(BOARD)).context["figures"]

    assert [(tile["minor"], tile["count"]) for tile in euros["tiles"]] == [
        (0, 0),
        (50_000, 1),
        (190_000, 4),
        (50_000, 1),
        (90_000, 2),
    ]
    assert [(age["key"], age["minor"]) for age in euros["ages"]] == [
        ("NOT_DUE", 100_000),
        ("DAYS_1_30", 40_000),
        ("DAYS_31_60", 0),
        ("DAYS_61_90", 0),
        ("DAYS_OVER_90", 50_000),
    ]
    assert (yen["currency"], yen["tiles"][0]["minor"]) == ("JPY", 50_000)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["late", "open", "released", "waiting"]),
        ("standing=OVERDUE", ["late"]),
        ("standing=INVOICED", ["late", "open"]),
        ("standing=DUE", ["open"]),
        ("standing=WAITING&currency=EUR", ["waiting"]),
        ("age=DAYS_31_60", ["late"]),
        ("age=NOT_DUE", ["open"]),
        ("q=releas", ["released"]),
        ("customer=nobody", []),
        ("manager=ines", ["released"]),
        ("currency=USD", []),
    ],
)
def test_filters_narrow_the_board_and_its_export_alike(sign_in, bea, ines, today, query, titles):
    InstallmentFactory(title="waiting")
    InstallmentFactory(title="released", released=True, project__implementation_manager=ines)
    InstallmentFactory(title="open", invoiced=True, due_on=today)
    InstallmentFactory(title="late", invoiced=True, due_on=today - timedelta(days=31))
    browser = sign_in(bea)

    page = browser.get(f"{reverse(BOARD)}?{query}")
    export = browser.get(f"{reverse(BOARD)}?{query}&export=csv")

    assert [one.title for one in page.context["object_list"]] == titles
    rows = list(csv.DictReader(io.StringIO(export.content.decode("utf-8-sig"))))
    assert [row["Installment"] for row in rows] == titles
    assert {row["Amount"] for row in rows} <= {"500.00"}


def test_expected_cash_moves_with_the_plan(sign_in, bea, today):
    far = date(today.year + 1, 6, 15)
    InstallmentFactory(project__planned_end_on=far, terms_days=30)
    InstallmentFactory(invoiced=True, due_on=today - timedelta(days=40))
    InstallmentFactory(release_event="KICKOFF_HELD")

    months = sign_in(bea).get(reverse(BOARD)).context["months"]

    assert [(one.month, one.amounts) for one in months] == [
        (today.replace(day=1), [("EUR", 50_000)]),
        (date(far.year, 7, 1), [("EUR", 50_000)]),
        (None, [("EUR", 50_000)]),
    ]


def test_what_a_lost_project_would_have_paid_is_not_expected(sign_in, bea):
    InstallmentFactory(project__state="LOST")

    response = sign_in(bea).get(reverse(BOARD))

    assert (list(response.context["object_list"]), response.context["figures"]) == ([], [])
    assert Installment.objects.count() == 1
