import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.requirement_bulk import (
    OthersWereFaster,
    change_requirements,
    order_requirements,
    plan_changes,
)
from presales.models import Requirement, SuspectLink
from presales.tests.factories import RequirementFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def requirements(project):
    return [
        RequirementFactory(project=project, number=number, order=number, priority="MUST")
        for number in (1, 2, 3)
    ]


def plan(project, reason="", **wanted):
    return plan_changes(project.requirements.in_order(), wanted=wanted, reason=reason)


def values(project, *names):
    return list(project.requirements.order_by("number").values_list(*names))


def actions(project):
    return list(
        Entry.objects.of_project(project.pk).order_by("pk").values_list("action", flat=True)
    )


def test_each_change_stands_on_record_with_its_requirement(project, requirements, ines, noon):
    RequirementFactory(project=project, number=4, priority="COULD")
    rows = plan(project, priority="COULD")

    changed = change_requirements(project=project, rows=rows, actor=ines, at=noon)

    assert changed == requirements
    assert values(project, "priority") == [("COULD",)] * 4
    entries = Entry.objects.of_project(project.pk).order_by("pk")
    assert [(entry.details["code"], entry.details["was"]) for entry in entries] == [
        (code, {"priority": "MUST"}) for code in ("R-001", "R-002", "R-003")
    ]


def test_several_are_dropped_with_one_reason_and_leave_the_solution(
    project, requirements, ines, noon
):
    section = SolutionSectionFactory(solution__project=project)
    section.requirements.add(requirements[0])

    rows = plan(project, state="DROPPED", reason="Bought elsewhere.")
    change_requirements(project=project, rows=rows, actor=ines, at=noon)

    assert values(project, "state", "dropped_reason") == [("DROPPED", "Bought elsewhere.")] * 3
    assert not section.requirements.exists()


def test_what_is_promised_can_be_verified_and_that_taken_back(project, requirements, ines, noon):
    Requirement.objects.filter(number__lte=2).update(state="PROMISED")

    rows = plan(project, state="VERIFIED")
    assert [row.error for row in rows] == [
        "",
        "",
        "R-003 is “Open”. Verified is what a signed solution promised before.",
    ]
    change_requirements(project=project, rows=rows, actor=ines, at=noon)
    assert values(project, "state") == [("VERIFIED",), ("VERIFIED",), ("OPEN",)]
    rows = plan(project, state="PROMISED")
    change_requirements(project=project, rows=rows, actor=ines, at=noon)

    assert values(project, "state") == [("PROMISED",), ("PROMISED",), ("OPEN",)]
    assert actions(project) == ["presales.requirements_advanced"] * 2


@pytest.mark.parametrize(
    ("state", "wanted", "error"),
    [
        ("ACCEPTED", {"priority": "COULD"}, "R-001 is “Accepted” and does not change any more."),
        ("DROPPED", {"source": "FIELD"}, "R-001 is “Dropped” and does not change any more."),
        ("PROMISED", {"state": "DROPPED"}, "R-001 was promised in a signed solution."),
        ("OPEN", {"state": "PROMISED"}, "R-001 is “Open”."),
        ("PROMISED", {"state": "ACCEPTED"}, "R-001 is “Promised”."),
    ],
)
def test_what_may_not_change_is_named_and_left_as_it_is(project, ines, noon, state, wanted, error):
    RequirementFactory(
        project=project, number=1, priority="MUST", state=state, dropped_reason="Old."
    )
    RequirementFactory(project=project, number=2, priority="MUST", state="OPEN")

    rows = plan(project, reason="Why", **wanted)
    change_requirements(project=project, rows=rows, actor=ines, at=noon)

    assert rows[0].error.startswith(error)
    first = project.requirements.get(number=1)
    assert (first.state, first.priority, first.dropped_reason) == (state, "MUST", "Old.")


def test_a_new_weight_makes_suspect_what_was_made_for_it(project, requirements, ines, noon):
    SolutionSectionFactory(solution__project=project).requirements.add(requirements[1])

    change_requirements(project=project, rows=plan(project, priority="COULD"), actor=ines, at=noon)
    assert [mark.requirement for mark in SuspectLink.objects.open()] == [requirements[1]]


def test_one_that_changed_since_the_look_stops_all(project, requirements, ines, noon):
    rows = plan(project, priority="COULD")
    Requirement.objects.filter(number=3).update(priority="SHOULD")

    with pytest.raises(OthersWereFaster):
        change_requirements(project=project, rows=rows, actor=ines, at=noon)
    assert values(project, "priority") == [("MUST",), ("MUST",), ("SHOULD",)]
    assert actions(project) == []


def test_one_that_was_settled_since_the_look_stops_all(project, requirements, ines, noon):
    rows = plan(project, priority="COULD")
    Requirement.objects.filter(number=3).update(state="ACCEPTED")

    with pytest.raises(OthersWereFaster):
        change_requirements(project=project, rows=rows, actor=ines, at=noon)
    assert values(project, "priority") == [("MUST",)] * 3


@pytest.mark.parametrize("act", ["change", "order"])
def test_strangers_and_resting_projects_change_nothing(project, requirements, act, sam, ines, noon):
    def do(actor):
        if act == "change":
            rows = plan(project, priority="COULD")
            change_requirements(project=project, rows=rows, actor=actor, at=noon)
        else:
            keys = [one.pk for one in reversed(requirements)]
            order_requirements(project=project, keys=keys, actor=actor, at=noon)

    with pytest.raises(NotAllowed):
        do(sam)
    project.state = "SUSPENDED"
    project.save()
    with pytest.raises(ProjectNotRunning):
        do(ines)
    assert values(project, "priority", "order") == [("MUST", 1), ("MUST", 2), ("MUST", 3)]


def test_requirements_stand_as_people_put_them(project, requirements, ines, noon):
    first, second, third = requirements

    order_requirements(project=project, keys=[third.pk, first.pk, second.pk], actor=ines, at=noon)

    assert list(project.requirements.in_order()) == [third, first, second]
    assert actions(project) == ["presales.requirements_ordered"]


def test_rows_of_one_page_move_among_themselves(project, requirements, ines, noon):
    first, second, third = requirements

    order_requirements(project=project, keys=[third.pk, second.pk], actor=ines, at=noon)

    assert list(project.requirements.in_order()) == [first, third, second]


def test_those_that_nobody_moved_stand_by_their_number(project):
    later = RequirementFactory(project=project, number=2, order=0)
    earlier = RequirementFactory(project=project, number=1, order=0)

    assert list(project.requirements.in_order()) == [earlier, later]


@pytest.mark.parametrize("keys", [[], [0, 2], [0, 0, 1], [0, 1, 2, 3], ["other", 0]], ids=repr)
def test_rows_that_do_not_stand_together_are_not_moved(project, requirements, ines, noon, keys):
    pks = [one.pk for one in requirements]
    other = RequirementFactory(number=9).pk
    wanted = [other if key == "other" else pks[key] if key < len(pks) else 10**9 for key in keys]

    with pytest.raises(DomainError, match="has changed"):
        order_requirements(project=project, keys=wanted, actor=ines, at=noon)
    assert values(project, "order") == [(1,), (2,), (3,)]
