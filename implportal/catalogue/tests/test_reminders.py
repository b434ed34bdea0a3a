from datetime import date, timedelta

import pytest

from implportal.catalogue.reminders import qualifications_ending
from implportal.catalogue.tests.factories import QualificationFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


def told(now):
    return [(reminder.user, reminder.subject) for reminder in qualifications_ending(now)]


def test_the_owner_is_told_sixty_days_before_a_qualification_ends(ines, adam, noon):
    QualificationFactory(title="ISO 9001", owner=ines, valid_until=TODAY + timedelta(days=60))
    QualificationFactory(title="Later", owner=ines, valid_until=TODAY + timedelta(days=61))
    QualificationFactory(title="Gone", owner=ines, valid_until=TODAY - timedelta(days=1))
    QualificationFactory(title="Endless", owner=ines)

    assert told(noon) == [(ines, "“ISO 9001” ends on 1 May 2026")]


def test_nobody_is_told_twice_of_the_same_end(ines, noon):
    QualificationFactory(owner=ines, valid_until=TODAY + timedelta(days=9))

    [first], [second] = qualifications_ending(noon), qualifications_ending(noon + timedelta(days=1))

    assert (first.subject_key, first.due_on) == (second.subject_key, second.due_on)


@pytest.mark.parametrize("owner", ["nobody", "gone"])
def test_administrators_are_told_where_no_owner_would_hear_of_it(ines, adam, noon, owner):
    ines.is_active = False
    ines.save()
    QualificationFactory(
        title="ISO 9001", owner=None if owner == "nobody" else ines, valid_until=TODAY
    )

    assert told(noon) == [(adam, "“ISO 9001” ends on 2 March 2026")]
