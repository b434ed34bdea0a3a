import pytest
from django.urls import reverse

from implportal.projects.domain.stops import stop_project
from implportal.projects.models import Stop
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines, title="Records")


def post(browser, route, project, data):
    return browser.post(reverse(f"projects:project_{route}", args=[project.pk]), data, follow=True)


def test_suspending_keeps_the_reason_and_resuming_goes_on(sign_in, ines, project):
    browser = sign_in(ines)

    page = post(
        browser, "suspend", project, {"cause": "BUDGET", "reason": "Frozen"}
    ).content.decode()
    assert "This project is “Suspended”" in page
    assert "Frozen" in page
    post(browser, "resume", project, {})

    project.refresh_from_db()
    assert project.state == "RUNNING"


def test_a_lost_project_is_reopened_from_its_page(sign_in, ines, project):
    browser = sign_in(ines)
    page = post(browser, "lose", project, {"cause": "PRICE", "reason": "Too dear", "lost_to": "X"})
    assert reverse("projects:project_resume", args=[project.pk]) in page.content.decode()

    refused = post(browser, "resume", project, {"reason": ""})
    assert refused.context["form"].errors == {"reason": ["This field is required."]}
    post(browser, "resume", project, {"reason": "They called"})

    project.refresh_from_db()
    assert (project.state, Stop.objects.get().resumed_reason) == ("RUNNING", "They called")


def test_a_past_day_is_told_at_its_field_and_nothing_typed_is_lost(sign_in, ines, project):
    page = post(
        sign_in(ines), "suspend", project,
        {"cause": "BUDGET", "reason": "Frozen", "look_again_on": "2020-01-01"},
    )  # fmt: skip

    assert page.context["form"].errors == {"look_again_on": ["Choose a day that is still to come."]}
    assert "Frozen" in page.content.decode()
    assert not Stop.objects.exists()


def test_the_list_shows_only_what_one_may_see(sign_in, ines, sam, project, noon):
    stop_project(
        project=project, state="LOST", actor=ines, at=noon, reason="Too dear", cause="PRICE"
    )
    url = reverse("projects:stop_list")

    assert [stop.project for stop in sign_in(ines).get(url).context["stops"]] == [project]
    assert list(sign_in(sam).get(url).context["stops"]) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=Records", 1),
        ("q=other", 0),
        ("state=LOST&cause=PRICE&stands=STOPPED", 1),
        ("state=SUSPENDED", 0),
        ("stands=RESUMED", 0),
        ("cause=PRICE&cause=TIMING", 1),
    ],
)
def test_the_list_is_searched_and_filtered(sign_in, ines, project, noon, query, found):
    stop_project(
        project=project, state="LOST", actor=ines, at=noon, reason="Too dear", cause="PRICE"
    )

    page = sign_in(ines).get(f"{reverse('projects:stop_list')}?{query}")

    assert (len(page.context["stops"]), len(page.context["causes"])) == (found, found)


def test_values_are_for_those_who_handle_money(sign_in, ines, bea, project, noon):
    project.contract_value_minor = 120_000
    project.save()
    stop_project(project=project, state="LOST", actor=ines, at=noon, reason="=cmd()", cause="PRICE")
    url = reverse("projects:stop_list")

    for_ines = sign_in(ines).get(url, {"export": "csv"}).content.decode()
    for_bea = sign_in(bea).get(url, {"export": "csv"}).content.decode()

    assert ("1200.00" in for_ines, "1200.00" in for_bea) == (False, True)
    assert "'=cmd()" in for_ines


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_costs_the_same_for_any_number(
    sign_in, ines, noon, django_assert_num_queries, rows
):
    for _number in range(rows):
        stop_project(
            project=ProjectFactory(implementation_manager=ines), state="LOST", actor=ines, at=noon,
            reason="Why", cause="PRICE",
        )  # fmt: skip
    browser = sign_in(ines)

    # session, user, news, views, count, rows, causes, outcome, fields of business, managers
    with django_assert_num_queries(10):
        page = browser.get(reverse("projects:stop_list"))
    assert len(page.context["stops"]) == rows


def test_an_empty_list_says_so(sign_in, ines):
    page = sign_in(ines).get(reverse("projects:stop_list")).content.decode()

    assert "Nothing is lost or suspended" in page
