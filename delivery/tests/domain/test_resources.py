from datetime import date

import pytest

from delivery.domain.resources import Overload, Share, overloads, shares_elsewhere
from implportal.projects.tests.factories import MemberFactory, ProjectFactory


def day(number):
    return date(2026, 3, number)


def test_shares_that_fit_are_no_overload():
    own = Share("A", 50, day(2), day(20))

    assert overloads(own=own, others=[Share("B", 50, day(1), day(31))]) == []


def test_an_overload_is_told_by_its_days_and_projects():
    own = Share("A", 60, day(2), day(20))
    others = [Share("B", 80, day(10), day(12)), Share("C", 100, day(21), None)]

    assert overloads(own=own, others=others) == [Overload(day(10), day(12), 140, ("A", "B"))]


def test_open_ends_stay_open():
    found = overloads(own=Share("A", 60, None, None), others=[Share("B", 50, day(5), None)])

    assert found == [Overload(day(5), None, 110, ("A", "B"))]


@pytest.mark.django_db
def test_shares_elsewhere_looks_at_other_running_projects_only(conny):
    here = MemberFactory(user=conny).project
    other = MemberFactory(user=conny, percent=40).project
    MemberFactory(user=conny, project=ProjectFactory(state="SUSPENDED"))

    assert shares_elsewhere(user=conny, project=here) == [Share(other.code, 40, None, None)]
