from datetime import timedelta

import pytest

from aftersales.domain.trainings import (
    AlreadyThere,
    NoPlaceLeft,
    NotBegun,
    NotOfThisCustomer,
    NotOfThisProject,
    add_trainees,
    note_attendance,
    plan_session,
    save_course,
)
from aftersales.models import Attendance
from aftersales.tests.factories import CourseFactory, TrainingSessionFactory
from implportal.kernel.errors import NotAllowed
from implportal.meetings.domain.meetings import Guest
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(ines):
    return TrainingSessionFactory(course__project__implementation_manager=ines, capacity=2)


def test_save_course_links_requirements_of_its_own_project(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    mine, other = RequirementFactory(project=project), RequirementFactory()
    given = {"project": project, "title": "Basics", "topics": "Search", "actor": ines, "at": noon}

    with pytest.raises(NotOfThisProject):
        save_course(requirements=[mine, other], **given)
    course = save_course(requirements=[mine], **given)

    assert list(course.requirements.all()) == [mine]
    assert project.steps.get(key="training").next_step == "Give the course “Basics”"
    with pytest.raises(AlreadyThere):
        save_course(requirements=[], **given)


def test_plan_session_puts_a_meeting_into_the_calendar(ines, noon):
    course = CourseFactory(project__implementation_manager=ines)

    session = plan_session(
        course=course,
        start_at=noon,
        end_at=noon + timedelta(hours=2),
        place="Room 1",
        capacity=8,
        trainer=ines,
        actor=ines,
        at=noon,
    )

    meeting = session.meeting
    assert (meeting.kind, meeting.title, meeting.organiser) == ("TRAINING", course.title, ines)


def test_add_trainees_refuses_more_than_places_and_adds_nobody(session, ines, noon):
    contact = ContactFactory(customer=session.course.project.customer)
    guests = [Guest("Uma"), Guest("Udo")]

    with pytest.raises(NoPlaceLeft, match="There are 2 places left, but 3"):
        add_trainees(session=session, contacts=[contact], guests=guests, actor=ines, at=noon)
    assert not Attendance.objects.exists()

    add_trainees(session=session, contacts=[contact], guests=guests[:1], actor=ines, at=noon)

    assert list(session.attendances.order_by("pk").values_list("name", flat=True)) == [
        contact.name,
        "Uma",
    ]


def test_add_trainees_refuses_strangers_and_the_same_person_twice(session, ines, noon):
    with pytest.raises(NotOfThisCustomer):
        add_trainees(session=session, contacts=[ContactFactory()], guests=[], actor=ines, at=noon)
    add_trainees(session=session, contacts=[], guests=[Guest("Uma")], actor=ines, at=noon)
    with pytest.raises(AlreadyThere):
        add_trainees(session=session, contacts=[], guests=[Guest("Uma")], actor=ines, at=noon)


def test_note_attendance_finishes_training_once_every_course_was_given(session, ines, noon):
    add_trainees(
        session=session, contacts=[], guests=[Guest("Uma"), Guest("Udo")], actor=ines, at=noon
    )
    uma = session.attendances.get(name="Uma")

    note_attendance(session=session, came=[uma.pk], actor=ines, at=noon)

    assert list(session.attendances.order_by("pk").values_list("name", "came", "came_at")) == [
        ("Uma", True, noon),
        ("Udo", False, None),
    ]
    assert session.course.project.steps.get(key="training").state == "DONE"
    note_attendance(session=session, came=[], actor=ines, at=noon)
    assert session.course.project.steps.get(key="training").state == "IN_PROGRESS"


def test_nobody_came_to_what_has_not_begun(session, ines, noon):
    with pytest.raises(NotBegun):
        note_attendance(session=session, came=[], actor=ines, at=noon - timedelta(hours=2))


def test_a_stranger_notes_nothing(session, sam, noon):
    with pytest.raises(NotAllowed):
        note_attendance(session=session, came=[], actor=sam, at=noon)
    with pytest.raises(NotAllowed):
        add_trainees(session=session, contacts=[], guests=[Guest("Uma")], actor=sam, at=noon)
