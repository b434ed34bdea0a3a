import pytest

from implportal.projects.tests.factories import ProjectFactory
from presales.domain.surveys import AnswersMissing, hand_in_survey, start_survey
from presales.domain.surveys_answers import keep_answers
from presales.domain.surveys_conditions import WrongCondition, answers_of, asked, asked_of, meets
from presales.domain.surveys_templates import (
    StillAskedFor,
    move_template_item,
    remove_template_item,
    save_template_item,
)
from presales.models import Answer, SurveyQuestion, TemplateQuestion
from presales.tests.factories import (
    SurveyFactory,
    SurveyQuestionFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "value", "condition", "wanted", "fits"),
    [
        ("TEXT", "Paper files", "EQUALS", " paper  FILES", True),
        ("TEXT", "Paper files", "EQUALS", "paper", False),
        ("TEXT", "Paper files", "CONTAINS", "paper", True),
        ("NUMBER", "12.50", "EQUALS", "12,5", True),
        ("NUMBER", "12", "EQUALS", "13", False),
        ("SCALE", 4, "EQUALS", "4", True),
        ("MULTIPLE_CHOICE", ["a", "b"], "CONTAINS", "b", True),
        ("MULTIPLE_CHOICE", ["ab"], "CONTAINS", "b", False),
        ("MULTIPLE_CHOICE", ["a", "b"], "EQUALS", "b", False),
        ("MULTIPLE_CHOICE", ["b"], "EQUALS", "b", True),
        ("TABLE", [["Ward", "12"]], "CONTAINS", "war", True),
        ("FILE", {"name": "x"}, "ANSWERED", "", True),
        ("FILE", {"name": "x"}, "CONTAINS", "x", False),
        ("TEXT", None, "ANSWERED", "", False),
        ("TEXT", "x", "ANSWERED", "", True),
    ],
)
def test_a_condition_reads_an_answer_of_any_kind(kind, value, condition, wanted, fits):
    reason = SurveyQuestionFactory.build(survey=None, type=kind)
    question = SurveyQuestionFactory.build(
        survey=None, depends_on=reason, condition=condition, condition_value=wanted
    )

    assert meets(question, value) is fits


@pytest.fixture
def chain(ines):
    """Three questions: the second hangs on the first, the third on the second."""
    survey = SurveyFactory(project__implementation_manager=ines)
    first = SurveyQuestionFactory(survey=survey, type="SINGLE_CHOICE", choices=["yes", "no"])
    second = SurveyQuestionFactory(
        survey=survey, depends_on=first, condition="EQUALS", condition_value="yes",
        is_required=True,
    )  # fmt: skip
    third = SurveyQuestionFactory(survey=survey, depends_on=second, condition="ANSWERED")
    return survey, first, second, third


def keep(survey, given, at):
    return keep_answers(
        survey=survey, given=given, via="LINK", answered_by="Carl", actor=None, at=at
    )


def test_what_is_not_asked_is_not_needed_and_its_answer_is_kept_but_does_not_count(chain, noon):
    survey, first, second, third = chain
    keep(survey, {first.pk: "yes", second.pk: "because", third.pk: "more"}, noon)
    assert asked_of(survey) == [first, second, third]

    keep(survey, {first.pk: "no"}, noon)

    assert asked_of(survey) == [first]
    assert Answer.objects.count() == 3
    handed_in = hand_in_survey(survey=survey, by="Carl", actor=None, at=noon)
    assert handed_in.state == "HANDED_IN"


def test_what_is_asked_and_needed_holds_up_handing_in(chain, noon):
    survey, first, _second, _third = chain
    keep(survey, {first.pk: "yes"}, noon)

    with pytest.raises(AnswersMissing):
        hand_in_survey(survey=survey, by="Carl", actor=None, at=noon)


def test_finding_what_is_asked_costs_one_query(chain, django_assert_num_queries):
    survey, first, *_rest = chain
    with django_assert_num_queries(1):
        assert asked_of(survey) == [first]


def test_a_condition_on_what_is_not_in_the_list_counts_by_its_answer(chain):
    _survey, first, second, _third = chain
    assert asked([second], {first.pk: "yes"}) == [second]
    assert answers_of([second]) == {}


@pytest.fixture
def section():
    return TemplateSectionFactory()


def test_a_running_survey_keeps_its_questions_and_conditions_when_the_template_changes(
    ines, noon, section
):
    first = TemplateQuestionFactory(section=section, text="Paper?", smallest="1.5", unit="m")
    second = TemplateQuestionFactory(
        section=section, text="Where?", depends_on=first, condition="CONTAINS", condition_value="y"
    )
    project = ProjectFactory(implementation_manager=ines)
    survey = start_survey(
        project=project, template=section.template, title="T", actor=ines, at=noon
    )
    before = list(survey.questions.order_by("order").values())

    second.depends_on, second.condition, second.text = None, "", "Changed"
    save_template_item(item=second, actor=ines, at=noon)
    move_template_item(item=second, to=0, actor=ines, at=noon)
    remove_template_item(item=first, actor=ines, at=noon)
    section.template.delete()

    assert list(survey.questions.order_by("order").values()) == before
    copy = SurveyQuestion.objects.get(text="Where?")
    assert (copy.depends_on.text, copy.condition, copy.condition_value) == (
        "Paper?", "CONTAINS", "y",
    )  # fmt: skip
    assert (copy.depends_on.unit, str(copy.depends_on.smallest)) == ("m", "1.5000")


@pytest.mark.parametrize("itself", [True, False])
def test_a_question_that_would_hang_on_itself_or_a_later_one_is_refused(
    ines, noon, section, itself
):
    first = TemplateQuestionFactory(section=section, order=1)
    second = TemplateQuestionFactory(section=section, order=2)
    first.depends_on, first.condition = (first if itself else second), "ANSWERED"

    with pytest.raises(WrongCondition):
        save_template_item(item=first, actor=ines, at=noon)

    assert not TemplateQuestion.objects.exclude(depends_on=None).exists()


def test_a_question_is_not_moved_before_the_one_it_hangs_on(ines, noon, section):
    first = TemplateQuestionFactory(section=section, order=1)
    second = TemplateQuestionFactory(
        section=section, order=2, depends_on=first, condition="ANSWERED"
    )
    later = TemplateSectionFactory(template=section.template)
    TemplateQuestionFactory(section=later, depends_on=second, condition="ANSWERED")

    for item in (second, later):
        with pytest.raises(WrongCondition):
            move_template_item(item=item, to=0, actor=ines, at=noon)

    assert list(section.questions.order_by("order", "pk")) == [first, second]


def test_what_others_hang_on_is_not_taken_away(ines, noon, section):
    first = TemplateQuestionFactory(section=section)
    TemplateQuestionFactory(
        section=TemplateSectionFactory(template=section.template), depends_on=first,
        condition="ANSWERED",
    )  # fmt: skip

    for item in (first, section):
        with pytest.raises(StillAskedFor):
            remove_template_item(item=item, actor=ines, at=noon)

    assert TemplateQuestion.objects.count() == 2


def test_an_offered_answer_that_others_wait_for_stays_offered(ines, noon, section):
    first = TemplateQuestionFactory(section=section, type="SINGLE_CHOICE", choices=["yes", "no"])
    TemplateQuestionFactory(
        section=section, depends_on=first, condition="EQUALS", condition_value="yes"
    )
    first.choices = ["no", "never"]

    with pytest.raises(WrongCondition) as refused:
        save_template_item(item=first, actor=ines, at=noon)

    assert "“yes” is not among the answers" in str(refused.value)
