import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.models import Step
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from implportal.signing.models import SharedLink
from presales.domain.surveys import (
    AnswersMissing,
    HandedInAlready,
    TemplateIsEmpty,
    close_survey,
    hand_in_survey,
    reopen_survey,
    send_survey,
    start_survey,
)
from presales.domain.surveys_answers import TakesNoAnswers, WrongAnswer, keep_answers, to_value
from presales.domain.surveys_requirements import (
    MadeAlready,
    NotHandedIn,
    NothingTicked,
    Wish,
    make_requirements,
    sentence_for,
)
from presales.models import Answer, Requirement, Survey, SurveyQuestion
from presales.tests.factories import (
    AnswerFactory,
    SurveyFactory,
    SurveyQuestionFactory,
    SurveyTemplateFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(ines):
    return SurveyFactory(title="Needs", project__implementation_manager=ines)


def step_of(survey):
    step = Step.objects.get(project=survey.project, key="survey")
    return step.state, step.next_step, step.waiting_on


def sentences(survey):
    return [entry.sentence for entry in Entry.objects.of_project(survey.project_id).order_by("pk")]


def keep(survey, given, at, *, actor=None, via="LINK"):
    return keep_answers(
        survey=survey, given=given, via=via, answered_by="Carl Customer", actor=actor, at=at
    )


def test_start_survey_copies_the_questions_in_order(ines, noon):
    template = SurveyTemplateFactory()
    second = TemplateSectionFactory(template=template, title="Volumes", order=2)
    first = TemplateSectionFactory(template=template, title="Today", order=1)
    TemplateQuestionFactory(section=second, text="How many?", type="NUMBER")
    TemplateQuestionFactory(section=first, text="Late", order=2)
    TemplateQuestionFactory(section=first, text="Early", order=1, choices=["a"], is_required=True)
    project = ProjectFactory(implementation_manager=ines)

    survey = start_survey(project=project, template=template, title="Needs", actor=ines, at=noon)
    template.sections.all().delete()

    assert list(
        SurveyQuestion.objects.order_by("order").values_list("section", "text", "type", "choices")
    ) == [
        ("Today", "Early", "TEXT", ["a"]),
        ("Today", "Late", "TEXT", []),
        ("Volumes", "How many?", "NUMBER", []),
    ]
    assert step_of(survey) == ("IN_PROGRESS", "Have it answered", "")
    assert sentences(survey)[-1] == "prepared the survey “Needs”"


@pytest.mark.parametrize("published", [True, False])
def test_start_survey_refuses_a_template_that_is_empty_or_not_published(ines, noon, published):
    template = SurveyTemplateFactory(is_published=published)
    if not published:
        TemplateQuestionFactory(section__template=template)

    with pytest.raises(TemplateIsEmpty):
        start_survey(
            project=ProjectFactory(implementation_manager=ines),
            template=template, title="T", actor=ines, at=noon,
        )  # fmt: skip

    assert not Survey.objects.exists()


@pytest.mark.parametrize("person", ["sam", "bea", "cora", "conny", "piet"])
def test_preparing_and_sending_is_for_those_who_run_the_project(request, survey, noon, person):
    actor = request.getfixturevalue(person)
    template = TemplateQuestionFactory().section.template
    contact = ContactFactory(customer=survey.project.customer)

    with pytest.raises(NotAllowed):
        start_survey(project=survey.project, template=template, title="T", actor=actor, at=noon)
    with pytest.raises(NotAllowed):
        send_survey(survey=survey, contact=contact, message="", valid_days=9, actor=actor, at=noon)
    with pytest.raises(NotAllowed):
        keep(survey, {}, noon, actor=actor, via="INTERVIEW")
    with pytest.raises(NotAllowed):
        hand_in_survey(survey=survey, by="X", actor=actor, at=noon)

    assert Survey.objects.get().state == "DRAFT"
    assert not SharedLink.objects.exists()


def test_send_survey_gives_each_contact_one_link_and_closes_their_earlier_one(survey, ines, noon):
    carl, dora = ContactFactory.create_batch(2, customer=survey.project.customer)
    for contact in (carl, carl, dora):
        send_survey(
            survey=survey, contact=contact, message="Please.", valid_days=14, actor=ines, at=noon
        )

    survey.refresh_from_db()
    assert (survey.state, survey.sent_to, survey.sent_at) == ("OPEN", dora, noon)
    assert [
        (link.kind, link.contact, link.is_open(noon)) for link in SharedLink.objects.order_by("pk")
    ] == [("ANSWER", carl, False), ("ANSWER", carl, True), ("ANSWER", dora, True)]
    assert "Please." in Message.objects.get(to=dora.email).text
    both = f"{carl.name}, {dora.name}"
    assert step_of(survey) == ("WAITING", "Wait for the answers", both)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("TEXT", " Excel ", "Excel"),
        ("TEXT", "   ", None),
        ("LONG_TEXT", "a\nb", "a\nb"),
        ("NUMBER", "1200.50", "1200.5"),
        ("NUMBER", "1e3", "1000"),
        ("DATE", "2026-03-02", "2026-03-02"),
        ("SINGLE_CHOICE", "b", "b"),
        ("MULTIPLE_CHOICE", ["c", "a"], ["a", "c"]),
        ("MULTIPLE_CHOICE", [], None),
        ("SCALE", "5", 5),
        ("SCALE", "", None),
    ],
)
def test_to_value_keeps_what_fits(kind, given, kept):
    question = SurveyQuestion(type=kind, choices=["a", "b", "c"])

    assert to_value(question, given) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("TEXT", "x" * 301),
        ("NUMBER", "many"),
        ("NUMBER", "NaN"),
        ("NUMBER", "Infinity"),
        ("NUMBER", "1e999999"),
        ("DATE", "2026-02-30"),
        ("SINGLE_CHOICE", "d"),
        ("MULTIPLE_CHOICE", ["a", "d"]),
        ("MULTIPLE_CHOICE", "a"),
        ("SCALE", "6"),
        ("SCALE", "1.5"),
    ],
)
def test_to_value_refuses_what_does_not(kind, given):
    with pytest.raises(WrongAnswer):
        to_value(SurveyQuestion(type=kind, choices=["a", "b", "c"]), given)


def test_keep_answers_keeps_changes_and_removes_and_counts_them(survey, noon):
    one, two, three = SurveyQuestionFactory.create_batch(3, survey=survey)
    AnswerFactory(question=two, value="old", via="INTERVIEW")
    AnswerFactory(question=three, value="same", via="INTERVIEW")

    changed = keep(survey, {one.pk: "new", two.pk: "", three.pk: "same"}, noon)

    assert changed == 2
    assert list(
        Answer.objects.order_by("pk").values_list("question", "value", "via", "answered_by")
    ) == [
        (three.pk, "same", "INTERVIEW", "Carl Customer"),
        (one.pk, "new", "LINK", "Carl Customer"),
    ]
    survey.refresh_from_db()
    assert survey.state == "OPEN"


def test_keep_answers_keeps_none_when_one_does_not_fit(survey, noon):
    text = SurveyQuestionFactory(survey=survey)
    number = SurveyQuestionFactory(survey=survey, type="NUMBER")

    with pytest.raises(WrongAnswer):
        keep(survey, {text.pk: "fine", number.pk: "many"}, noon)

    assert not Answer.objects.exists()


def test_keep_answers_knows_no_questions_of_another_survey(survey, noon):
    foreign = SurveyQuestionFactory()

    assert keep(survey, {foreign.pk: "mine"}, noon) == 0
    assert not Answer.objects.exists()


def test_a_member_interviews(survey, conny, noon):
    MemberFactory(project=survey.project, user=conny)
    question = SurveyQuestionFactory(survey=survey)

    assert keep(survey, {question.pk: "yes"}, noon, actor=conny, via="INTERVIEW") == 1


def test_hand_in_survey_names_what_is_missing(survey, noon):
    SurveyQuestionFactory(survey=survey, text="Who?", is_required=True)
    SurveyQuestionFactory(survey=survey, text="Why?")

    with pytest.raises(AnswersMissing) as refusal:
        hand_in_survey(survey=survey, by="Carl Customer", actor=None, at=noon)

    assert str(refusal.value) == "One question still needs an answer: Who?"
    assert Survey.objects.get().state == "DRAFT"


def test_hand_in_survey_tells_the_manager_and_counts_once(survey, ines, noon):
    AnswerFactory(question__survey=survey, question__is_required=True)

    hand_in_survey(survey=survey, by="Carl Customer", actor=None, at=noon)
    with pytest.raises(HandedInAlready):
        hand_in_survey(survey=survey, by="Carl Customer", actor=None, at=noon)

    survey.refresh_from_db()
    assert (survey.state, survey.handed_in_at, survey.handed_in_by) == (
        "HANDED_IN", noon, "Carl Customer",
    )  # fmt: skip
    assert Message.objects.get(user=ines).subject == "Carl Customer has handed in “Needs”"
    assert step_of(survey) == ("IN_PROGRESS", "Turn the answers into requirements", "")
    assert sentences(survey)[-1] == "handed in the survey “Needs” with 1 answers"


def test_a_survey_that_is_handed_in_takes_no_answers_until_it_is_opened_again(survey, ines, noon):
    question = AnswerFactory(question__survey=survey).question
    hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)
    with pytest.raises(TakesNoAnswers):
        keep(survey, {question.pk: "late"}, noon)

    reopen_survey(survey=survey, actor=ines, at=noon)

    assert keep(survey, {question.pk: "late"}, noon) == 1
    assert not Message.objects.exists()


def test_close_survey_needs_it_handed_in(survey, ines, noon):
    with pytest.raises(IllegalMove):
        close_survey(survey=survey, actor=ines, at=noon)
    hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)

    close_survey(survey=survey, actor=ines, at=noon)

    assert step_of(survey) == ("DONE", "", "")


def test_nothing_is_answered_in_a_project_that_rests(ines, noon):
    question = SurveyQuestionFactory(survey__project__state="SUSPENDED")

    with pytest.raises(ProjectNotRunning):
        keep(question.survey, {question.pk: "x"}, noon)


@pytest.mark.parametrize(
    ("kind", "value", "hint", "sentence"),
    [
        ("TEXT", "export  to\nExcel", "The system shall …", "The system shall export to Excel."),
        ("TEXT", "Excel", "It exports to ... daily", "It exports to Excel daily."),
        ("TEXT", "Excel", "It exports to", "It exports to Excel."),
        ("TEXT", "Excel export", "", "How fast? Excel export"),
        ("NUMBER", "1200", "It holds … files", "It holds 1,200 files."),
        ("DATE", "2026-03-02", "It is in use by …", "It is in use by 2 March 2026."),
        ("MULTIPLE_CHOICE", ["PDF", "CSV"], "It exports …", "It exports PDF, CSV."),
        ("SCALE", 4, "", "How fast? 4"),
    ],
)
def test_sentence_for_puts_the_answer_into_the_hint(kind, value, hint, sentence):
    question = SurveyQuestion(type=kind, text="How fast?", requirement_hint=hint)

    assert sentence_for(Answer(question=question, value=value)) == sentence


def test_make_requirements_keeps_the_answer_and_closes_the_survey(survey, ines, noon):
    answer = AnswerFactory(question__survey=survey)
    hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)

    [made] = make_requirements(
        survey=survey,
        wishes=[Wish(answer, "The system shall export to Excel.", "MUST")],
        actor=ines,
        at=noon,
    )

    assert (made.code, made.text, made.source, made.priority, made.source_answer) == (
        "R-001", "The system shall export to Excel.", "SURVEY", "MUST", answer,
    )  # fmt: skip
    survey.refresh_from_db()
    assert survey.state == "CLOSED"
    assert step_of(survey) == ("DONE", "", "")


def test_make_requirements_refuses_and_leaves_nothing_behind(survey, ines, sam, noon):
    answer = AnswerFactory(question__survey=survey)
    wish = Wish(answer, "The system shall export.", "MUST")
    with pytest.raises(NotHandedIn):
        make_requirements(survey=survey, wishes=[wish], actor=ines, at=noon)
    hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)
    with pytest.raises(NothingTicked):
        make_requirements(survey=survey, wishes=[], actor=ines, at=noon)
    with pytest.raises(NotAllowed):
        make_requirements(survey=survey, wishes=[wish], actor=sam, at=noon)
    assert not Requirement.objects.exists()

    make_requirements(survey=survey, wishes=[wish], actor=ines, at=noon)
    with pytest.raises(MadeAlready):
        make_requirements(
            survey=survey, wishes=[Wish(answer, "Another.", "MUST"), wish], actor=ines, at=noon
        )

    assert Requirement.objects.count() == 1
