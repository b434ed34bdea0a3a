import pytest
from django.urls import reverse

from aftersales.models import TrainingSession
from aftersales.tests.factories import CourseFactory, TrainingSessionFactory
from implportal.projects.tests.factories import ContactFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines, finishing=True)


def url(name, project, **kwargs):
    return reverse(f"aftersales:{name}", kwargs={"project_pk": project.pk, **kwargs})


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_costs_the_same_for_any_number_of_courses(
    sign_in, project, ines, django_assert_num_queries, count
):
    for _ in range(count):
        TrainingSessionFactory(course__project=project)
    browser = sign_in(ines)

    # session, user, project, courses, their sessions, their requirements, news
    with django_assert_num_queries(7):
        response = browser.get(url("training_list", project))

    assert len(response.context["courses"]) == count


@pytest.mark.parametrize(
    ("person", "answers"),
    [
        ("ines", (200, 200, 200)),
        ("adam", (200, 200, 200)),
        ("bea", (200, 200, 403)),
        ("conny", (404, 404, 404)),
        ("sam", (404, 404, 404)),
    ],
)
def test_who_reaches_which_page(request, sign_in, project, person, answers):
    session = TrainingSessionFactory(course__project=project)
    browser = sign_in(request.getfixturevalue(person))

    assert (
        browser.get(url("training_list", project)).status_code,
        browser.get(url("training_session", project, pk=session.pk)).status_code,
        browser.get(url("trainees_add", project, pk=session.pk)).status_code,
    ) == answers


def test_from_a_course_to_attendance_through_the_browser(sign_in, project, ines):
    contact = ContactFactory(customer=project.customer, name="Dora Example")
    browser = sign_in(ines)

    browser.post(url("course_create", project), {"title": "Basics", "topics": "Search"})
    course = project.courses.get()
    browser.post(
        url("session_plan", project, pk=course.pk),
        {
            "start_at": "2026-03-02T09:00",
            "hours": "1.5",
            "trainer": ines.pk,
            "capacity": "2",
            "place": "Room 1",
        },
    )
    session = TrainingSession.objects.get()
    assert (session.meeting.end_at - session.meeting.start_at).total_seconds() == 90 * 60
    people = {"contacts": [contact.pk], "guests": "Uma Example, uma@customer.example\nUdo"}
    refused = browser.post(url("trainees_add", project, pk=session.pk), people)
    assert "There are 2 places left, but 3 people were chosen." in refused.content.decode()
    people["guests"] = "Uma Example, uma@customer.example"
    browser.post(url("trainees_add", project, pk=session.pk), people)
    uma = session.attendances.get(email="uma@customer.example")
    assert uma.name == "Uma Example"
    browser.post(url("training_session", project, pk=session.pk), {"came": [uma.pk, "x"]})

    assert list(session.attendances.order_by("name").values_list("name", "came")) == [
        ("Dora Example", False),
        ("Uma Example", True),
    ]
    assert project.steps.get(key="training").state == "DONE"


@pytest.mark.parametrize("line", ["uma@customer.example", "Uma <not@an@address>", "x" * 200])
def test_a_line_that_names_nobody_is_refused_at_its_field(sign_in, project, ines, line):
    session = TrainingSessionFactory(course=CourseFactory(project=project))

    response = sign_in(ines).post(url("trainees_add", project, pk=session.pk), {"guests": line})

    assert "is not a name with an e-mail address" in response.content.decode()
    assert not session.attendances.exists()


def test_it_overlooks_keys_that_no_row_can_have(sign_in, project, ines):
    session = TrainingSessionFactory(course__project=project)

    answer = sign_in(ines).post(session.get_absolute_url(), {"came": ["9" * 5000, "9" * 20]})

    assert answer.status_code == 302
