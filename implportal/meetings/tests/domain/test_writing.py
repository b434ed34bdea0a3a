from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.meetings.domain.writing import MinutesWereChanged, write_minutes
from implportal.meetings.models import Meeting
from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(meeting, ines, noon):
    def _write(text, based_on=None, **changes):
        given = {"meeting": meeting, "actor": ines, "at": noon}
        return write_minutes(minutes=text, based_on=based_on, **given | changes)

    return _write


def entries():
    return Entry.objects.filter(action="meetings.minutes_written").count()


def test_each_save_counts_up_and_the_same_text_again_is_silent(write):
    assert write("One", 0).minutes_revision == 1
    assert write("One", 1).minutes_revision == 1
    assert write("Two", 1).minutes_revision == 2


def test_the_second_saver_overwrites_nothing_and_sees_what_is_there(write, meeting, conny, ines):
    MemberFactory(project=meeting.project, user=conny)
    write("Hers", 0, actor=conny)

    with pytest.raises(MinutesWereChanged) as refused:
        write("His", 0)

    assert refused.value.meeting.minutes == "Hers"
    assert Meeting.objects.get().minutes == "Hers"
    assert write("Both", refused.value.meeting.minutes_revision).minutes == "Both"


def test_two_who_wrote_the_same_do_not_quarrel(write):
    write("Agreed", 0)

    assert write("Agreed", 0).minutes_revision == 1


def test_writing_goes_on_record_once_an_hour_for_each_person(write, meeting, conny, noon):
    MemberFactory(project=meeting.project, user=conny)
    write("One", at=noon)
    write("Two", at=noon + timedelta(minutes=59))
    assert entries() == 1

    write("Three", at=noon + timedelta(minutes=59), actor=conny)
    write("Four", at=noon + timedelta(minutes=61))
    assert entries() == 3


def test_who_does_not_work_on_the_project_writes_nothing(write, conny):
    with pytest.raises(NotAllowed):
        write("x", actor=conny)

    assert Meeting.objects.get().minutes == ""


def test_of_two_who_save_at_once_one_wins_and_the_other_is_told(together, ines, noon):
    meeting = MeetingFactory(project__implementation_manager=ines)

    def save(text):
        return lambda: write_minutes(meeting=meeting, minutes=text, based_on=0, actor=ines, at=noon)

    results = together(save("One"), save("Two"))

    refused = [one for one in results if isinstance(one, MinutesWereChanged)]
    (kept,) = [one for one in results if isinstance(one, Meeting)]
    assert len(refused) == 1
    assert Meeting.objects.get().minutes == kept.minutes == refused[0].meeting.minutes
