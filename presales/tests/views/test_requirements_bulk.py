import pytest
from django.urls import reverse

from implportal.projects.models import Project
from implportal.projects.tests.factories import ProjectFactory
from presales.models import Requirement
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def requirements(project):
    return [
        RequirementFactory(project=project, number=number, order=number, priority="MUST")
        for number in range(1, 31)
    ]


def url(name, project):
    return reverse(f"presales:requirement_{name}", kwargs={"project_pk": project.pk})


def priorities():
    return set(Requirement.objects.values_list("number", "priority"))


def test_chosen_rows_are_changed_after_a_look_at_each(sign_in, ines, project, requirements):
    browser = sign_in(ines)
    Requirement.objects.filter(number=2).update(state="ACCEPTED")
    asked = browser.post(url("bulk", project), {"chosen": [requirements[0].pk, requirements[1].pk]})
    assert [one.code for one in asked.context["chosen"]] == ["R-001", "R-002"]

    looked = browser.post(
        url("bulk", project),
        {"chosen": asked.context["keys"], "look": "1", "priority": "COULD"},
    )
    assert "Priority: <del>Must</del> <ins>Could</ins>" in looked.content.decode()
    assert "R-002 is “Accepted” and does not change any more" in looked.content.decode()
    assert set(Requirement.objects.values_list("priority", flat=True)) == {"MUST"}
    done = browser.post(url("bulk", project), {"rows": looked.context["sealed"]}, follow=True)

    assert [str(message) for message in done.context["messages"]] == ["1 requirement is changed."]
    assert set(Requirement.objects.filter(priority="COULD").values_list("number")) == {(1,)}


def test_all_that_the_filter_finds_are_chosen_beyond_the_page(sign_in, ines, project, requirements):
    browser = sign_in(ines)
    Requirement.objects.filter(number__lte=3).update(priority="SHOULD")
    list_url = f"{url('list', project)}?priority=MUST"
    page = browser.get(list_url).content.decode()
    assert "all 27 that the filter finds" in page

    asked = browser.post(f"{url('bulk', project)}?priority=MUST", {"all": "27"})

    assert len(asked.context["chosen"]) == 27
    looked = browser.post(
        f"{url('bulk', project)}?priority=MUST",
        {"chosen": asked.context["keys"], "look": "1", "source": "FIELD"},
    )
    done = browser.post(f"{url('bulk', project)}?priority=MUST", {"rows": looked.context["sealed"]})
    assert (done.status_code, done["Location"]) == (302, list_url)
    assert Requirement.objects.filter(source="FIELD").count() == 27


def test_nothing_chosen_leads_back_with_a_word(sign_in, ines, project, requirements):
    response = sign_in(ines).post(f"{url('bulk', project)}?q=print", {}, follow=True)

    assert response.redirect_chain == [(f"{url('list', project)}?q=print", 302)]
    assert [str(one) for one in response.context["messages"]] == [
        "Choose at least one requirement."
    ]


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({}, "__all__", "Choose what is to change."),
        ({"state": "DROPPED"}, "reason", "Say why, for those who read it later."),
        (
            {"state": "DROPPED", "reason": "x", "priority": "MUST"},
            "state",
            "What is dropped does not change otherwise.",
        ),
        ({"state": "ACCEPTED"}, "state", "Select a valid choice. ACCEPTED is not one of"),
    ],
)
def test_what_is_not_clear_is_asked_again(
    sign_in, ines, project, requirements, typed, field, error
):
    response = sign_in(ines).post(
        url("bulk", project), {"chosen": requirements[0].pk, "look": "1", **typed}
    )

    assert response.context["form"].errors[field][0].startswith(error)
    assert response.context["keys"] == str(requirements[0].pk)


def test_rows_that_somebody_else_changed_are_shown_anew(sign_in, ines, project, requirements):
    browser = sign_in(ines)
    looked = browser.post(
        url("bulk", project), {"chosen": requirements[0].pk, "look": "1", "priority": "COULD"}
    )
    Requirement.objects.filter(number=1).update(priority="SHOULD")

    again = browser.post(url("bulk", project), {"rows": looked.context["sealed"]})

    assert "since you looked" in again.context["stale"]
    assert again.context["rows"][0].was == {"priority": "SHOULD"}
    browser.post(url("bulk", project), {"rows": again.context["sealed"]})
    assert Requirement.objects.get(number=1).priority == "COULD"


def test_rows_of_other_projects_are_not_chosen_and_readers_choose_none(
    sign_in, ines, conny, project, requirements
):
    other = RequirementFactory(project=ProjectFactory(implementation_manager=ines))
    asked = sign_in(ines).post(
        url("bulk", project), {"chosen": [other.pk, requirements[0].pk, "x", "9" * 40]}
    )
    assert asked.context["chosen"] == [requirements[0]]
    project.business_manager = None
    project.save()

    assert sign_in(conny).post(url("bulk", project), {"chosen": "1"}).status_code == 404


def test_the_list_stands_in_its_own_order_and_takes_another(sign_in, ines, project, requirements):
    browser = sign_in(ines)
    page = browser.get(url("list", project))
    assert f'data-reorder="{url("order", project)}"' in page.content.decode()
    keys = [one.pk for one in page.context["requirements"]]
    assert len(keys) == 25

    moved = browser.post(url("order", project), {"order": [*keys[1:], keys[0]]})

    assert moved.status_code == 204
    page = browser.get(url("list", project))
    assert [one.number for one in page.context["requirements"]][-2:] == [25, 1]


@pytest.mark.parametrize("query", ["?sort=priority", "?priority=MUST", "?q=thing"])
def test_rows_stand_still_where_not_all_are_shown_in_their_order(
    sign_in, ines, project, requirements, query
):
    page = sign_in(ines).get(url("list", project) + query).content.decode()

    assert "data-reorder" not in page
    assert "Rows can be moved while" in page


def test_an_order_that_is_out_of_date_is_refused(sign_in, ines, project, requirements):
    response = sign_in(ines).post(
        url("order", project), {"order": [requirements[0].pk, requirements[2].pk]}
    )

    assert (response.status_code, response.content.decode()) == (
        409,
        "The list has changed since you opened it. Reload the page and try again.",
    )


def test_a_resting_project_offers_neither(sign_in, ines, project):
    RequirementFactory(project=project)
    Project.objects.update(state="SUSPENDED")

    page = sign_in(ines).get(url("list", project)).content.decode()

    assert "data-reorder" not in page
    assert 'name="chosen"' not in page
