import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.steps import (
    OwnerIsStranger,
    ReasonMissing,
    advance_step,
    change_step,
)
from implportal.projects.models import Step
from implportal.projects.registry import ACTIVITIES
from implportal.projects.tests.factories import MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db
KEYS = [activity.key for activity in ACTIVITIES]


def say(step, actor, at, **changes):
    given = {"state": Step.State(step.state), "owner": step.owner, "due_on": None, "notes": ""}
    return change_step(step=step, actor=actor, at=at, **given | changes)


@pytest.mark.parametrize("key", KEYS)
def test_each_of_the_seventeen_can_be_owned_started_done_and_waived(ines, noon, key):
    step = ProjectFactory(implementation_manager=ines).steps.get(key=key)

    say(step, ines, noon, state=Step.State.IN_PROGRESS, owner=ines, due_on=noon.date(), notes="n")
    step.refresh_from_db()
    assert (step.state, step.owner, step.due_on, step.notes, step.started_at) == (
        "IN_PROGRESS", ines, noon.date(), "n", noon,
    )  # fmt: skip
    say(step, ines, noon, state=Step.State.DONE)
    step.refresh_from_db()
    assert (step.state, step.done_at) == ("DONE", noon)
    say(step, ines, noon, state=Step.State.WAIVED, waived_reason="Not wanted")
    step.refresh_from_db()
    assert (step.state, step.waived_reason, step.done_at) == ("WAIVED", "Not wanted", None)


def test_waiving_needs_a_reason(ines, noon):
    step = ProjectFactory(implementation_manager=ines).steps.get(key="inspection")

    with pytest.raises(ReasonMissing):
        say(step, ines, noon, state=Step.State.WAIVED, waived_reason="  ")

    step.refresh_from_db()
    assert step.state == "NOT_STARTED"
    assert not Entry.objects.exists()


def test_a_member_moves_a_step_on_but_neither_waives_nor_reassigns_it(ines, conny, noon):
    project = ProjectFactory(implementation_manager=ines)
    MemberFactory(project=project, user=conny)
    step = project.steps.get(key="survey")

    say(step, conny, noon, state=Step.State.IN_PROGRESS, notes="Met twice")
    with pytest.raises(NotAllowed):
        say(step, conny, noon, state=Step.State.WAIVED, waived_reason="No")
    with pytest.raises(NotAllowed):
        say(step, conny, noon, owner=conny)

    step.refresh_from_db()
    assert (step.state, step.notes, step.owner) == ("IN_PROGRESS", "Met twice", None)


def test_an_owner_must_work_on_the_project(ines, conny, cora, noon):
    step = ProjectFactory(implementation_manager=ines).steps.get(key="inspection")

    with pytest.raises(OwnerIsStranger):
        say(step, ines, noon, owner=conny)

    say(step, ines, noon, owner=cora)
    assert Step.objects.get(pk=step.pk).owner == cora


def test_advance_step_is_silent_when_nothing_changed(ines, noon):
    project = ProjectFactory(implementation_manager=ines)

    for _ in range(2):
        advance_step(
            project=project, key="survey", state=Step.State.WAITING, actor=ines, at=noon,
            waiting_on="Carl",
        )  # fmt: skip

    assert project.steps.get(key="survey").waiting_on == "Carl"
    assert [entry.sentence for entry in Entry.objects.all()] == [
        "set “Pre-sales research” to “Waiting for the customer”"
    ]
