import pytest
from django.urls import reverse

from implportal.projects.models import Step
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from presales.domain.surveys import hand_in_survey
from presales.models import Answer, Requirement, Survey
from presales.tests.factories import (
    AnswerFactory,
    SurveyFactory,
    SurveyQuestionFactory,
    TemplateQuestionFactory,
)

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def survey(ines):
    return SurveyFactory(project__implementation_manager=ines, title="Needs")


def url(name, survey, **more):
    return reverse(
        f"presales:survey_{name}",
        kwargs={"project_pk": survey.project_id, "pk": survey.pk, **more},
    )


@pytest.mark.parametrize(
    ("person", "read", "interview", "prepare"),
    [
        ("ines", 200, 200, 200),
        ("adam", 200, 200, 200),
        ("conny", 200, 200, 403),  # a member
        ("bea", 200, 403, 403),
        ("sam", 404, 404, 404),
        ("cora", 404, 404, 404),
        ("piet", 404, 404, 404),
    ],
)
def test_who_reads_who_interviews_and_who_prepares(
    request, sign_in, survey, conny, person, read, interview, prepare
):
    MemberFactory(project=survey.project, user=conny)
    question = SurveyQuestionFactory(survey=survey)
    browser = sign_in(request.getfixturevalue(person))
    project = {"project_pk": survey.project_id}

    assert browser.get(reverse("presales:survey_list", kwargs=project)).status_code == read
    assert browser.get(url("detail", survey)).status_code == read
    assert browser.get(url("interview", survey)).status_code == interview
    keep = browser.post(url("answer_keep", survey, question_pk=question.pk), {})
    assert keep.status_code == interview
    assert browser.get(reverse("presales:survey_create", kwargs=project)).status_code == prepare
    for page in ("send", "requirements"):
        assert browser.get(url(page, survey)).status_code == prepare
    for page in ("close", "reopen"):
        answer = browser.post(url(page, survey))
        assert answer.status_code == (302 if prepare == 200 else prepare)
    hand_in = browser.post(url("hand_in", survey))
    assert hand_in.status_code == (302 if interview == 200 else interview)


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_costs_the_same_for_any_number(sign_in, ines, django_assert_num_queries, rows):
    project = ProjectFactory(implementation_manager=ines)
    for survey in SurveyFactory.create_batch(rows, project=project):
        AnswerFactory(question__survey=survey)
    browser = sign_in(ines)

    # session, user, project, surveys, questions with answers, step, news
    with django_assert_num_queries(8):
        page = browser.get(reverse("presales:survey_list", kwargs={"project_pk": project.pk}))

    assert [row.answer_count for row in page.context["surveys"]] == [1] * rows


@pytest.mark.parametrize("rows", [1, 25])
@pytest.mark.parametrize(
    ("page", "queries"),
    [("detail", 12), ("interview", 7), ("requirements", 7)],
)
def test_pages_cost_the_same_for_any_number_of_answers(
    sign_in, ines, survey, django_assert_num_queries, page, queries, rows
):
    AnswerFactory.create_batch(rows, question__survey=survey)
    browser = sign_in(ines)
    browser.get(url(page, survey))  # content types are kept from now on

    with django_assert_num_queries(queries):
        browser.get(url(page, survey))


def test_a_survey_is_prepared_from_a_template(sign_in, ines):
    question = TemplateQuestionFactory(text="How many?")
    project = ProjectFactory(implementation_manager=ines)

    page = sign_in(ines).post(
        reverse("presales:survey_create", kwargs={"project_pk": project.pk}),
        {"template": question.section.template.pk, "title": "Needs"},
        follow=True,
    )

    assert page.context["survey"].title == "Needs"
    assert "How many?" in page.text


def test_an_interview_keeps_all_answers_at_once(sign_in, ines, survey):
    number = SurveyQuestionFactory(survey=survey, type="NUMBER")
    several = SurveyQuestionFactory(survey=survey, type="MULTIPLE_CHOICE", choices=["a", "b"])
    scale = SurveyQuestionFactory(survey=survey, type="SCALE")

    sign_in(ines).post(
        url("interview", survey),
        {f"q{number.pk}": "12.5", f"q{several.pk}": ["b", "a"], f"q{scale.pk}": "4"},
    )

    assert list(
        Answer.objects.order_by("question__order").values_list("value", "via", "answered_by")
    ) == [
        ("12.5", "INTERVIEW", "Ines Example"),
        (["a", "b"], "INTERVIEW", "Ines Example"),
        (4, "INTERVIEW", "Ines Example"),
    ]


def test_a_refused_interview_keeps_what_was_typed_and_says_it_at_the_fields(sign_in, ines, survey):
    text = SurveyQuestionFactory(survey=survey)
    number = SurveyQuestionFactory(survey=survey, type="NUMBER")
    day = SurveyQuestionFactory(survey=survey, type="DATE")
    choice = SurveyQuestionFactory(survey=survey, type="SINGLE_CHOICE", choices=["a", "b"])

    page = sign_in(ines).post(
        url("interview", survey),
        {
            f"q{text.pk}": f"Typed {HOSTILE}",
            f"q{number.pk}": "many",
            f"q{day.pk}": "2026-02-30",
            f"q{choice.pk}": "c",
        },
    )

    assert page.context["form"].errors == {
        f"q{number.pk}": ["Enter a number."],
        f"q{day.pk}": ["Enter a valid date."],
        f"q{choice.pk}": ["Select a valid choice. c is not one of the available choices."],
    }
    assert "Typed &lt;script&gt;" in page.text
    assert HOSTILE not in page.text
    assert not Answer.objects.exists()


def test_one_answer_is_kept_as_soon_as_its_field_is_left(sign_in, ines, survey):
    question = SurveyQuestionFactory(survey=survey, type="NUMBER")
    other = SurveyQuestionFactory(survey=survey)
    browser = sign_in(ines)
    keep = url("answer_keep", survey, question_pk=question.pk)

    kept = browser.post(keep, {f"q{question.pk}": "12", f"q{other.pk}": "not meant"})
    refused = browser.post(keep, {f"q{question.pk}": "many"})

    assert (kept.status_code, refused.status_code) == (200, 422)
    assert "Kept" in kept.text
    assert "Enter a number." in refused.text
    assert [answer.value for answer in Answer.objects.all()] == ["12"]


def test_an_answer_cannot_be_kept_once_handed_in(sign_in, ines, survey, noon):
    question = AnswerFactory(question__survey=survey).question
    hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)

    refused = sign_in(ines).post(
        url("answer_keep", survey, question_pk=question.pk), {f"q{question.pk}": "late"}
    )

    assert refused.status_code == 422
    assert Answer.objects.get().value == "export to Excel"


def test_a_question_of_another_survey_is_not_found_here(sign_in, ines, survey):
    foreign = SurveyQuestionFactory()

    answer = sign_in(ines).post(url("answer_keep", survey, question_pk=foreign.pk), {})

    assert answer.status_code == 404


def test_the_survey_is_sent(sign_in, ines, survey):
    carl = ContactFactory(customer=survey.project.customer, name="Carl")

    page = sign_in(ines).post(
        url("send", survey),
        {"contact": carl.pk, "message": "Please", "valid_days": "14"},
        follow=True,
    )

    assert "The link is on its way to Carl." in page.text
    assert Survey.objects.get().sent_to == carl


def test_hostile_answers_are_shown_as_words(sign_in, ines, survey):
    AnswerFactory(question__survey=survey, question__text=f"Q {HOSTILE}", value=HOSTILE)
    browser = sign_in(ines)

    for page in ("detail", "interview", "requirements"):
        text = browser.get(url(page, survey)).text
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_answers_become_requirements_in_one_step(sign_in, ines, survey, noon):
    hint = "The system shall …"
    one = AnswerFactory(question__survey=survey, question__requirement_hint=hint)
    two = AnswerFactory(question__survey=survey, value="be quick")
    hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)
    browser = sign_in(ines)

    page = browser.get(url("requirements", survey))
    assert "The system shall export to Excel." in page.text
    refused = browser.post(url("requirements", survey), {})
    assert "Tick the answers that should become requirements." in refused.text
    browser.post(
        url("requirements", survey),
        {
            f"make_{one.pk}": "on",
            f"text_{one.pk}": "The system shall export to Excel.",
            f"priority_{one.pk}": "MUST",
            f"text_{two.pk}": "Not ticked",
        },
    )

    made = Requirement.objects.get()
    assert (made.text, made.priority, made.source_answer) == (
        "The system shall export to Excel.", "MUST", one,
    )  # fmt: skip
    again = browser.get(url("requirements", survey))
    assert "Used already" in again.text
    assert made.get_absolute_url() in browser.get(url("detail", survey)).text
    assert Step.objects.get(project=survey.project, key="survey").state == "DONE"


def test_a_ticked_requirement_without_words_is_refused_at_its_field(sign_in, ines, survey, noon):
    answer = AnswerFactory(question__survey=survey)
    hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)

    page = sign_in(ines).post(
        url("requirements", survey),
        {f"make_{answer.pk}": "on", f"text_{answer.pk}": " ", f"priority_{answer.pk}": "MUST"},
    )

    assert page.context["form"].errors == {
        f"text_{answer.pk}": ["Write the requirement, or take the tick away."]
    }
    assert not Requirement.objects.exists()
