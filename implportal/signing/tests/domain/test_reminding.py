from datetime import UTC, date, datetime, timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.signing import reminders
from implportal.signing.activities import questions_to_answer, unread, unsigned
from implportal.signing.domain import codes, reading
from implportal.signing.domain.delegation import delegate_for
from implportal.signing.domain.ending import cancel_request
from implportal.signing.domain.extending import extend_request
from implportal.signing.domain.reminding import (
    TooSoon,
    remind_now,
    remind_signers,
    reminder_dates,
)
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.domain.turns import NotYourTurn
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


def days_of_reminders(now, days=40):
    """The days, counted from ``now``, on which the sweep sends reminders."""
    return [number for number in range(days) if remind_signers(now=now + timedelta(days=number))]


def test_the_rhythm_is_three_working_days_then_every_two_and_five_times(request_, now):
    """Asked on Monday 2 March: Thursday, Monday, Wednesday, Friday, Tuesday."""
    assert days_of_reminders(now) == [3, 7, 9, 11, 15]


def test_who_has_handed_over_is_left_in_peace_and_the_new_one_has_a_rhythm_of_their_own(
    request_, ines, now
):
    delegate_for(
        signer=request_.signers.get(), name="Eve", email="eve@client.example", reason="Ill",
        actor=ines, at=now + timedelta(days=4),
    )  # fmt: skip

    # Asked on Friday 6 March: Wednesday, Friday, Tuesday, Thursday, Monday.
    assert days_of_reminders(now) == [9, 11, 15, 17, 21]
    reminded = Message.objects.filter(text__contains="still waits for your signature")
    assert {message.to for message in reminded} == {"eve@client.example"}


def test_nobody_is_reminded_after_the_deadline(frozen, asked, carl, now):
    asked(frozen(), [SignerSpec(carl)], valid_days=8)

    assert days_of_reminders(now) == [3, 7]


def test_more_time_goes_on_with_the_rhythm(frozen, asked, carl, ines, now):
    request = asked(frozen(), [SignerSpec(carl)], valid_days=8)
    extend_request(request=request, deadline=date(2026, 3, 31), actor=ines, at=now)

    assert days_of_reminders(now) == [3, 7, 9, 11, 15]
    assert "31 March 2026" in Signer.objects.get().link.message.text


def test_nobody_is_reminded_at_an_address_that_does_not_take_mail(request_, ines, now):
    SharedLink.objects.update(undelivered_at=now, undelivered_reason="550 no such user")

    assert days_of_reminders(now) == []
    (told,) = reminders.unsigned(now + timedelta(days=3))
    assert (told.user, told.text) == (
        ines, "The mail with the link came back, so no more are sent. Check the address.",
    )  # fmt: skip
    assert SharedLink.objects.count() == 1


def test_a_new_link_after_the_address_was_put_right_goes_on_with_the_rhythm(request_, ines, now):
    SharedLink.objects.update(undelivered_at=now, undelivered_reason="550 no such user")
    remind_now(signer=request_.signers.get(), actor=ines, at=now + timedelta(days=4))

    assert days_of_reminders(now) == [7, 9, 11, 15]


def test_who_runs_the_project_reminds_by_hand_once_a_day(request_, ines, now):
    signer = request_.signers.get()

    with pytest.raises(TooSoon):
        remind_now(signer=signer, actor=ines, at=now + timedelta(hours=23))
    remind_now(signer=signer, actor=ines, at=now + timedelta(days=1))
    with pytest.raises(TooSoon):
        remind_now(signer=signer, actor=ines, at=now + timedelta(days=1, hours=23))

    entry = Entry.objects.get(action="signing.signer_reminded")
    assert (entry.actor, entry.chain.name) == (ines, request_.chain)
    assert days_of_reminders(now) == [3, 7, 9, 11, 15]


def test_a_reminder_by_hand_takes_the_place_of_the_one_that_is_due(request_, ines, now):
    remind_now(signer=request_.signers.get(), actor=ines, at=now + timedelta(days=3))

    assert days_of_reminders(now) == [7, 9, 11, 15]


def test_who_signs_just_now_is_not_disturbed_by_hand_either(request_, ines, now):
    day_later = now + timedelta(days=1)
    codes.send_code(link=SharedLink.objects.get(), session="here", at=day_later)

    with pytest.raises(TooSoon):
        remind_now(signer=request_.signers.get(), actor=ines, at=day_later + timedelta(minutes=5))


def test_reminding_by_hand_is_for_who_runs_the_project(request_, conny, now):
    with pytest.raises(NotAllowed):
        remind_now(signer=request_.signers.get(), actor=conny, at=now + timedelta(days=2))


def test_who_is_not_on_turn_is_not_reminded(frozen, asked, ines, now):
    request = asked(frozen())

    with pytest.raises(NotYourTurn):
        remind_now(
            signer=request.signers.get(name="Dora Client"), actor=ines, at=now + timedelta(days=2)
        )
    with pytest.raises(IllegalMove):
        remind_now(
            signer=request.signers.get(name="Carl Client"), actor=ines, at=now + timedelta(days=15)
        )
