import csv
import io

import pytest
from django.urls import reverse

from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.models import Requirement
from presales.tests.factories import (
    RequirementFactory,
    SolutionFactory,
    SolutionSectionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


def address(route, project, **kwargs):
    return reverse(f"presales:{route}", kwargs={"project_pk": project.pk, **kwargs})


def codes(response):
    return [requirement.code for requirement in response.context["requirements"]]


def test_a_requirement_is_added_by_its_form(sign_in, ines, project):
    response = sign_in(ines).post(
        address("requirement_create", project),
        {"text": "Search answers in two seconds.", "priority": "MUST", "source": "EXCHANGE"},
        follow=True,
    )

    assert codes(response) == ["R-001"]
    assert [str(message) for message in response.context["messages"]] == [
        "R-001 is added. Link it to the section that answers it."
    ]


def test_add_and_write_another_stays_on_the_form(sign_in, ines, project):
    url = address("requirement_create", project)

    response = sign_in(ines).post(
        url, {"text": "One.", "priority": "MUST", "source": "EXCHANGE", "another": "1"}
    )

    assert (response.status_code, response.url) == (302, url)


def test_an_empty_sentence_is_told_at_the_field(sign_in, ines, project):
    response = sign_in(ines).post(
        address("requirement_create", project),
        {"text": " ", "priority": "MUST", "source": "EXCHANGE"},
    )

    assert response.context["form"].errors == {"text": ["This field is required."]}
    assert not Requirement.objects.exists()


def test_the_list_is_searched_filtered_and_sorted(sign_in, ines, project):
    RequirementFactory(project=project, number=1, text="Fast search.", priority="COULD")
    RequirementFactory(project=project, number=2, text="Slow print.", priority="MUST")
    third = RequirementFactory(
        project=project, number=14, text="Search by name.", priority="SHOULD"
    )
    SolutionSectionFactory(solution__project=project).requirements.add(third)
    RequirementFactory(number=1, text="Search of others.")
    browser, url = sign_in(ines), address("requirement_list", project)

    assert codes(browser.get(url)) == ["R-001", "R-002", "R-014"]
    assert codes(browser.get(url, {"q": "search"})) == ["R-001", "R-014"]
    assert codes(browser.get(url, {"q": "r-14"})) == ["R-014"]
    assert codes(browser.get(url, {"priority": ["MUST", "COULD"]})) == ["R-001", "R-002"]
    assert codes(browser.get(url, {"covered": "True"})) == ["R-014"]
    assert codes(browser.get(url, {"covered": "False"})) == ["R-001", "R-002"]
    assert codes(browser.get(url, {"sort": "priority"})) == ["R-002", "R-014", "R-001"]
    assert codes(browser.get(url, {"sort": "-code"})) == ["R-014", "R-002", "R-001"]


def test_the_export_holds_what_is_filtered(sign_in, ines, project):
    RequirementFactory(project=project, number=1, text="=1+1 stays text.")
    RequirementFactory(project=project, number=2, priority="COULD")

    response = sign_in(ines).get(
        address("requirement_list", project), {"export": "csv", "priority": "MUST"}
    )

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows == [
        ["Code", "Requirement", "Priority", "Source", "State", "In the solution", "Suspect"],
        ["R-001", "'=1+1 stays text.", "Must", "Customer survey", "Open", "no", "0"],
    ]


@pytest.mark.parametrize("requirements", [1, 25])
def test_the_list_costs_the_same_for_any_number(
    sign_in, ines, project, django_assert_num_queries, requirements
):
    for number in range(1, requirements + 1):
        RequirementFactory(project=project, number=number)
    browser = sign_in(ines)

    with django_assert_num_queries(8):  # session, user, project, count, page, news, twins, suspects
        response = browser.get(address("requirement_list", project))

    assert len(codes(response)) == requirements


@pytest.mark.parametrize("requirements", [1, 25])
def test_the_matrix_costs_the_same_for_any_number(
    sign_in, ines, project, django_assert_max_num_queries, requirements
):
    section = SolutionSectionFactory(solution__project=project)
    for number in range(1, requirements + 1):
        section.requirements.add(RequirementFactory(project=project, number=number))
    browser = sign_in(ines)

    # session, user, project, requirements, and at most two for each registered source
    with django_assert_max_num_queries(13):
        response = browser.get(address("requirement_matrix", project))

    rows = response.context["rows"]
    assert len(rows) == requirements
    assert [link[0] for link in rows[0].cells[0].links] == [section.title]


def test_the_matrix_marks_holes_of_what_counts(sign_in, ines, project):
    RequirementFactory(project=project, number=1)
    RequirementFactory(project=project, number=2, priority="WONT")
    RequirementFactory(project=project, number=3, state="DROPPED", dropped_reason="No")

    response = sign_in(ines).get(address("requirement_matrix", project))

    assert [(row.requirement.code, row.holes) for row in response.context["rows"]] == [
        ("R-001", 4),
        ("R-002", 0),
    ]


def test_the_page_of_a_requirement_shows_its_thread(sign_in, ines, project):
    requirement = RequirementFactory(project=project, number=1)
    section = SolutionSectionFactory(solution__project=project, key="s7", title="Searching")
    section.requirements.add(requirement)

    response = sign_in(ines).get(requirement.get_absolute_url())

    cell = response.context["cells"][0]
    assert cell.links == [("Searching", address("section_detail", project, key="s7"), section.pk)]


def test_changing_and_dropping_through_the_pages(sign_in, ines, project):
    requirement = RequirementFactory(project=project, number=1)
    browser = sign_in(ines)

    browser.post(
        address("requirement_edit", project, pk=requirement.pk),
        {"text": "Better.", "priority": "MUST", "source": "FIELD"},
    )
    browser.post(address("requirement_drop", project, pk=requirement.pk), {"reason": "Too dear"})

    requirement.refresh_from_db()
    assert (requirement.text, requirement.state) == ("Better.", "DROPPED")


@pytest.mark.parametrize(
    ("person", "reading", "writing"),
    [
        *(("ines", 200, 200), ("adam", 200, 200), ("conny", 200, 200), ("bea", 200, 403)),
        *(("sam", 404, 404), ("cora", 404, 404), ("piet", 404, 404)),
    ],
)
def test_who_reads_and_who_writes(request, sign_in, project, conny, person, reading, writing):
    MemberFactory(project=project, user=conny)
    requirement = RequirementFactory(project=project, number=1)
    browser = sign_in(request.getfixturevalue(person))

    for route in ("requirement_list", "requirement_matrix"):
        assert browser.get(address(route, project)).status_code == reading
    assert browser.get(requirement.get_absolute_url()).status_code == reading
    assert browser.get(address("requirement_create", project)).status_code == writing
    for route in ("requirement_edit", "requirement_drop"):
        url = address(route, project, pk=requirement.pk)
        assert browser.get(url).status_code == writing


def test_suspect_places_are_shown_filtered_and_found_right(sign_in, ines, project):
    one = RequirementFactory(project=project, number=1)
    other = RequirementFactory(project=project, number=2)
    solution = SolutionFactory(project=project)
    sections = SolutionSectionFactory.create_batch(2, solution=solution)
    for section in sections:
        section.requirements.add(one, other)
    browser, matrix = sign_in(ines), address("requirement_matrix", project)
    browser.post(
        address("requirement_edit", project, pk=one.pk),
        {"text": "Better.", "priority": "MUST", "source": "SURVEY"},
    )

    assert codes(browser.get(address("requirement_list", project), {"suspect": "yes"})) == ["R-001"]
    assert codes(browser.get(address("requirement_list", project), {"suspect": "no"})) == ["R-002"]
    shown = browser.get(matrix, {"suspect": "1"}).context
    assert [row.requirement for row in shown["rows"]] == [one]
    first, second = shown["marks"]
    clear = address("requirement_suspects_clear", project)
    response = browser.post(clear, {"mark": first.seen, "requirement": one.pk}, follow=True)
    assert response.context["marks"] == [second]
    assert browser.post(clear, {"mark": [first.seen, second.seen]}).url == matrix
    assert browser.get(matrix).context["marks"] == []


def test_the_page_of_a_requirement_tells_how_it_changed(sign_in, ines, project):
    requirement = RequirementFactory(project=project, number=1, text="Prints fast.")
    browser = sign_in(ines)
    browser.post(
        address("requirement_edit", project, pk=requirement.pk),
        {"text": "Prints slowly.", "priority": "MUST", "source": "SURVEY"},
    )

    page = browser.get(requirement.get_absolute_url()).content.decode()

    assert "Prints <del>fast</del><ins>slowly</ins>." in page


def test_the_matrix_counts_musts_that_nothing_answers(sign_in, ines, project):
    RequirementFactory(project=project, number=1)
    RequirementFactory(project=project, number=2, priority="COULD")
    answered = RequirementFactory(project=project, number=3)
    SolutionSectionFactory(solution__project=project).requirements.add(answered)

    response = sign_in(ines).get(address("requirement_matrix", project))

    assert response.context["unanswered"] == 1
