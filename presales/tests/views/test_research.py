import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from presales.models import Interview, Problem, Requirement, UserGroup
from presales.tests.factories import (
    InterviewFactory,
    ProblemFactory,
    RequirementFactory,
    UserGroupFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def nursing(project):
    return UserGroupFactory(project=project, name="Nursing", headcount=100)


def address(route, project, **kwargs):
    return reverse(f"presales:{route}", kwargs={"project_pk": project.pk, **kwargs})


def page_of(response):
    return response.content.decode()


def codes(response):
    return [problem.code for problem in response.context["problems"]]


def test_the_way_from_the_first_group_to_requirements(sign_in, ines, project):
    browser = sign_in(ines)
    assert "No groups yet" in page_of(browser.get(address("research_home", project)))

    browser.post(
        address("user_group_add", project),
        {"name": "Nursing", "headcount": "100", "planned_interviews": "2"},
    )
    group = UserGroup.objects.get()
    browser.post(
        address("interview_add", project),
        {
            "group": group.pk, "name": "A nurse", "start_at": "2026-03-02T09:00",
            "duration_minutes": "30", "interviewer": ines.pk,
        },
    )  # fmt: skip
    interview = Interview.objects.get()
    browser.post(
        address("problem_add", project),
        {
            "text": "Values are typed twice.", "severity": "3", "frequency": "DAILY",
            "interviews": interview.pk, "group": group.pk, "back": interview.pk,
        },
    )  # fmt: skip
    problem = Problem.objects.get()
    browser.post(address("interview_hold", project, pk=interview.pk))
    response = browser.post(
        address("problem_requirements", project),
        {
            f"make_{problem.pk}": "on", f"text_{problem.pk}": "Values are typed once.",
            f"priority_{problem.pk}": "MUST",
        },
        follow=True,
    )  # fmt: skip

    assert [str(one) for one in response.context["messages"]][-1] == (
        "R-001 is added. Link it to the solution next."
    )
    requirement = Requirement.objects.get()
    assert (requirement.source, list(requirement.problems.all())) == ("DIRECT_USER", [problem])
    assert "Values are typed twice." in page_of(browser.get(requirement.get_absolute_url()))
    home = page_of(browser.get(address("research_home", project)))
    assert "1 of 2" in home
    report = page_of(browser.get(address("research_report", project)))
    assert "1 of 2 planned interviews held" in report
    assert "Values are typed once." in report
    assert "seen in 1 interview" in report


def test_what_may_be_the_same_is_shown_first_and_keeps_what_was_typed(
    sign_in, ines, project, nursing
):
    there = ProblemFactory(project=project, number=1, text="Values are typed twice.")
    interview = InterviewFactory(group=nursing)
    browser = sign_in(ines)
    given = {
        "text": "values are typed TWICE", "severity": "2", "frequency": "RARELY",
        "interviews": interview.pk,
    }  # fmt: skip

    shown = page_of(browser.post(address("problem_add", project), given))

    assert "P-001 has the same words" in shown
    assert "values are typed TWICE</textarea>" in shown
    assert Problem.objects.count() == 1
    browser.post(address("interview_saw", project, pk=interview.pk), {"problem": there.pk})
    assert list(there.interviews.all()) == [interview]
    browser.post(address("problem_add", project), given | {"anyway": "P-001"})
    assert Problem.objects.count() == 2


def test_problems_are_searched_filtered_and_sorted(sign_in, ines, project, nursing):
    heavy = ProblemFactory(
        project=project, number=1, text="Printing stops.", severity=4, frequency="DAILY",
        group=nursing,
    )  # fmt: skip
    light = ProblemFactory(
        project=project, number=2, text="Colours are odd.", severity=1, frequency="RARELY"
    )
    heavy.requirements.add(RequirementFactory(project=project))
    light.interviews.add(InterviewFactory(group=nursing))
    ProblemFactory(number=3)
    browser, url = sign_in(ines), address("problem_list", project)

    assert codes(browser.get(url)) == ["P-001", "P-002"]
    assert codes(browser.get(url, {"sort": "-times"})) == ["P-002", "P-001"]
    assert codes(browser.get(url, {"q": "print"})) == ["P-001"]
    assert codes(browser.get(url, {"q": "p-2"})) == ["P-002"]
    assert codes(browser.get(url, {"severity": "4"})) == ["P-001"]
    assert codes(browser.get(url, {"frequency": "RARELY"})) == ["P-002"]
    assert codes(browser.get(url, {"group": nursing.pk})) == ["P-001"]
    assert codes(browser.get(url, {"settled": "no"})) == ["P-002"]
    assert codes(browser.get(url, {"settled": "yes"})) == ["P-001"]


def test_the_exports_hold_what_is_filtered(sign_in, ines, project, nursing):
    ProblemFactory(project=project, number=1, text="=1+1", group=nursing, severity=4)
    ProblemFactory(project=project, number=2, severity=1)
    browser = sign_in(ines)

    response = browser.get(address("problem_list", project), {"export": "csv", "severity": "4"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1:] == [["P-001", "'=1+1", "Blocking", "Weekly", "Nursing", "100", "1200", "0", ""]]
    for route in ("problem_list", "interview_list"):
        sheet = browser.get(address(route, project), {"export": "xlsx"})
        assert sheet.content.startswith(b"PK")


def test_interviews_are_searched_filtered_and_sorted(sign_in, ines, project, nursing, noon):
    contact = ContactFactory(customer=project.customer, name="Nora Nurse")
    one = InterviewFactory(group=nursing, name="", contact=contact, start_at=noon, state="HELD")
    two = InterviewFactory(
        group__project=project, group__name="Doctors", name="A doctor", notes="Two screens",
        start_at=noon + timedelta(days=1),
    )  # fmt: skip
    InterviewFactory()
    browser, url = sign_in(ines), address("interview_list", project)

    def found(**query):
        return list(browser.get(url, query).context["interviews"])

    assert found() == [two, one]
    assert found(sort="group") == [two, one]
    assert found(sort="when") == [one, two]
    assert found(q="nora") == [one]
    assert found(q="screens") == [two]
    assert found(group=nursing.pk) == [one]
    assert found(state="HELD") == [one]
    assert found(interviewer=ines.pk) == [two, one]
    assert "No interview fits" in page_of(browser.get(url, {"q": "zzz"}))


@pytest.mark.parametrize("count", [1, 25])
@pytest.mark.parametrize(
    ("route", "queries"),
    [
        # session, user, project, news, and what belongs to the page
        ("research_home", 11),
        ("interview_list", 8),
        ("problem_list", 10),
        ("problem_requirements", 7),
        ("research_report", 8),
    ],
)
def test_each_page_costs_the_same_for_any_number(
    sign_in, ines, project, django_assert_num_queries, route, queries, count
):
    for number in range(1, count + 1):
        interview = InterviewFactory(group__project=project)
        problem = ProblemFactory(project=project, number=number, group=interview.group)
        problem.interviews.add(interview)
    browser = sign_in(ines)

    with django_assert_num_queries(queries):
        browser.get(address(route, project))


def test_notes_save_themselves_and_never_replace_what_was_not_seen(sign_in, ines, project, nursing):
    interview = InterviewFactory(group=nursing)
    browser, place = sign_in(ines), {"pk": interview.pk}

    saved = browser.post(
        address("interview_notes_autosave", project, **place), {"notes": "One", "revision": "0"}
    )
    clash = browser.post(
        address("interview_notes_autosave", project, **place),
        {"notes": "Two", "revision": "0", "over": "1"},
    )
    page = browser.post(
        address("interview_notes", project, **place), {"notes": "Two", "revision": "0"}
    )

    assert (saved.status_code, clash.status_code, page.status_code) == (200, 409, 200)
    assert ">Two</textarea>" in page_of(page)
    interview.refresh_from_db()
    assert (interview.notes, interview.revision, interview.state) == ("One", 1, "HELD")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"name": ""}, "name", "Choose a contact, or write who it is."),
        ({"duration_minutes": "0"}, "duration_minutes", "greater than or equal to 1"),
        ({"start_at": "2099-01-01T09:00"}, "start_at", "more than two years ahead"),
        ({"group": "999999"}, "group", "Select a valid choice"),
        ({"name": "x" * 121}, "name", "at most 120 characters"),
    ],
)
def test_a_wrong_plan_is_told_at_its_field_and_keeps_what_was_typed(
    sign_in, ines, project, nursing, fields, field, said
):
    given = {
        "group": nursing.pk, "name": "A nurse", "start_at": "2026-03-02T09:00",
        "duration_minutes": "30", "interviewer": ines.pk,
    }  # fmt: skip

    response = sign_in(ines).post(address("interview_add", project), given | fields)

    assert said in str(response.context["form"].errors[field])
    assert not Interview.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"headcount": "0"}, "headcount"),
        ({"headcount": "1e9"}, "headcount"),
        ({"name": " "}, "name"),
    ],
)
def test_a_wrong_group_is_told_at_its_field(sign_in, ines, project, fields, field):
    given = {"name": "Nursing", "headcount": "10", "planned_interviews": "2"}

    response = sign_in(ines).post(address("user_group_add", project), given | fields)

    assert list(response.context["form"].errors) == [field]


def test_who_only_reads_sees_all_and_changes_nothing(sign_in, bea, conny, project, nursing):
    project.business_manager = bea
    project.save(update_fields=["business_manager"])
    interview = InterviewFactory(group=nursing, notes="Two screens")
    browser = sign_in(bea)

    assert "Two screens" in page_of(browser.get(interview.get_absolute_url()))
    assert browser.get(address("problem_add", project)).status_code == 403
    assert browser.post(address("interview_hold", project, pk=interview.pk)).status_code == 403
    MemberFactory(project=project, user=conny)
    assert sign_in(conny).get(address("problem_add", project)).status_code == 200
    interview.refresh_from_db()
    assert interview.state == "PLANNED"


def test_a_group_is_offered_for_the_interview_that_is_missing(sign_in, ines, project, nursing):
    response = sign_in(ines).get(address("interview_add", project), {"group": nursing.pk})

    assert response.context["form"].initial["group"] == nursing.pk
