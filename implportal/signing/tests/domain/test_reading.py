from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.notifications.models import Message
from implportal.signing.domain import progress, reading
from implportal.signing.models import Answer, Question, SectionConfirmation
from implportal.signing.tests.conftest import SECTIONS


@pytest.fixture
def version(frozen):
    return frozen()


@pytest.fixture
def link(version, shared):
    return shared(version)


def test_a_version_is_ready_when_every_section_is_understood(version, link, now):
    for key in ("s1", "s2"):
        reading.mark_understood(link=link, section_key=key, at=now)
    before = progress.reading_state(version)
    reading.mark_understood(link=link, section_key="s3", at=now)
    after = progress.reading_state(version)

    assert (before.understood, before.total, before.ready_to_sign) == (2, 3, False)
    assert (after.understood, after.total, after.ready_to_sign) == (3, 3, True)
    assert after.readers == ("Carl Client",)
    assert after.sections[0].confirmed_by == ("Carl Client",)


def test_confirming_twice_is_silent(link, now):
    reading.mark_understood(link=link, section_key="s1", at=now)
    reading.mark_understood(link=link, section_key="s1", at=now)

    assert SectionConfirmation.objects.count() == 1
    assert Entry.objects.filter(action="signing.section_confirmed").count() == 1


def test_an_unknown_section_is_refused(link, now):
    with pytest.raises(reading.UnknownSection):
        reading.mark_understood(link=link, section_key="s9", at=now)

    assert not SectionConfirmation.objects.exists()


def test_a_link_for_reading_confirms_nothing(version, shared, now):
    link = shared(version, kind="READ")

    with pytest.raises(reading.ReadingIsOver):
        reading.mark_understood(link=link, section_key="s1", at=now)


def test_only_changed_sections_ask_again_in_the_next_version(version, link, frozen, now):
    for key in ("s1", "s2", "s3"):
        reading.mark_understood(link=link, section_key=key, at=now)

    newer = frozen([("n1", *SECTIONS[0][1:]), ("s2", "Delivery", "Later."), SECTIONS[2]])

    state = progress.reading_state(newer)
    assert [section.is_understood for section in state.sections] == [True, False, True]
    with pytest.raises(reading.ReadingIsOver):
        reading.mark_understood(link=link, section_key="s2", at=now)


def test_a_heading_without_text_needs_no_confirmation(frozen):
    state = progress.reading_state(frozen([("s1", "Part one", ""), *SECTIONS[1:]]))

    assert [section.needs_confirmation for section in state.sections] == [False, True, True]
    assert state.total == 2


def test_one_reader_does_not_count_for_another(version, link, shared, dora, now):
    reading.mark_understood(link=link, section_key="s1", at=now)
    shared(version, contact=dora)

    assert progress.reading_state(version, email=link.email).understood == 1
    assert progress.reading_state(version, email=dora.email).understood == 0


def test_a_question_goes_to_the_sender_and_blocks_signing_until_it_is_settled(
    version, link, ines, now
):
    for key in ("s1", "s2", "s3"):
        reading.mark_understood(link=link, section_key=key, at=now)

    question = reading.ask_question(link=link, section_key="s3", text=" Net or gross? ", at=now)
    asked = progress.reading_state(version)
    told = Message.objects.get(dedupe_key=f"question:{question.pk}")
    reading.answer_question(question=question, text="Net.", actor=ines, at=now)
    answered = progress.reading_state(version)
    reading.close_question(link=link, question=question, at=now)
    settled = progress.reading_state(version)

    assert question.text == "Net or gross?"
    assert told.user == ines
    assert "Net or gross?" in told.text
    assert (asked.open_questions, asked.unanswered_questions) == (1, 1)
    assert (answered.open_questions, answered.unanswered_questions) == (1, 0)
    assert not answered.ready_to_sign
    assert settled.ready_to_sign
    mail = Message.objects.get(dedupe_key__startswith="answer:")
    assert mail.to == "carl@client.example"
    assert "Net." in mail.text


def test_a_reader_may_ask_on(link, ines, now):
    question = reading.ask_question(link=link, section_key="s3", text="Net or gross?", at=now)
    reading.answer_question(question=question, text="Net.", actor=ines, at=now)

    reading.continue_question(link=link, question=question, text="And the tax?", at=now)

    question.refresh_from_db()
    assert question.state == Question.State.OPEN
    assert list(question.answers.order_by("pk").values_list("text", flat=True)) == [
        "Net.",
        "And the tax?",
    ]


def test_a_settled_question_takes_no_answer(link, ines, now):
    question = reading.ask_question(link=link, section_key="s3", text="Net or gross?", at=now)
    reading.close_question(link=link, question=question, at=now)

    with pytest.raises(reading.QuestionIsClosed):
        reading.answer_question(question=question, text="Net.", actor=ines, at=now)
    with pytest.raises(reading.QuestionIsClosed):
        reading.continue_question(link=link, question=question, text="And?", at=now)

    assert not Answer.objects.exists()


def test_a_question_of_another_reader_cannot_be_settled(version, link, shared, dora, now):
    question = reading.ask_question(link=link, section_key="s3", text="Net or gross?", at=now)

    with pytest.raises(reading.NotYours):
        reading.close_question(link=shared(version, contact=dora), question=question, at=now)

    question.refresh_from_db()
    assert question.state == Question.State.OPEN


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_an_empty_question_is_refused(link, text, now):
    with pytest.raises(reading.NothingSaid):
        reading.ask_question(link=link, section_key="s1", text=text, at=now)

    assert not Question.objects.exists()


def test_answering_is_refused_to_a_stranger(link, sam, now):
    question = reading.ask_question(link=link, section_key="s3", text="Net or gross?", at=now)

    with pytest.raises(NotAllowed):
        reading.answer_question(question=question, text="Net.", actor=sam, at=now)

    assert not Answer.objects.exists()


def test_a_question_follows_its_section_into_the_next_version(link, frozen, now):
    reading.ask_question(link=link, section_key="s3", text="Net or gross?", at=now)
    reading.ask_question(link=link, section_key="s2", text="When?", at=now)

    newer = frozen([("n3", "Price", "What it costs, net."), SECTIONS[0]])

    state = progress.reading_state(newer)
    assert [question.text for question in state.sections[0].questions] == ["Net or gross?"]
    assert [question.text for question in state.other_questions] == ["When?"]
    assert state.open_questions == 2


def test_reading_costs_three_queries(version, link, now, django_assert_num_queries):
    for key in ("s1", "s2"):
        reading.mark_understood(link=link, section_key=key, at=now)
        reading.ask_question(link=link, section_key=key, text="Why?", at=now)

    with django_assert_num_queries(3):
        progress.reading_state(version)


def test_a_link_asks_so_many_questions_a_day_and_is_told_kindly(frozen, shared, dora, now):
    version = frozen()
    link, other = shared(version), shared(version, contact=dora)
    for number in range(reading.QUESTIONS_A_DAY - 1):
        first = reading.ask_question(link=link, section_key="s1", text=f"{number}?", at=now)
    reading.continue_question(link=link, question=first, text="And?", at=now)

    with pytest.raises(reading.TooManyQuestions, match="You have asked 50 questions"):
        reading.ask_question(link=link, section_key="s1", text="One more?", at=now)
    with pytest.raises(reading.TooManyQuestions):
        reading.continue_question(link=link, question=first, text="And?", at=now)

    assert Question.objects.count() == reading.QUESTIONS_A_DAY - 1
    reading.ask_question(link=other, section_key="s1", text="Mine?", at=now)
    tomorrow = now + timedelta(days=1, minutes=1)
    reading.ask_question(link=link, section_key="s1", text="Now?", at=tomorrow)
