from datetime import date, timedelta

import pytest

from delivery.activities import kickoffs_waiting, tasks_of_requirements, tasks_waiting
from delivery.reminders import tasks_due, tasks_late
from delivery.tests.factories import KickoffFactory, TaskFactory
from implportal.notifications.domain.reminders import send_due_reminders
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ProjectFactory
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


def due_in(days, **fields):
    day = MONDAY + timedelta(days=days)
    return TaskFactory(starts_on=day, ends_on=day, **fields)


def test_tasks_due_within_three_days_or_late_wait_for_their_owner(conny, noon):
    due_in(-1, owner=conny, title="late")
    due_in(3, owner=conny, title="soon")
    due_in(4, owner=conny)
    due_in(0)
    due_in(0, owner=conny, done=True)
    due_in(0, owner=conny, project=ProjectFactory(state="SUSPENDED"))

    waiting = list(tasks_waiting(conny, noon))

    assert [(one.text.split(" ", 1)[1], one.urgency) for one in waiting] == [
        ("late is late", 2), ("soon is due", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("tasks", [1, 25])
def test_what_waits_costs_one_query(conny, noon, django_assert_num_queries, tasks):
    for _ in range(tasks):
        due_in(0, owner=conny)

    with django_assert_num_queries(1):
        assert len(list(tasks_waiting(conny, noon))) == tasks


def test_a_kickoff_waits_when_its_day_has_come_and_nothing_is_missing(ines, piet, noon):
    project = ProjectFactory(implementation_manager=ines, project_manager=piet)
    KickoffFactory(project=project)

    assert list(kickoffs_waiting(ines, noon)) == []
    project.steps.filter(key__in=["survey", "solution"]).update(state="DONE")
    assert [one.project for one in kickoffs_waiting(ines, noon)] == [project]
    assert list(kickoffs_waiting(ines, noon - timedelta(days=2))) == []
    assert list(kickoffs_waiting(piet, noon)) == []


def test_requirements_know_the_tasks_that_build_them():
    task = TaskFactory(number=3, title="Import")
    requirement = RequirementFactory(project=task.project)
    task.requirements.add(requirement)

    assert tasks_of_requirements([requirement, RequirementFactory()]) == {
        requirement.pk: [("T3 Import", task.get_absolute_url(), task.pk)]
    }


@pytest.mark.parametrize(("days", "reminded"), [(3, 0), (2, 1), (0, 1), (-1, 0)])
def test_owners_are_reminded_two_days_before(conny, noon, days, reminded):
    due_in(days, owner=conny)

    assert [one.user for one in tasks_due(noon)] == [conny] * reminded


@pytest.mark.parametrize(
    ("days", "due"), [(0, []), (1, [1]), (6, [1]), (7, [7]), (14, [7]), (15, [])]
)
def test_late_tasks_remind_owner_and_project_manager(conny, piet, noon, days, due):
    project = ProjectFactory(delivering=True, project_manager=piet)
    due_in(-days, owner=conny, project=project)

    reminders = list(tasks_late(noon))

    assert [(one.user, one.due_on) for one in reminders] == [
        (person, MONDAY - timedelta(days=days - after)) for after in due for person in (conny, piet)
    ]


def test_everybody_hears_once_and_nobody_of_projects_that_rest(conny, noon):
    due_in(2, owner=conny, title="Import", number=4)
    due_in(2, owner=conny, project=ProjectFactory(state="SUSPENDED"))

    send_due_reminders(now=noon)
    send_due_reminders(now=noon + timedelta(hours=1))

    message = Message.objects.get(user=conny)
    assert message.subject == "Due soon: T4 Import"
    assert "is due on Wednesday 4 March 2026. It stands at 0 %." in message.text
