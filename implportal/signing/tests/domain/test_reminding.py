from datetime import UTC, date, datetime, timedelta

import pytest

from implportal.audit.models import Entry
from implportal.notifications.models import Message
from implportal.signing import reminders
from implportal.signing.activities import questions_to_answer, unread, unsigned
from implportal.signing.domain import reading
from implportal.signing.domain.ending import cancel_request
from implportal.signing.domain.reminding import remind_signers, reminder_dates
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import SharedLink, Signer
from implportal.signing.tests.conftest import token_of


@pytest.fixture
def now(noon):
    """Here no page is opened, so the fixed Monday will do."""
    return noon


@pytest.fixture
def request_(frozen, asked, carl):
    return asked(frozen(), [SignerSpec(carl)], valid_days=60)


def test_five_reminders_three_then_two_working_days_apart():
    assert list(reminder_dates(date(2026, 3, 2))) == [
        date(2026, 3, 5),
        date(2026, 3, 9),
        date(2026, 3, 11),
        date(2026, 3, 13),
        date(2026, 3, 17),
    ]


def test_a_reminder_carries_a_new_link_and_closes_the_old(request_, now):
    first = SharedLink.objects.get()
    thursday = now + timedelta(days=3)

    assert remind_signers(now=now + timedelta(days=2)) == 0
    assert remind_signers(now=thursday) == 1
    assert remind_signers(now=thursday) == 0

    signer = Signer.objects.select_related("link__message").get()
    assert signer.reminders == 1
    assert signer.link.replaces == first
    assert "still waits for your signature" in signer.link.message.text
    assert token_of(signer.link) != token_of(first)
    assert Entry.objects.filter(action="signing.signer_reminded").count() == 1


def test_after_five_reminders_there_are_no_more(request_, now):
    sent = sum(remind_signers(now=now + timedelta(days=days)) for days in range(40))

    assert sent == 5


def test_nobody_is_reminded_of_what_has_ended(request_, ines, now):
    cancel_request(request=request_, actor=ines, at=now, reason="Stop")

    assert remind_signers(now=now + timedelta(days=3)) == 0
    assert list(reminders.unsigned(now + timedelta(days=3))) == []


def test_nobody_is_reminded_in_a_project_that_rests(request_, project, now):
    project.state = "SUSPENDED"
    project.save(update_fields=["state"])

    assert remind_signers(now=now + timedelta(days=3)) == 0
    assert list(reminders.unsigned(now + timedelta(days=3))) == []


def test_the_sender_is_told_on_the_same_days(request_, ines, now):
    before = list(reminders.unsigned(now + timedelta(days=2)))
    (reminder,) = reminders.unsigned(now + timedelta(days=3))

    assert before == []
    assert (reminder.user, reminder.due_on) == (ines, date(2026, 3, 5))
    assert reminder.subject == "Carl Client has not signed “Roll-out” yet"


def test_a_question_is_reminded_of_after_a_working_day(frozen, shared, ines, noon):
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)
    reading.ask_question(link=shared(frozen()), section_key="s3", text="Net?", at=friday)

    assert list(reminders.unanswered(datetime(2026, 3, 8, 12, tzinfo=UTC))) == []
    (reminder,) = reminders.unanswered(datetime(2026, 3, 9, 1, tzinfo=UTC))
    assert (reminder.user, reminder.due_on) == (ines, date(2026, 3, 9))


def test_who_waits_for_whom(request_, frozen, shared, ines, sam, now):
    version = request_.version
    link = shared(version)
    reading.ask_question(link=link, section_key="s3", text="Net?", at=now)
    week_later = now + timedelta(days=7)

    (question,) = questions_to_answer(ines, week_later)
    (signature,) = unsigned(ines, week_later)
    (reader,) = unread(ines, week_later)

    assert (question.on, question.urgency) == ("YOU", 2)
    assert (signature.on, signature.who, signature.since) == ("CUSTOMER", "Carl Client", now)
    assert signature.urgency == 2
    assert reader.who == "Carl Client"
    assert not [*questions_to_answer(sam, now), *unsigned(sam, now), *unread(sam, now)]
    assert Message.objects.filter(to="carl@client.example").count() == 2
