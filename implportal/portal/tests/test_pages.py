import pytest
from django.urls import reverse

from implportal.projects.domain.projects import change_project
from implportal.projects.tests.factories import ContactFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("projects", [1, 25])
def test_the_home_page_costs_the_same_for_any_number_of_projects(
    sign_in, ines, django_assert_max_num_queries, projects
):
    ProjectFactory.create_batch(projects, implementation_manager=ines)
    browser = sign_in(ines)

    # session, user, news, meetings, projects, lives; the rest are the sources of waiting
    with django_assert_max_num_queries(27):
        page = browser.get(reverse("portal:home"))

    assert len(page.context["projects"]) == min(projects, 10)


@pytest.mark.parametrize("events", [1, 25])
def test_the_project_page_costs_the_same_for_any_number_of_events(
    sign_in, ines, noon, django_assert_num_queries, events
):
    project = ProjectFactory(implementation_manager=ines)
    ContactFactory(customer=project.customer)
    for number in range(events):
        change_project(project=project, actor=ines, at=noon, title=f"Title {number}")
    browser = sign_in(ines)

    # session, user, news, project, steps, entries, meetings, products; four for the gate
    with django_assert_num_queries(12):
        page = browser.get(project.get_absolute_url())

    assert len(page.context["steps"]) == 17


def test_who_waits_for_whom_is_a_page_and_a_part_of_one(sign_in, ines):
    project = ProjectFactory(implementation_manager=ines)
    step = project.steps.get(key="survey")
    step.owner, step.due_on = ines, project.created_at.date()
    step.save()
    url = reverse("portal:project_waiting", args=[project.pk])

    whole = sign_in(ines).get(url).content.decode()
    part = sign_in(ines).get(url, headers={"HX-Request": "true"}).content.decode()

    assert "Pre-sales research is late" in whole
    assert "Pre-sales research is late" in part
    assert "<html" in whole
    assert "<html" not in part


@pytest.mark.parametrize("events", [1, 25])
def test_the_feed_costs_the_same_for_any_number_of_events(
    sign_in, ines, noon, django_assert_num_queries, events
):
    project = ProjectFactory(implementation_manager=ines)
    for number in range(events):
        change_project(project=project, actor=ines, at=noon, title=f"Title {number}")
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, news, project, count, page
        page = browser.get(reverse("portal:project_feed", args=[project.pk]))

    assert len(page.context["page_obj"]) == events


def test_the_feed_finds_what_a_person_did(sign_in, ines, adam, noon):
    project = ProjectFactory(implementation_manager=ines)
    change_project(project=project, actor=ines, at=noon, title="One")
    change_project(project=project, actor=adam, at=noon, title="Two")
    url = reverse("portal:project_feed", args=[project.pk])

    page = sign_in(ines).get(url, {"q": "adam"})

    assert [entry.actor for entry in page.context["page_obj"]] == [adam]


def test_the_search_finds_only_what_one_may_see(sign_in, ines, sam):
    ProjectFactory(implementation_manager=ines, title="Secret roll-out", code="IP-2026-7777")

    found = sign_in(ines).get(reverse("portal:search"), {"q": "7777"}).context["groups"]
    hidden = sign_in(sam).get(reverse("portal:search"), {"q": "7777"}).context["groups"]

    assert [[hit.title for hit in group.hits] for group in found] == [["Secret roll-out"]]
    assert hidden == []


@pytest.mark.parametrize("words", ["", "%", "_", "a" * 500])
def test_the_search_takes_whatever_is_typed(sign_in, ines, words):
    assert sign_in(ines).get(reverse("portal:search"), {"q": words}).status_code == 200
