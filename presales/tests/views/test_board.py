import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.projects.models import Step
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db

BOARD = "presales:board"


@pytest.fixture
def waiting(ines):
    """A project whose customer has had a survey for ten days."""
    project = ProjectFactory(
        implementation_manager=ines, title="Records", customer__name="City Hospital"
    )
    Step.objects.filter(project=project, key="survey").update(
        state="WAITING", waiting_on="Carl", state_since=timezone.now() - timedelta(days=10)
    )
    return project


@pytest.fixture
def ready(ines):
    project = ProjectFactory(implementation_manager=ines, title="Archive")
    Step.objects.filter(project=project).update(state="DONE", state_since=timezone.now())
    return project


def shown(browser, query=""):
    return [one.title for one in browser.get(f"{reverse(BOARD)}?{query}").context["projects"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Records", "Archive"]),
        ("sort=title", ["Archive", "Records"]),
        ("q=hospital", ["Records"]),
        ("activity=survey", ["Records"]),
        ("activity=READY", ["Archive"]),
        ("court=CUSTOMER", ["Records"]),
        ("court=US", ["Archive"]),
        ("waits=7", ["Records"]),
        ("waits=14", []),
        ("state=SUSPENDED", []),
    ],
)
def test_the_board_is_searched_filtered_and_sorted(sign_in, ines, waiting, ready, query, found):
    assert shown(sign_in(ines), query) == found


def test_the_tiles_count_every_project_whatever_is_filtered(sign_in, ines, waiting, ready):
    page = sign_in(ines).get(reverse(BOARD), {"activity": "survey"})

    tiles = {tile["key"]: (tile["count"], tile["is_chosen"]) for tile in page.context["tiles"]}
    assert tiles["survey"] == (1, True)
    assert tiles["READY"] == (1, False)
    assert tiles["introduction"] == (0, False)


def test_the_page_says_whose_turn_it_is_and_for_how_long(sign_in, ines, waiting):
    page = sign_in(ines).get(reverse(BOARD)).content.decode()

    assert "Carl<small" in page
    assert "Pre-sales research · 10 days" in page


def test_strangers_see_none_of_it(sign_in, sam, waiting):
    assert shown(sign_in(sam)) == []
    assert "No project is in pre-sales" in sign_in(sam).get(reverse(BOARD)).content.decode()


def test_the_export_holds_what_is_filtered_and_money_only_for_who_handles_it(
    sign_in, ines, bea, waiting, ready
):
    def rows(person):
        answer = sign_in(person).get(reverse(BOARD), {"court": "CUSTOMER", "export": "csv"})
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    [row] = rows(ines)
    assert (row["Title"], row["Activity"], row["In whose court"], row["Days"]) == (
        "Records", "Pre-sales research", "City Hospital", "10",
    )  # fmt: skip
    assert ("Contract value" in row, "Contract value" in rows(bea)[0]) == (False, True)


@pytest.mark.parametrize("projects", [1, 25])
def test_the_board_costs_the_same_for_any_number(
    sign_in, ines, django_assert_num_queries, projects
):
    ProjectFactory.create_batch(projects, implementation_manager=ines)
    browser = sign_in(ines)

    # session, user, news, views, count, projects, lives, steps, tiles and two filters
    with django_assert_num_queries(11):
        page = browser.get(reverse(BOARD))
    assert len(page.context["projects"]) == projects
