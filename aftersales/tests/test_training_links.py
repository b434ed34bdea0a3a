"""A trainee is invited by a link, reads when and where, and says whether he or she comes."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aftersales.domain.training_links import (
    NobodyToInvite,
    ReasonMissing,
    TrainingIsOver,
    invite_trainees,
    reply_to_invitation,
)
from aftersales.models import Attendance
from aftersales.tests.factories import CourseFactory, TrainingSessionFactory
from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.meetings.models import Meeting
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.domain.limits import ANSWERS_A_DAY, TooManyAnswers
from implportal.signing.models import SharedLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    """Links are judged by the real clock."""
    return timezone.now()


@pytest.fixture
def session(ines, now):
    """A training in three days with Carl, a contact, and Udo, whose name alone we know."""
    project = ProjectFactory(
        implementation_manager=ines, finishing=True, customer__time_zone="Asia/Shanghai"
    )
    course = CourseFactory(project=project, title="Basics", topics="Search\nReports")
    session = TrainingSessionFactory(course=course)
    Meeting.objects.filter(pk=session.meeting_id).update(
        start_at=now + timedelta(days=3),
        end_at=now + timedelta(days=3, hours=2),
        place="Room 4",
        time_zone="Asia/Shanghai",
    )
    carl = ContactFactory(customer=project.customer, name="Carl Client", email="carl@c.example")
    session.attendances.create(contact=carl, name=carl.name, email=carl.email)
    session.attendances.create(name="Udo User")
    session.refresh_from_db()
    return session


@pytest.fixture
def link(session, ines, now):
    return invite_trainees(session=session, actor=ines, at=now)[0]


@pytest.fixture
def visit():
    def _visit(link):
        mail = Message.objects.get(pk=link.message_id)
        client = Client()
        client.get(f"/s/{re.search(r'/s/([^/]+)/', mail.secrets['link'])[1]}/")
        return client

    return _visit


def page_of(link, route="training_link"):
    return reverse(f"aftersales:{route}", kwargs={"link_id": link.public_id})


def test_inviting_gives_each_trainee_with_an_address_one_link(session, ines, now):
    [link] = invite_trainees(session=session, actor=ines, at=now)

    assert (link.kind, link.name, link.subject.name) == ("ATTEND", "Carl Client", "Carl Client")
    assert link.expires_at > session.meeting.end_at
    mail = Message.objects.get(pk=link.message_id)
    assert "You have a place in the training “Basics”" in mail.text
    assert "Room 4" in mail.text
    assert Entry.objects.latest("pk").action == "aftersales.trainees_invited"
    with pytest.raises(NobodyToInvite):
        invite_trainees(session=session, actor=ines, at=now)
    assert SharedLink.objects.count() == 1


def test_inviting_is_for_those_who_work_on_the_project_and_before_it_begins(
    session, ines, sam, now
):
    with pytest.raises(NotAllowed):
        invite_trainees(session=session, actor=sam, at=now)
    with pytest.raises(TrainingIsOver):
        invite_trainees(session=session, actor=ines, at=session.meeting.start_at)

    assert not SharedLink.objects.exists()


def test_the_page_says_when_where_and_what_in_the_customers_time(link, visit, session):
    page = visit(link).get(page_of(link)).content.decode()

    local = timezone.localtime(session.meeting.start_at, ZoneInfo("Asia/Shanghai"))
    assert local.strftime("%H:%M") in page
    assert "(Asia/Shanghai)" in page
    assert all(word in page for word in ("Basics", "Room 4", "Search", "Reports", "I will come"))
    assert "Udo User" not in page


def test_the_first_page_of_the_link_is_the_training(link, visit):
    answer = visit(link).get(reverse("signing:link_start", kwargs={"link_id": link.public_id}))

    assert answer["Location"] == page_of(link)


def test_who_comes_says_so_with_one_button(link, visit, session, ines, sign_in):
    answer = visit(link).post(page_of(link), {"reply": "COMING"}, follow=True)

    attendance = session.attendances.get(name="Carl Client")
    assert (attendance.reply, attendance.reply_reason) == ("COMING", "")
    assert "You have said that you come" in answer.content.decode()
    shown = sign_in(ines).get(session.get_absolute_url()).content.decode()
    assert "comes" in shown
    assert "1 of 2" in shown
    assert Entry.objects.get(action="aftersales.trainee_replied").actor_name == "Carl Client"


def test_who_cannot_come_says_why_and_the_trainer_hears_of_it(link, visit, session, ines):
    browser = visit(link)

    refused = browser.post(page_of(link), {"reply": "NOT_COMING", "reason": " "})
    browser.post(page_of(link), {"reply": "NOT_COMING", "reason": "On holiday"})

    assert "Say in a few words why" in refused.content.decode()
    attendance = session.attendances.get(name="Carl Client")
    assert (attendance.reply, attendance.reply_reason) == ("NOT_COMING", "On holiday")
    told = Message.objects.get(dedupe_key__startswith="trainee-reply:")
    assert told.user == ines
    assert "On holiday" in told.text


def test_the_answer_can_be_changed_until_it_begins(link, session, now):
    reply_to_invitation(link=link, reply="NOT_COMING", reason="Ill", at=now)
    reply_to_invitation(link=link, reply="COMING", reason="Ill", at=now + timedelta(hours=1))
    with pytest.raises(TrainingIsOver):
        reply_to_invitation(link=link, reply="COMING", reason="", at=session.meeting.start_at)

    attendance = session.attendances.get(name="Carl Client")
    assert (attendance.reply, attendance.reply_reason) == ("COMING", "")
    assert attendance.replied_at == now + timedelta(hours=1)


def test_no_program_fills_the_mail_of_the_trainer(link, now):
    for number in range(ANSWERS_A_DAY):
        reply_to_invitation(link=link, reply="NOT_COMING", reason=f"Ill {number}", at=now)
    with pytest.raises(TooManyAnswers):
        reply_to_invitation(link=link, reply="COMING", reason="", at=now)

    assert Entry.objects.filter(action="aftersales.trainee_replied").count() == ANSWERS_A_DAY


def test_a_reason_of_blanks_is_none(link, now):
    with pytest.raises(ReasonMissing):
        reply_to_invitation(link=link, reply="NOT_COMING", reason="\x00 ", at=now)

    assert Attendance.objects.filter(reply="").count() == 2


def test_a_training_that_was_called_off_says_so_and_takes_no_answer(link, visit, session):
    Meeting.objects.filter(pk=session.meeting_id).update(state="CANCELLED")
    browser = visit(link)

    page = browser.get(page_of(link)).content.decode()
    refused = browser.post(page_of(link), {"reply": "COMING"})

    assert "This training was called off" in page
    assert "I will come" not in page
    assert "This training was called off" in refused.content.decode()
    assert not session.attendances.exclude(reply="").exists()


def test_the_calendar_file_names_nobody_else_and_no_page_of_ours(link, visit, session):
    answer = visit(link).get(page_of(link, "training_link_calendar"))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"SUMMARY:Basics" in answer.content
    assert b"ATTENDEE" not in answer.content
    assert b"/projects/" not in answer.content


@pytest.mark.parametrize(
    ("who", "status"), [("ines", 302), ("adam", 302), ("bea", 403), ("sam", 404)]
)
def test_staff_invite_from_the_page_of_the_session(who, status, session, request, sign_in):
    browser = sign_in(request.getfixturevalue(who))
    address = reverse(
        "aftersales:trainees_invite",
        kwargs={"project_pk": session.course.project_id, "pk": session.pk},
    )

    assert browser.post(address).status_code == status
    assert SharedLink.objects.exists() == (status == 302)


@pytest.mark.parametrize("people", [1, 25])
def test_the_page_of_the_session_costs_the_same_for_any_number(
    people, session, ines, sign_in, django_assert_max_num_queries
):
    for number in range(people):
        session.attendances.create(name=f"User {number}", email=f"u{number}@c.example")
    browser = sign_in(ines)

    # session, user, project, training, trainees, invited, news
    with django_assert_max_num_queries(8):
        browser.get(session.get_absolute_url())
