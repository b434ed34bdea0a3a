from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.models import SharedLink
from presales.domain.surveys import (
    AnswersMissing,
    HandedInAlready,
    hand_in_survey,
    refuse_link,
    reopen_survey,
    send_survey,
)
from presales.domain.surveys_answers import TakesNoAnswers, keep_answers
from presales.domain.surveys_people import questions_for, respondent_of, standings, take_statement
from presales.models import Answer, Requirement, Statement
from presales.tests.factories import RequirementFactory, SurveyFactory, SurveyQuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(ines):
    return SurveyFactory(project__implementation_manager=ines, title="Needs")


@pytest.fixture
def people(survey, ines, noon):
    """Carl answers “People” and “Money”, Dora “Money” alone."""
    customer = survey.project.customer
    made = [ContactFactory(customer=customer, name=name) for name in ("Carl", "Dora")]
    for contact, sections in zip(made, ([], ["Money"]), strict=True):
        send_survey(
            survey=survey, contact=contact, message="", valid_days=9, actor=ines, at=noon,
            sections=sections,
        )  # fmt: skip
    return made


@pytest.fixture
def questions(survey):
    return [
        SurveyQuestionFactory(survey=survey, section=section, text=f"{section}?", is_required=True)
        for section in ("People", "Money")
    ]


def say(survey, contact, given, at):
    return keep_answers(
        survey=survey, given={question.pk: text for question, text in given.items()}, via="LINK",
        answered_by=contact.name, contact=contact, actor=None, at=at,
    )  # fmt: skip


def hand_in(survey, contact, at):
    return hand_in_survey(survey=survey, by=contact.name, contact=contact, actor=None, at=at)


def seen(survey, contact):
    questions = questions_for(survey, contact, respondent_of(survey, contact))
    return [one.answer.value if hasattr(one, "answer") else None for one in questions]


def test_each_sees_their_own_words_and_what_was_said_last_counts(survey, people, questions, noon):
    carl, dora = people
    _staff, money = questions
    say(survey, carl, {money: "100"}, noon)
    assert seen(survey, dora) == [None, None]
    say(survey, dora, {money: "200"}, noon)

    assert (seen(survey, carl), seen(survey, dora)) == ([None, "100"], [None, "200"])
    assert [(one.said_by, one.value) for one in Statement.objects.order_by("pk")] == [
        ("Carl", "100"),
        ("Dora", "200"),
    ]
    answer = Answer.objects.get()
    assert (answer.value, answer.answered_by) == ("200", "Dora")


def test_nobody_answers_the_part_of_others(survey, people, questions, noon):
    _carl, dora = people

    assert say(survey, dora, {questions[0]: "not mine"}, noon) == 0

    assert not Statement.objects.exists()


def test_what_is_taken_back_leaves_what_others_said(survey, people, questions, noon):
    carl, dora = people
    money = questions[1]
    say(survey, carl, {money: "100"}, noon)
    say(survey, dora, {money: "200"}, noon)

    say(survey, dora, {money: ""}, noon)
    assert Answer.objects.get().value == "100"
    say(survey, carl, {money: ""}, noon)
    assert not Answer.objects.exists()


def test_an_interview_shows_to_all_and_names_who_spoke(survey, people, questions, ines, noon):
    carl, dora = people
    staff, money = questions
    keep_answers(
        survey=survey, given={money.pk: "300"}, via="INTERVIEW", answered_by="Ines", actor=ines,
        at=noon,
    )  # fmt: skip
    keep_answers(
        survey=survey, given={staff.pk: "nine"}, via="INTERVIEW", answered_by="Ines", actor=ines,
        at=noon, contact=carl,
    )  # fmt: skip

    assert seen(survey, dora) == ["nine", "300"]
    assert [one.answered_by for one in Answer.objects.order_by("question__order")] == [
        "Carl", "Ines",
    ]  # fmt: skip
    keep_answers(
        survey=survey, given={money.pk: None}, via="INTERVIEW", answered_by="Ines", actor=ines,
        at=noon,
    )  # fmt: skip
    assert Answer.objects.get().value == "nine"


def test_an_agreed_answer_stays_and_keeps_its_requirements(survey, people, questions, ines, noon):
    carl, dora = people
    money = questions[1]
    say(survey, carl, {money: "100"}, noon)
    requirement = RequirementFactory(project=survey.project, source_answer=Answer.objects.get())

    take_statement(statement=Statement.objects.get(), actor=ines, at=noon)
    say(survey, dora, {money: "200"}, noon)

    answer = Answer.objects.get()
    assert (answer.value, answer.agreed_at) == ("100", noon)
    assert Requirement.objects.get(pk=requirement.pk).source_answer == answer
    assert Entry.objects.order_by("pk").last().sentence == (
        "took the answer of Carl to “Money?” as the agreed one"
    )


def test_agreeing_is_for_those_who_work_on_the_project(survey, people, questions, sam, noon):
    carl, _dora = people
    say(survey, carl, {questions[1]: "100"}, noon)

    with pytest.raises(NotAllowed):
        take_statement(statement=Statement.objects.get(), actor=sam, at=noon)

    assert Answer.objects.get().agreed_at is None


def test_the_survey_is_handed_in_with_its_last_part(survey, people, questions, ines, noon):
    carl, dora = people
    staff, money = questions
    say(survey, dora, {money: "200"}, noon)

    assert hand_in(survey, dora, noon).state == "OPEN"
    with pytest.raises(HandedInAlready):
        hand_in(survey, dora, noon)
    with pytest.raises(TakesNoAnswers):
        say(survey, dora, {money: "late"}, noon)
    with pytest.raises(AnswersMissing):
        hand_in(survey, carl, noon)
    say(survey, carl, {staff: "9", money: "100"}, noon)
    later = noon + timedelta(minutes=1)
    assert hand_in(survey, carl, later).state == "HANDED_IN"

    assert list(
        Message.objects.filter(to=ines.email).order_by("pk").values_list("subject", flat=True)
    ) == ["Dora has handed in “Needs”", "Carl has handed in “Needs”"]
    reopen_survey(survey=survey, actor=ines, at=noon)
    assert not survey.respondents.exclude(handed_in_at=None).exists()


def test_each_is_shown_how_far_they_are(survey, people, questions, noon, django_assert_num_queries):
    _carl, dora = people
    say(survey, dora, {questions[1]: "200"}, noon)

    with django_assert_num_queries(3):
        found = standings(survey)

    assert [(one.respondent.contact.name, one.answered, one.asked) for one in found] == [
        ("Carl", 0, 2),
        ("Dora", 1, 1),
    ]


def test_a_link_that_reached_the_wrong_person_is_closed_and_the_manager_told(
    survey, people, ines, noon
):
    link = SharedLink.objects.get(contact=people[0])

    refuse_link(link=link, at=noon)

    assert [one.is_open(noon) for one in SharedLink.objects.order_by("pk")] == [False, True]
    mail = Message.objects.get(to=ines.email)
    assert mail.subject == "The survey “Needs” reached the wrong person"
    assert "Carl" in mail.text
