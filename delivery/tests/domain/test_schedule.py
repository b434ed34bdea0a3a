from datetime import date

import pytest

from delivery.domain.schedule import find_clashes, leads_to, moves_after, read_network
from delivery.models import Task, TaskLink
from implportal.accounts.models import User


def march(day: int) -> date:
    return date(2026, 3, day)


def task(number, first, last, **fields):
    return Task(
        pk=number, number=number, title=f"Task {number}", starts_on=march(first),
        ends_on=march(last), **fields,
    )  # fmt: skip


def plan(*tasks, links=()):
    return read_network(
        tasks,
        [
            TaskLink(pk=index, predecessor_id=before, successor_id=after, lag_days=lag)
            for index, (before, after, lag) in enumerate(links)
        ],
    )


def said(clashes):
    return {
        pk: [(clash.other.number, clash.is_person) for clash in found]
        for pk, found in clashes.items()
    }


def moved(moves):
    return [(move.task.number, move.starts_on.day, move.ends_on.day) for move in moves]


def test_a_task_that_starts_before_its_predecessor_ends_clashes():
    network = plan(task(1, 2, 4), task(2, 4, 5), links=[(1, 2, 0)])

    assert said(find_clashes(network)) == {2: [(1, False)]}


@pytest.mark.parametrize(("first", "lag", "clashes"), [(9, 0, {}), (9, 1, {2: [(1, False)]})])
def test_the_weekend_is_no_lag(first, lag, clashes):
    network = plan(task(1, 2, 6), task(2, first, 10), links=[(1, 2, lag)])

    assert said(find_clashes(network)) == clashes


def test_a_milestone_may_fall_on_the_last_day_of_its_predecessor():
    network = plan(task(1, 2, 4), task(2, 4, 4, is_milestone=True), links=[(1, 2, 0)])

    assert find_clashes(network) == {}


def test_what_is_done_clashes_with_nothing():
    network = plan(
        task(1, 2, 4), task(2, 3, 5, progress_percent=100), links=[(1, 2, 0)]
    )  # fmt: skip

    assert find_clashes(network) == {}


def test_one_person_at_two_tasks_clashes_at_both():
    conny = User(pk=7, name="Conny")
    network = plan(
        task(1, 2, 4, owner=conny),
        task(2, 4, 5, owner=conny),
        task(3, 5, 6, owner_name="Mara"),
        task(4, 6, 6, owner_name="mara "),
        task(5, 4, 4, owner=conny, is_milestone=True),
    )

    assert said(find_clashes(network)) == {
        1: [(2, True)], 2: [(1, True)], 3: [(4, True)], 4: [(3, True)],
    }  # fmt: skip


def test_moves_after_pushes_followers_over_the_weekend_and_keeps_their_length():
    network = plan(
        task(1, 2, 6), task(2, 4, 6), task(3, 9, 9, is_milestone=True), task(4, 2, 3),
        links=[(1, 2, 0), (2, 3, 0)],
    )  # fmt: skip

    assert moved(moves_after(network, network.tasks[1])) == [(2, 9, 11), (3, 11, 11)]


def test_moves_after_waits_for_the_latest_of_several_predecessors():
    network = plan(
        task(1, 2, 6), task(2, 4, 4), task(3, 4, 13), task(4, 5, 5),
        links=[(1, 2, 0), (2, 4, 0), (3, 4, 1)],
    )  # fmt: skip

    assert moved(moves_after(network, network.tasks[1])) == [(2, 9, 9), (4, 17, 17)]


def test_moves_after_pulls_nothing_forward_and_leaves_what_is_done():
    network = plan(
        task(1, 2, 4), task(2, 20, 20), task(3, 3, 3, progress_percent=100), task(4, 4, 4),
        links=[(1, 2, 0), (1, 3, 0), (3, 4, 0)],
    )  # fmt: skip

    assert moves_after(network, network.tasks[1]) == []


def test_leads_to_follows_links_over_any_distance():
    network = plan(*[task(n, 2, 2) for n in (1, 2, 3, 4)], links=[(1, 2, 0), (2, 3, 0)])

    assert leads_to(network, start=1, target=3) is True
    assert leads_to(network, start=3, target=1) is False
    assert leads_to(network, start=1, target=4) is False


def test_links_to_tasks_that_are_not_given_are_left_out():
    assert plan(task(1, 2, 2), links=[(1, 9, 0)]).links == []
