from datetime import date

import pytest

from delivery.domain.links import (
    GoesInCircles,
    LinkedAlready,
    NothingToMove,
    OtherPlan,
    WrongLag,
    link_tasks,
    move_followers,
    unlink_tasks,
)
from delivery.domain.plans import (
    OwnerIsStranger,
    RequirementOfOthers,
    TwoOwners,
    WrongDates,
    add_task,
    change_task,
    move_task,
    remove_task,
)
from delivery.domain.progress import MilestoneStands, NotAShare, report_progress
from delivery.models import Task, TaskLink
from delivery.tests.factories import TaskFactory, TaskLinkFactory
from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.registry import LISTENERS, EventListener
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def add(project, ines, noon):
    def _add(title="Install", starts_on=MONDAY, **fields):
        given = {"project": project, "actor": ines, "at": noon} | fields
        return add_task(title=title, starts_on=starts_on, **given)

    return _add


@pytest.fixture
def heard():
    """What was announced as MILESTONE_DONE."""
    told = []

    def hear(*, reference, **_more):
        told.append(reference)

    LISTENERS.register(EventListener("test", "MILESTONE_DONE", hear))
    yield told
    del LISTENERS._items["test"]


def plan_step(project):
    step = project.steps.get(key="plan")
    return step.state, step.next_step


def sentences(project):
    return [entry.sentence for entry in Entry.objects.of_project(project.pk).order_by("pk")]


def test_add_task_numbers_it_and_starts_the_activity(project, add):
    first, second = add("Install"), add("Configure", ends_on=date(2026, 3, 9))

    assert [(task.code, task.position, task.duration_days) for task in (first, second)] == [
        ("T1", 1, 1),
        ("T2", 2, 6),
    ]
    assert plan_step(project) == ("IN_PROGRESS", "T1 Install")
    assert sentences(project) == [
        "planned T1 Install", "set “Implementation plan” to “In progress”", "planned T2 Configure",
    ]  # fmt: skip


def test_add_task_puts_it_behind_its_part_of_the_plan(project, add):
    for title, part in [("a", "Data"), ("b", "Going live"), ("c", "Data")]:
        add(title, phase_label=part)

    titles = Task.objects.filter(project=project).order_by("position")
    assert [task.title for task in titles] == ["a", "c", "b"]


def test_a_number_is_never_used_again(add, ines, noon):
    remove_task(task=add(), actor=ines, at=noon)

    assert add().code == "T2"


def test_a_milestone_takes_one_day_and_no_duration(add):
    task = add(is_milestone=True, ends_on=date(2026, 3, 20))

    assert (task.ends_on, task.duration_days) == (MONDAY, 0)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"ends_on": date(2026, 3, 1)}, WrongDates),
        ({"ends_on": date(2030, 3, 1)}, WrongDates),
        ({"starts_on": date(1926, 3, 2)}, WrongDates),
    ],
)
def test_add_task_refuses_dates_out_of_reason(project, add, fields, refusal):
    with pytest.raises(refusal):
        add(**fields)

    assert not project.tasks.exists()
    assert plan_step(project) == ("NOT_STARTED", "")


def test_add_task_refuses_strangers_and_two_owners(project, add, sam, ines):
    with pytest.raises(OwnerIsStranger):
        add(owner=sam)
    with pytest.raises(TwoOwners):
        add(owner=ines, owner_name="Mara")
    with pytest.raises(RequirementOfOthers):
        add(requirements=[RequirementFactory()])

    assert not project.tasks.exists()


@pytest.mark.parametrize("person", ["sam", "conny", "bea", "piet"])
def test_only_who_runs_the_project_plans(request, add, project, person):
    user = request.getfixturevalue(person)
    MemberFactory(project=project, user=user)

    with pytest.raises(NotAllowed):
        add(actor=user)

    assert not project.tasks.exists()


def test_nothing_is_planned_in_a_project_that_rests(add, project):
    project.state = "SUSPENDED"
    project.save()

    with pytest.raises(ProjectNotRunning):
        add()


def test_change_task_says_what_changed(project, add, ines, noon):
    task = change_task(
        task=add(), actor=ines, at=noon, place="Ward 3", starts_on=MONDAY, ends_on=MONDAY,
        requirements=[RequirementFactory(project=project)],
    )  # fmt: skip

    assert (task.place, task.requirements.count()) == ("Ward 3", 1)
    assert sentences(project)[-1] == "changed T1 Install: where, requirements"


def test_change_task_keeps_everything_when_refused(add, ines, noon):
    task = add()

    with pytest.raises(WrongDates):
        change_task(task=task, actor=ines, at=noon, title="New", ends_on=date(2026, 3, 1))

    task.refresh_from_db()
    assert (task.title, task.ends_on) == ("Install", MONDAY)


def test_move_task_changes_places_within_its_part(project, add, ines, noon):
    first, second, _third = add("a"), add("b"), add("c", phase_label="Other")

    move_task(task=second, direction="down", actor=ines, at=noon)
    move_task(task=first, direction="down", actor=ines, at=noon)

    assert [task.title for task in project.tasks.order_by("position")] == ["b", "a", "c"]


def test_report_progress_is_for_the_owner_and_finishes_the_plan(project, add, conny, noon):
    MemberFactory(project=project, user=conny)
    task = report_progress(task=add(owner=conny), percent=100, actor=conny, at=noon, note="Ready")

    assert (task.state, task.done_at, task.progress_note) == ("DONE", noon, "Ready")
    assert plan_step(project) == ("DONE", "")
    assert "finished T1 Install" in sentences(project)


def test_report_progress_refuses_others_and_what_is_no_share(project, add, conny, ines, noon):
    MemberFactory(project=project, user=conny)
    task = add()

    with pytest.raises(NotAllowed):
        report_progress(task=task, percent=50, actor=conny, at=noon)
    with pytest.raises(NotAShare):
        report_progress(task=task, percent=101, actor=ines, at=noon)

    task.refresh_from_db()
    assert task.progress_percent == 0


def test_a_task_that_is_not_done_after_all_opens_the_plan_again(project, add, ines, noon):
    task = report_progress(task=add(), percent=100, actor=ines, at=noon)

    task = report_progress(task=task, percent=90, actor=ines, at=noon)

    assert (task.state, task.done_at) == ("IN_PROGRESS", None)
    assert plan_step(project) == ("IN_PROGRESS", "T1 Install")


def test_a_milestone_is_announced_once_and_stands(add, ines, noon, heard):
    task = add(is_milestone=True)
    report_progress(task=task, percent=100, actor=ines, at=noon)
    report_progress(task=task, percent=100, actor=ines, at=noon, note="again")

    assert heard == [str(task.pk)]
    with pytest.raises(MilestoneStands):
        report_progress(task=task, percent=50, actor=ines, at=noon)
    with pytest.raises(MilestoneStands):
        remove_task(task=task, actor=ines, at=noon)
    with pytest.raises(MilestoneStands):
        change_task(task=task, actor=ines, at=noon, is_milestone=False)
    assert Task.objects.get(pk=task.pk).is_done is True


def test_a_milestone_that_nobody_could_hear_of_is_not_reached(add, ines, noon):
    def fail(**_anything):
        raise RuntimeError("no")

    task = add(is_milestone=True)
    LISTENERS.register(EventListener("test", "MILESTONE_DONE", fail))
    try:
        with pytest.raises(RuntimeError):
            report_progress(task=task, percent=100, actor=ines, at=noon)
    finally:
        del LISTENERS._items["test"]

    assert Task.objects.get(pk=task.pk).progress_percent == 0


def test_remove_task_takes_its_links_along(project, add, ines, noon):
    first, second = add("a"), add("b")
    link_tasks(predecessor=first, successor=second, actor=ines, at=noon)

    remove_task(task=first, actor=ines, at=noon)

    assert list(project.tasks.all()) == [second]
    assert not TaskLink.objects.exists()


def test_link_tasks_refuses_circles_of_any_length(add, ines, noon):
    a, b, c = add("a"), add("b"), add("c")
    link_tasks(predecessor=a, successor=b, actor=ines, at=noon)
    link_tasks(predecessor=b, successor=c, actor=ines, at=noon)

    for before, after in [(c, a), (b, a), (a, a)]:
        with pytest.raises(GoesInCircles):
            link_tasks(predecessor=before, successor=after, actor=ines, at=noon)

    assert TaskLink.objects.count() == 2


def test_link_tasks_refuses_twice_the_same_other_plans_and_wrong_lags(add, ines, noon):
    a, b = add("a"), add("b")
    link_tasks(predecessor=a, successor=b, actor=ines, at=noon)

    with pytest.raises(LinkedAlready):
        link_tasks(predecessor=a, successor=b, actor=ines, at=noon)
    with pytest.raises(OtherPlan):
        link_tasks(predecessor=TaskFactory(), successor=b, actor=ines, at=noon)
    with pytest.raises(WrongLag):
        link_tasks(predecessor=b, successor=add("c"), actor=ines, at=noon, lag_days=-1)

    assert TaskLink.objects.count() == 1


def test_unlink_twice_is_silent(add, ines, noon, project):
    link = link_tasks(predecessor=add("a"), successor=add("b"), actor=ines, at=noon)

    unlink_tasks(link=link, actor=ines, at=noon)
    said = sentences(project)
    unlink_tasks(link=TaskLink(pk=link.pk or 1, predecessor=link.predecessor,
                               successor=link.successor), actor=ines, at=noon)  # fmt: skip

    assert said[-1] == "T2 b no longer has to come after T1 a"
    assert sentences(project) == said


def test_move_followers_saves_the_moves_and_says_so(project, add, ines, noon):
    first = add("a", ends_on=date(2026, 3, 6))
    second = add("b", starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 5))
    TaskLinkFactory(predecessor=first, successor=second)

    move_followers(task=first, actor=ines, at=noon)

    second.refresh_from_db()
    assert (second.starts_on, second.ends_on) == (date(2026, 3, 9), date(2026, 3, 10))
    assert sentences(project)[-1] == "moved what comes after T1 a to later days: T2"
    with pytest.raises(NothingToMove):
        move_followers(task=first, actor=ines, at=noon)
