from datetime import date, timedelta

import pytest

from aftersales.tests.factories import (
    InstallmentFactory,
)
from delivery.domain.changes import (
    AlreadyTouched,
    CannotBeDone,
    EffectIncomplete,
    IncompleteRelease,
    NotBeingWritten,
    NothingChanges,
    OfOtherProject,
    WordsMissing,
    add_requirement_effect,
    add_task_effect,
    edit_change,
    hand_in_change,
    remove_effect,
    start_change,
)
from delivery.domain.changes_approval import OwnText, approve_change, send_back_change
from delivery.domain.changes_effects import outlook
from delivery.domain.plans import WrongDates
from delivery.models import ChangeRequest
from delivery.tests.factories import TaskFactory, TaskLinkFactory
from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.models import NumberSeries
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db
State = ChangeRequest.State


@pytest.fixture
def project(ines, piet, noon):
    return ProjectFactory(
        delivering=True, implementation_manager=ines, project_manager=piet,
        contract_value_minor=100_000, planned_end_on=date(2026, 6, 30),
    )  # fmt: skip


@pytest.fixture
def change(project, ines, noon):
    return start_change(
        project=project, title="Scan at the gate", what="Gates scan, too.", why="Lorries wait.",
        actor=ines, at=noon,
    )  # fmt: skip


def entries(change):
    own = Entry.objects.filter(subject_type__model="changerequest", subject_id=change.pk)
    return list(own.order_by("sequence").values_list("action", flat=True))


def test_it_begins_with_a_gapless_number_and_the_activity_moves(change, project, ines, noon):
    second = start_change(
        project=project, title="Two", what="w", why="y", actor=ines, at=noon, price_minor=-5
    )

    assert (change.number, second.number) == ("CR-2026-0001", "CR-2026-0002")
    assert (change.state, change.currency, change.created_by) == (State.DRAFT, "EUR", ines)
    step = project.steps.get(key="change")
    assert (step.state, step.next_step) == ("IN_PROGRESS", "Write CR-2026-0001 and hand it in")
    assert entries(change) == ["delivery.change_started"]


def test_a_refused_beginning_uses_no_number(project, ines, sam, bea, noon):
    words = {"project": project, "title": "T", "what": "w", "why": "y", "at": noon}
    with pytest.raises(WordsMissing):
        start_change(**words | {"why": "  "}, actor=ines)
    with pytest.raises(IncompleteRelease):
        start_change(**words, actor=ines, price_minor=5, price_release="FIXED_DATE")
    for person in (sam, bea):
        with pytest.raises(NotAllowed):
            start_change(**words, actor=person)
    project.state = "SUSPENDED"
    project.save(update_fields=["state"])
    with pytest.raises(ProjectNotRunning):
        start_change(**words, actor=ines)

    assert not ChangeRequest.objects.exists()
    assert not NumberSeries.objects.filter(name="CHANGE", value__gt=0).exists()


def test_editing_records_what_changed_and_nothing_where_nothing_did(change, conny, project, noon):
    MemberFactory(project=project, user=conny)

    edit_change(change=change, title="Scan at gates", actor=conny, at=noon)
    edit_change(change=change, title="Scan at gates", actor=conny, at=noon)

    said = Entry.objects.get(action="delivery.change_edited")
    assert said.sentence == "wrote the change request CR-2026-0001 anew: title"


def test_less_money_is_never_payable_on_a_day(change, ines, noon):
    edited = edit_change(
        change=change, price_minor=-100, price_release="FIXED_DATE", price_on=date(2026, 5, 1),
        actor=ines, at=noon,
    )  # fmt: skip

    assert (edited.price_release, edited.price_on) == ("ON_SIGNING", None)


def test_each_effect_shows_old_beside_new(change, project, ines, noon):
    # given a plan of two tasks in a row, two requirements, and an installment
    kept = RequirementFactory(project=project, number=1, text="Scans at the dock.")
    gone = RequirementFactory(project=project, number=2, text="Prints labels.", priority="COULD")
    first = TaskFactory(project=project, number=1, title="Wire gates")
    second = TaskFactory(
        project=project, number=2, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 4)
    )
    TaskLinkFactory(predecessor=first, successor=second)
    InstallmentFactory(project=project, amount_minor=100_000, title="All of it")

    # when the change touches all of them
    doing = {"change": change, "actor": ines, "at": noon}
    add_requirement_effect(**doing, kind="ADD", text="Scans at  gates.", priority="MUST")
    add_requirement_effect(**doing, kind="CHANGE", requirement=kept, priority="SHOULD")
    add_requirement_effect(**doing, kind="DROP", requirement=gone)
    add_task_effect(**doing, kind="SHIFT", task=first, shift_days=4)
    add_task_effect(**doing, kind="ADD", title="Mount scanners", starts_on=date(2026, 3, 9))
    edit_change(**doing, new_end_on=date(2026, 7, 15), price_minor=25_050)

    # then the outlook says so
    change.refresh_from_db()
    view = outlook(change)
    assert [(line.label, line.kind, line.old, line.new) for line in view.lines] == [
        ("R-001", "Changed", "Scans at the dock. (must)", "Scans at the dock. (should)"),
        ("R-002", "Dropped", "Prints labels. (could)", "dropped: it counts no longer"),
        ("new", "New", "–", "Scans at gates. (must)"),
        ("T1 Wire gates", "Moved", "2 March 2026 – 3 March 2026", "6 March 2026 – 9 March 2026"),
        ("Mount scanners", "New", "–", "9 March 2026"),
        ("Planned end", "Changed", "30 June 2026", "15 July 2026"),
        ("Contract value", "+250.50\xa0EUR", "1,000.00\xa0EUR", "1,250.50\xa0EUR"),
    ]
    [move] = view.installments
    assert (move.title, move.old_minor, move.new_minor, move.words) == (
        "CR-2026-0001 Scan at the gate", None, 25_050, "With the signature",
    )  # fmt: skip
    assert view.warnings == [f"{second} would start before T1 has ended."]
    assert view.problems == {}


def test_a_task_moves_earlier_by_working_days_and_keeps_its_length(change, project, ines, noon):
    task = TaskFactory(project=project)  # Monday and Tuesday

    add_task_effect(change=change, kind="SHIFT", task=task, shift_days=-1, actor=ines, at=noon)

    assert outlook(change).tasks[0].new == "27 February 2026 – 2 March 2026"


def test_what_it_says_of_requirements_and_tasks_goes_on_record_and_out_again(
    change, project, ines, noon
):
    task = TaskFactory(project=project, number=1, title="Wire")
    doing = {"actor": ines, "at": noon}
    add_task_effect(change=change, kind="SHIFT", task=task, shift_days=1, **doing)
    effect = add_requirement_effect(
        change=change, kind="ADD", text="New.", priority="MUST", **doing
    )

    remove_effect(effect=effect, **doing)
    remove_effect(effect=effect, **doing)

    said = Entry.objects.filter(action__startswith="delivery.change_effect").order_by("sequence")
    assert [entry.sentence for entry in said] == [
        "wrote in CR-2026-0001 what becomes of T1 Wire",
        "wrote in CR-2026-0001 what becomes of “New.”",
        "took out of CR-2026-0001 what becomes of “New.”",
    ]
    assert not change.requirement_effects.exists()


@pytest.mark.parametrize(
    ("refusal", "effect"),
    [
        (EffectIncomplete, {"kind": "ADD", "text": "No priority."}),
        (EffectIncomplete, {"kind": "CHANGE"}),
        (EffectIncomplete, {"kind": "CHANGE", "requirement": "own", "priority": "MUST"}),
        (AlreadyTouched, {"kind": "DROP", "requirement": "touched"}),
        (OfOtherProject, {"kind": "DROP", "requirement": "foreign"}),
        (CannotBeDone, {"kind": "DROP", "requirement": "accepted"}),
    ],
)
def test_an_effect_that_says_nothing_or_cannot_be_is_refused(
    change, project, ines, noon, refusal, effect
):
    touched = RequirementFactory(project=project)
    add_requirement_effect(change=change, kind="DROP", requirement=touched, actor=ines, at=noon)
    choice = {
        "own": RequirementFactory(project=project),
        "touched": touched,
        "foreign": RequirementFactory(),
        "accepted": RequirementFactory(project=project, state="ACCEPTED"),
    }
    if "requirement" in effect:
        effect = effect | {"requirement": choice[effect["requirement"]]}

    with pytest.raises(refusal):
        add_requirement_effect(change=change, actor=ines, at=noon, **effect)

    assert change.requirement_effects.count() == 1


@pytest.mark.parametrize(
    ("refusal", "effect"),
    [
        (EffectIncomplete, {"kind": "ADD", "title": "No day"}),
        (EffectIncomplete, {"kind": "SHIFT", "shift_days": 3}),
        (WrongDates, {"kind": "SHIFT", "task": "open", "shift_days": 501}),
        (WrongDates, {"kind": "ADD", "title": "T", "starts_on": date(2046, 1, 1)}),
        (CannotBeDone, {"kind": "SHIFT", "task": "done", "shift_days": 1}),
        (OfOtherProject, {"kind": "SHIFT", "task": "foreign", "shift_days": 1}),
    ],
)
def test_a_task_that_cannot_move_is_refused(change, project, ines, noon, refusal, effect):
    choice = {
        "open": TaskFactory(project=project),
        "done": TaskFactory(project=project, done=True),
        "foreign": TaskFactory(),
    }
    if "task" in effect:
        effect = effect | {"task": choice[effect["task"]]}

    with pytest.raises(refusal):
        add_task_effect(change=change, actor=ines, at=noon, **effect)

    assert not change.task_effects.exists()


def test_handing_in_needs_something_that_changes(change, ines, noon):
    with pytest.raises(NothingChanges):
        hand_in_change(change=change, actor=ines, at=noon)

    change.refresh_from_db()
    assert (change.state, change.handed_in_by) == (State.DRAFT, None)


def test_less_than_is_still_to_be_invoiced_is_refused_with_the_figures(change, project, ines, noon):
    InstallmentFactory(project=project, amount_minor=90_000, invoiced=True)
    InstallmentFactory(project=project, amount_minor=10_000)
    edit_change(change=change, price_minor=-10_001, actor=ines, at=noon)

    with pytest.raises(CannotBeDone) as refusal:
        hand_in_change(change=change, actor=ines, at=noon)

    assert str(refusal.value) == (
        "Only 100.00\xa0EUR are not invoiced yet, so 100.01\xa0EUR cannot be taken away. "
        "Make the difference smaller, or agree on a credit note first."
    )


def test_the_figures_are_told_to_nobody_who_may_not_see_money(change, project, ines, conny, noon):
    MemberFactory(project=project, user=conny)
    edit_change(change=change, price_minor=-100_001, actor=ines, at=noon)

    with pytest.raises(CannotBeDone) as refusal:
        hand_in_change(change=change, actor=conny, at=noon)

    assert str(refusal.value) == ("Its price cannot be agreed as it is. Ask who runs the project.")


def test_more_than_the_whole_contract_cannot_be_taken_away(change, ines, noon):
    edit_change(change=change, price_minor=-100_001, actor=ines, at=noon)

    with pytest.raises(CannotBeDone, match="more than the whole contract value"):
        hand_in_change(change=change, actor=ines, at=noon)


@pytest.fixture
def handed_in(change, ines, noon):
    add_requirement_effect(
        change=change, kind="ADD", text="Scans at gates.", priority="MUST", actor=ines, at=noon
    )
    return hand_in_change(change=change, actor=ines, at=noon)


def test_only_a_draft_is_written(handed_in, ines, noon):
    with pytest.raises(NotBeingWritten):
        edit_change(change=handed_in, title="Other", actor=ines, at=noon)
    with pytest.raises(NotBeingWritten):
        remove_effect(effect=handed_in.requirement_effects.get(), actor=ines, at=noon)

    assert handed_in.requirement_effects.count() == 1


def test_nobody_approves_their_own_text_while_another_manager_could(
    handed_in, ines, piet, conny, project, noon
):
    MemberFactory(project=project, user=conny)
    with pytest.raises(OwnText, match="You wrote this one, so Piet Example approves it"):
        approve_change(change=handed_in, actor=ines, at=noon)
    with pytest.raises(NotAllowed):
        approve_change(change=handed_in, actor=conny, at=noon)

    version = approve_change(change=handed_in, actor=piet, at=noon)

    handed_in.refresh_from_db()
    assert (handed_in.state, handed_in.approved_by) == (State.APPROVED, piet)
    assert (version.number, version.version, version.document_kind.code_required) == (
        "CR-2026-0001", 1, True,
    )  # fmt: skip
    assert project.steps.get(key="change").next_step == "Send CR-2026-0001 for signature"


def test_a_manager_alone_approves_what_they_wrote(handed_in, ines, noon):
    project = handed_in.project
    project.project_manager = None
    project.save(update_fields=["project_manager"])

    approve_change(change=handed_in, actor=ines, at=noon)

    handed_in.refresh_from_db()
    assert handed_in.approved_by == ines


def test_what_a_consultant_handed_in_for_a_manager_is_approved_by_the_other(
    change, ines, piet, conny, project, noon
):
    MemberFactory(project=project, user=conny)
    edit_change(change=change, acceptance="One more day.", actor=conny, at=noon)
    handed_in = hand_in_change(change=change, actor=conny, at=noon)

    with pytest.raises(OwnText):
        approve_change(change=handed_in, actor=ines, at=noon)
    approve_change(change=handed_in, actor=piet, at=noon)


def test_sending_back_withdraws_what_was_frozen_and_forgets_what_it_started_from(
    change, project, ines, piet, noon
):
    task = TaskFactory(project=project)
    add_task_effect(change=change, kind="SHIFT", task=task, shift_days=1, actor=ines, at=noon)
    hand_in_change(change=change, actor=ines, at=noon)
    version = approve_change(change=change, actor=piet, at=noon)
    effect = change.task_effects.get()
    assert (effect.old_starts_on, effect.starts_on, effect.ends_on) == (
        date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4),
    )  # fmt: skip

    send_back_change(change=change, reason="Too early.", actor=piet, at=noon)

    version.refresh_from_db()
    change.refresh_from_db()
    effect.refresh_from_db()
    assert version.status == "WITHDRAWN"
    assert (change.state, change.came_back_reason, change.approved_by) == (
        State.DRAFT, "Too early.", None,
    )  # fmt: skip
    assert (effect.old_starts_on, effect.starts_on) == (None, None)
    assert entries(change)[-2:] == ["delivery.change_approved", "delivery.change_sent_back"]
    with pytest.raises(IllegalMove):
        send_back_change(change=change, reason="Again.", actor=piet, at=noon)


def test_what_has_changed_since_the_approval_is_a_problem(change, project, ines, piet, noon):
    # given an approved change of a requirement, a task and the end
    requirement = RequirementFactory(project=project, number=1)
    task = TaskFactory(project=project, number=1, title="Wire")
    doing = {"change": change, "actor": ines, "at": noon}
    add_requirement_effect(**doing, kind="CHANGE", requirement=requirement, text="Other.")
    add_task_effect(**doing, kind="SHIFT", task=task, shift_days=1)
    edit_change(**doing, new_end_on=date(2026, 7, 1), price_minor=100)
    hand_in_change(**doing)
    approve_change(change=change, actor=piet, at=noon)

    # when each of them moves
    type(requirement).objects.update(priority="COULD")
    type(task).objects.update(starts_on=task.starts_on - timedelta(days=3))
    project.planned_end_on, project.contract_value_minor = date(2026, 8, 1), 200_000
    project.save()

    # then all but the price, which is a difference, are problems, and old is what was frozen
    change = ChangeRequest.objects.select_related("project").get(pk=change.pk)
    view = outlook(change)
    assert list(view.problems.values()) == [
        "R-001 was changed after this change was approved.",
        "T1 Wire was moved after this change was approved.",
        "The planned end was changed after this change was approved.",
    ]
    assert view.tasks[0].old == "2 March 2026 – 3 March 2026"
    assert view.price.old == "1,000.00\xa0EUR"


def test_a_draft_ignores_what_happens_around_it_until_it_is_handed_in(change, project, ines, noon):
    task = TaskFactory(project=project, title="Wire", number=1)
    add_task_effect(change=change, kind="SHIFT", task=task, shift_days=1, actor=ines, at=noon)
    type(task).objects.update(progress_percent=100, done_at=noon)

    with pytest.raises(CannotBeDone, match="T1 Wire is done"):
        hand_in_change(change=change, actor=ines, at=noon)

    task.delete()
    with pytest.raises(CannotBeDone, match="“Wire” is not in the plan any more"):
        hand_in_change(change=change, actor=ines, at=noon)
