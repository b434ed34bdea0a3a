import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.domain.stops import stop_project
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.domain.requirements import (
    AlreadySettled,
    EmptyRequirement,
    StillPromised,
    add_requirement,
    advance_requirements,
    change_requirement,
    drop_requirement,
)
from presales.models import Requirement
from presales.tests.factories import RequirementFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db
State, Source, Priority = Requirement.State, Requirement.Source, Requirement.Priority


def add(project, actor, at, text="Search answers within two seconds."):
    return add_requirement(
        project=project,
        text=text,
        source=Source.EXCHANGE,
        priority=Priority.MUST,
        actor=actor,
        at=at,
    )


def test_requirements_are_numbered_from_one_in_each_project(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    other = ProjectFactory(implementation_manager=ines)

    codes = [add(project, ines, noon).code, add(project, ines, noon).code]

    assert codes == ["R-001", "R-002"]
    assert add(other, ines, noon).code == "R-001"


def test_a_refused_requirement_leaves_no_gap(ines, noon):
    project = ProjectFactory(implementation_manager=ines)

    with pytest.raises(EmptyRequirement):
        add(project, ines, noon, text="  \n ")

    assert Entry.objects.of_project(project.pk).count() == 0
    assert add(project, ines, noon).number == 1


def test_adding_a_requirement_is_on_record_as_one_line(ines, noon):
    project = ProjectFactory(implementation_manager=ines)

    requirement = add(project, ines, noon, text="Search answers\n within   two seconds.")

    assert requirement.text == "Search answers within two seconds."
    entry = Entry.objects.of_project(project.pk).get()
    assert (entry.actor, entry.at, entry.sentence) == (
        ines,
        noon,
        "added the requirement R-001: Search answers within two seconds.",
    )


def test_a_member_may_add_and_a_stranger_may_not(ines, conny, sam, noon):
    project = ProjectFactory(implementation_manager=ines)
    MemberFactory(project=project, user=conny)

    assert add(project, conny, noon).created_by == conny
    with pytest.raises(NotAllowed):
        add(project, sam, noon)
    assert project.requirements.count() == 1


def test_a_suspended_project_takes_no_requirement(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    stop_project(project=project, state="SUSPENDED", actor=ines, at=noon, reason="Budget")

    with pytest.raises(ProjectNotRunning):
        add(project, ines, noon)

    assert not Requirement.objects.exists()


def test_changing_names_what_changed(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    requirement = add(project, ines, noon)

    change_requirement(
        requirement=requirement,
        text=requirement.text,
        source=Source.EXCHANGE,
        priority=Priority.COULD,
        actor=ines,
        at=noon,
    )

    requirement.refresh_from_db()
    assert requirement.priority == Priority.COULD
    assert Entry.objects.of_project(project.pk).order_by("-sequence")[0].sentence == (
        "changed the requirement R-001 (priority): Search answers within two seconds."
    )


def test_saving_without_a_change_records_nothing(ines, noon):
    requirement = RequirementFactory(project__implementation_manager=ines)

    change_requirement(
        requirement=requirement,
        text=requirement.text,
        source=requirement.source,
        priority=requirement.priority,
        actor=ines,
        at=noon,
    )

    assert not Entry.objects.exists()


@pytest.mark.parametrize("state", [State.ACCEPTED, State.DROPPED])
def test_a_settled_requirement_does_not_change(ines, noon, state):
    requirement = RequirementFactory(
        project__implementation_manager=ines, state=state, dropped_reason="Not wanted"
    )

    with pytest.raises(AlreadySettled):
        change_requirement(
            requirement=requirement,
            text="Something else.",
            source=requirement.source,
            priority=requirement.priority,
            actor=ines,
            at=noon,
        )

    requirement.refresh_from_db()
    assert requirement.text != "Something else."


def test_dropping_keeps_the_reason_and_frees_the_sections(ines, noon):
    requirement = RequirementFactory(project__implementation_manager=ines)
    section = SolutionSectionFactory(solution__project=requirement.project)
    section.requirements.add(requirement)

    drop_requirement(requirement=requirement, reason="Too dear", actor=ines, at=noon)

    requirement.refresh_from_db()
    assert (requirement.state, requirement.dropped_reason) == (State.DROPPED, "Too dear")
    assert not section.requirements.exists()
    with pytest.raises(IllegalMove):
        drop_requirement(requirement=requirement, reason="Again", actor=ines, at=noon)


def test_what_was_promised_is_not_dropped_by_a_click(ines, noon):
    requirement = RequirementFactory(project__implementation_manager=ines, state=State.PROMISED)

    with pytest.raises(StillPromised):
        drop_requirement(requirement=requirement, reason="Too dear", actor=ines, at=noon)

    requirement.refresh_from_db()
    assert requirement.state == State.PROMISED


def test_advancing_moves_those_that_can_and_leaves_the_others(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    open_one = RequirementFactory(project=project, number=1)
    dropped = RequirementFactory(
        project=project, number=2, state=State.DROPPED, dropped_reason="No"
    )
    foreign = RequirementFactory()

    moved = advance_requirements(
        project=project,
        requirements=[open_one, dropped, foreign],
        state=State.PROMISED,
        actor=ines,
        at=noon,
    )

    assert moved == [open_one]
    states = {r.pk: r.state for r in Requirement.objects.all()}
    assert states == {open_one.pk: "PROMISED", dropped.pk: "DROPPED", foreign.pk: "OPEN"}
    assert Entry.objects.get().sentence == "set R-001 to “Promised”"


def test_coverage_ignores_a_withdrawn_solution():
    requirement = RequirementFactory()
    section = SolutionSectionFactory(solution__project=requirement.project)
    section.requirements.add(requirement)

    assert Requirement.objects.with_coverage().get().is_covered is True
    section.solution.state = "WITHDRAWN"
    section.solution.save(update_fields=["state"])
    assert Requirement.objects.with_coverage().get().is_covered is False
