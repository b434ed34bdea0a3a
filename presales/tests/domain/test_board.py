from datetime import timedelta

import pytest

from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.domain.stops import stop_project
from implportal.projects.models import Project, Step
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.board import PRESALES_KEYS, attach_courts, counts_by_activity, with_standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines, customer__name="City Hospital")


def stand(project, key, state, **fields):
    Step.objects.filter(project=project, key=key).update(state=state, **fields)


def board(noon):
    return attach_courts(with_standing(Project.objects.order_by("pk"), now=noon), now=noon)


def court(noon):
    [project] = board(noon)
    return project.current_key, project.court.on, project.court.who, project.court.what


def test_a_new_project_is_ours_and_begins_with_the_introduction(ines, project, noon):
    assert court(noon + timedelta(days=3)) == (
        "introduction", "US", ines.name, "Company introduction",
    )  # fmt: skip
    assert board(noon + timedelta(days=3))[0].court.days == 3


def test_what_moves_goes_before_what_is_not_begun(project, conny, noon):
    stand(
        project, "solution", "IN_PROGRESS", owner=conny, next_step="Answer two questions",
        state_since=noon,
    )  # fmt: skip

    assert court(noon) == ("solution", "US", conny.name, "Answer two questions")


def test_the_customer_has_the_ball_from_the_moment_it_was_passed(project, noon):
    stand(
        project, "survey", "WAITING", waiting_on="Carl Customer",
        state_since=noon - timedelta(days=9),
    )  # fmt: skip

    assert court(noon) == ("survey", "CUSTOMER", "Carl Customer", "Pre-sales research")
    assert board(noon)[0].court.days == 9


def test_a_project_with_all_seven_settled_is_ready(ines, project, noon):
    Step.objects.filter(project=project, key__in=PRESALES_KEYS).update(state="DONE")

    assert court(noon) == ("READY", "US", ines.name, "Open the gate to delivery")
    assert [key for key, _state, _late in board(noon)[0].life] == PRESALES_KEYS


def test_it_is_ready_since_the_last_activity_was_settled(project, noon):
    Step.objects.filter(project=project).update(state="DONE", state_since=noon)
    stand(project, "survey", "DONE", state_since=noon + timedelta(days=2))

    assert board(noon + timedelta(days=7))[0].court.days == 5


def test_the_next_meeting_is_the_first_that_is_still_to_come(project, noon):
    def meet(days, **fields):
        start = noon + timedelta(days=days)
        return MeetingFactory(
            project=project, start_at=start, end_at=start + timedelta(hours=1), **fields
        )

    meet(-1)
    meet(1, state="CANCELLED")
    second = meet(3)
    meet(5)

    assert board(noon)[0].meeting == second


def test_only_presales_that_runs_or_rests_is_on_the_board(ines, project, noon):
    ProjectFactory(implementation_manager=ines, delivering=True)
    lost = ProjectFactory(implementation_manager=ines)
    stop_project(project=lost, state="LOST", actor=ines, at=noon, reason="Price")
    resting = ProjectFactory(implementation_manager=ines)
    stop_project(project=resting, state="SUSPENDED", actor=ines, at=noon, reason="Budget")

    assert board(noon) == [project, resting]


@pytest.mark.parametrize("projects", [1, 25])
def test_counting_and_reading_cost_the_same_for_any_number(
    ines, noon, django_assert_num_queries, projects
):
    ProjectFactory.create_batch(projects, implementation_manager=ines)

    with django_assert_num_queries(3):  # projects, lives, steps; no meetings to read
        board(noon)
    with django_assert_num_queries(1):
        counts = counts_by_activity(with_standing(Project.objects.all(), now=noon))
    assert counts == {"introduction": projects}
