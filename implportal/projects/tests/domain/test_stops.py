from datetime import date, timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.projects.activities import look_again
from implportal.projects.domain.stops import (
    DateHasPassed,
    NotInPresales,
    ReasonMissing,
    causes_of,
    outcome_of,
    resume_project,
    stop_project,
)
from implportal.projects.models import Project, Stop
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


def lose(project, actor, at, **changes):
    said = {"reason": "They chose another", "cause": "COMPETITOR", "lost_to": "Other Ltd"}
    return stop_project(project=project, state="LOST", actor=actor, at=at, **said | changes)


def test_a_lost_project_says_why_and_to_whom(ines, project, noon):
    lost = lose(project, ines, noon)

    stop = Stop.objects.get()
    assert (lost.state, lost.state_reason) == ("LOST", "They chose another")
    assert (stop.state, stop.phase, stop.cause, stop.lost_to) == (
        "LOST", "PRESALES", "COMPETITOR", "Other Ltd",
    )  # fmt: skip
    assert (stop.stopped_at, stop.stopped_by, stop.resumed_at) == (noon, ines, None)


def test_a_lost_project_is_reopened_with_a_reason(ines, project, noon):
    lose(project, ines, noon)

    resume_project(project=project, actor=ines, at=noon + timedelta(days=9), reason="New board")

    project.refresh_from_db()
    stop = Stop.objects.get()
    assert (project.state, project.state_reason) == ("RUNNING", "")
    assert (stop.resumed_at, stop.resumed_reason) == (noon + timedelta(days=9), "New board")
    assert Entry.objects.of_project(project.pk).latest("pk").sentence == (
        "reopened the lost project: New board"
    )


def test_a_lost_project_is_not_reopened_without_a_reason(ines, project, noon):
    lose(project, ines, noon)

    with pytest.raises(ReasonMissing):
        resume_project(project=project, actor=ines, at=noon, reason=" ")

    project.refresh_from_db()
    assert (project.state, Stop.objects.get().resumed_at) == ("LOST", None)


def test_a_cancelled_project_stays_cancelled(ines, project, noon):
    stop_project(project=project, state="CANCELLED", actor=ines, at=noon, reason="Merged")

    with pytest.raises(IllegalMove):
        resume_project(project=project, actor=ines, at=noon, reason="Again")


def test_a_resting_project_that_is_lost_no_longer_rests(ines, project, noon):
    stop_project(
        project=project, state="SUSPENDED", actor=ines, at=noon, reason="Budget", cause="BUDGET",
        look_again_on=date(2026, 4, 1),
    )  # fmt: skip

    lose(project, ines, noon + timedelta(days=1))

    stops = Stop.objects.order_by("pk").values_list("state", "resumed_at", "look_again_on")
    assert list(stops) == [
        ("SUSPENDED", noon + timedelta(days=1), date(2026, 4, 1)),
        ("LOST", None, None),
    ]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": "  "}, ReasonMissing),
        ({"state": "SUSPENDED", "look_again_on": date(2026, 3, 2)}, DateHasPassed),
    ],
)
def test_a_project_does_not_stop_on_such_words(ines, project, noon, changes, refusal):
    values = {"state": "LOST", "reason": "Why", **changes}

    with pytest.raises(refusal):
        stop_project(project=project, actor=ines, at=noon, **values)

    project.refresh_from_db()
    assert (project.state, Stop.objects.exists()) == ("RUNNING", False)


def test_only_a_project_in_presales_is_lost(ines, noon):
    project = ProjectFactory(implementation_manager=ines, delivering=True)

    with pytest.raises(NotInPresales):
        lose(project, ines, noon)


def test_strangers_neither_stop_nor_reopen(ines, sam, project, noon):
    with pytest.raises(NotAllowed):
        lose(project, sam, noon)
    lose(project, ines, noon)
    with pytest.raises(NotAllowed):
        resume_project(project=project, actor=sam, at=noon, reason="Mine")


def test_of_two_who_stop_it_one_wins(ines, project, noon, together):
    outcomes = together(lambda: lose(project, ines, noon), lambda: lose(project, ines, noon))

    assert sorted(type(one).__name__ for one in outcomes) == ["IllegalMove", "Project"]
    assert Stop.objects.count() == 1


def test_a_resting_project_comes_back_to_its_manager_on_the_day(ines, sam, project, noon):
    stop_project(
        project=project, state="SUSPENDED", actor=ines, at=noon, reason="Budget",
        look_again_on=date(2026, 3, 9),
    )  # fmt: skip

    assert list(look_again(ines, noon + timedelta(days=6))) == []
    assert list(look_again(sam, noon + timedelta(days=7))) == []
    [line] = look_again(ines, noon + timedelta(days=7))
    assert (line.project, line.text) == (
        project,
        "It rests, and you wanted to look at it again: Budget",
    )


def test_causes_are_counted_and_currencies_kept_apart(ines, noon, django_assert_num_queries):
    for cause, currency, value in (
        ("PRICE", "EUR", 100), ("PRICE", "CHF", 50), ("PRICE", "EUR", 7), ("TIMING", "EUR", 0),
    ):  # fmt: skip
        project = ProjectFactory(
            implementation_manager=ines, currency=currency, contract_value_minor=value
        )
        lose(project, ines, noon, cause=cause)

    with django_assert_num_queries(1):
        figures = causes_of(Stop.objects.all())

    assert [(one.cause, one.count, one.values) for one in figures] == [
        ("PRICE", 3, [("CHF", 50), ("EUR", 107)]),
        ("TIMING", 1, []),
    ]


def test_what_became_of_decided_projects(ines, noon):
    ProjectFactory(implementation_manager=ines)
    ProjectFactory.create_batch(2, implementation_manager=ines, delivering=True)
    lose(ProjectFactory(implementation_manager=ines), ines, noon)

    outcome = outcome_of(Project.objects.all())

    assert (outcome.won, outcome.lost, outcome.percent_won) == (2, 1, 67)
    assert outcome_of(Project.objects.none()).percent_won is None
