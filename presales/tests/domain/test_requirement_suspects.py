import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.requirement_changes import RequirementChange, amend_requirements
from presales.domain.requirement_history import rewordings
from presales.domain.requirement_suspects import clear_suspects, suspects_in
from presales.domain.requirements import change_requirement, drop_requirement
from presales.models import SuspectLink
from presales.tests.factories import RequirementFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def requirement(ines):
    project = ProjectFactory(implementation_manager=ines)
    requirement = RequirementFactory(project=project, number=1, text="Prints in two seconds.")
    section = SolutionSectionFactory(solution__project=project, title="Printing")
    section.requirements.add(requirement)
    return requirement


def change(requirement, actor, at, **wanted):
    names = ("text", "source", "priority")
    values = {name: getattr(requirement, name) for name in names} | wanted
    return change_requirement(requirement=requirement, actor=actor, at=at, **values)


def clear(requirement, actor, at, seen=None):
    if seen is None:
        seen = [mark.seen for mark in SuspectLink.objects.open()]
    return clear_suspects(project=requirement.project, seen=seen, actor=actor, at=at)


@pytest.mark.parametrize(
    ("wanted", "suspects"),
    [({"text": "Prints."}, 1), ({"priority": "COULD"}, 1), ({"source": "FIELD"}, 0), ({}, 0)],
)
def test_what_refers_to_it_is_suspect_when_words_or_weight_change(
    requirement, ines, noon, wanted, suspects
):
    change(requirement, ines, noon, **wanted)

    assert sum(suspects_in(requirement.project).values()) == suspects


def test_the_record_names_what_became_suspect_and_who_found_it_right(requirement, ines, noon):
    change(requirement, ines, noon, text="Prints.")

    assert clear(requirement, ines, noon) == (1, 0)

    assert suspects_in(requirement.project) == {}
    assert [entry.sentence for entry in Entry.objects.order_by("sequence")][1:] == [
        "made suspect what refers to R-001: Printing",
        "found still right for R-001: Printing",
    ]


def test_who_looked_before_the_last_change_does_not_clear_it(requirement, ines, noon):
    change(requirement, ines, noon, text="Prints.")
    seen = [mark.seen for mark in SuspectLink.objects.open()]
    change(requirement, ines, noon, text="Prints twice.")

    assert clear(requirement, ines, noon, seen=[*seen, "made-up"]) == (0, 2)

    assert suspects_in(requirement.project) == {requirement.pk: 1}


def test_a_cleared_link_is_suspect_again_after_the_next_change(requirement, ines, noon):
    change(requirement, ines, noon, text="Prints.")
    clear(requirement, ines, noon)

    change(requirement, ines, noon, text="Prints twice.")

    assert suspects_in(requirement.project) == {requirement.pk: 1}
    assert SuspectLink.objects.get().times == 2


def test_what_no_longer_refers_to_it_is_no_longer_suspect(requirement, ines, noon):
    change(requirement, ines, noon, text="Prints.")

    requirement.sections.clear()

    assert suspects_in(requirement.project) == {}


def test_nothing_of_a_dropped_requirement_is_suspect(requirement, ines, noon):
    change(requirement, ines, noon, text="Prints.")
    drop_requirement(requirement=requirement, reason="No", actor=ines, at=noon)

    assert suspects_in(requirement.project) == {}


def test_a_signed_change_makes_suspect_what_was_made_for_the_old_words(requirement, ines, noon):
    amend_requirements(
        project=requirement.project,
        changes=[RequirementChange(requirement=requirement, text="Prints.")],
        reference="CR-2026-0001",
        author=ines,
        actor=None,
        at=noon,
    )

    assert suspects_in(requirement.project) == {requirement.pk: 1}


def test_only_contributors_of_a_running_project_clear(requirement, ines, sam, noon):
    change(requirement, ines, noon, text="Prints.")
    with pytest.raises(NotAllowed):
        clear(requirement, sam, noon)
    requirement.project.state = "SUSPENDED"
    requirement.project.save(update_fields=["state"])
    with pytest.raises(ProjectNotRunning):
        clear(requirement, ines, noon)

    assert SuspectLink.objects.open().count() == 1


def test_a_mark_of_another_project_is_not_cleared(requirement, ines, noon):
    change(requirement, ines, noon, text="Prints.")
    other = RequirementFactory(project__implementation_manager=ines)

    assert clear(other, ines, noon) == (0, 1)

    assert SuspectLink.objects.open().count() == 1


def test_the_history_tells_word_by_word_and_runs_nothing(requirement, ines, noon):
    change(requirement, ines, noon, text="Prints <b>in</b> one second.", priority="COULD")

    (one,) = rewordings(Entry.objects.of_subject(requirement).newest_first())

    assert one.fields[1] == ("priority", "<del>Must</del> <ins>Could</ins>")
    assert "<del>two</del>" in one.fields[0][1]
    assert "<b>" not in one.fields[0][1]
