import pytest
from django.urls import reverse

from presales.models import SurveyTemplate, TemplateQuestion
from presales.tests.factories import (
    SurveyTemplateFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "write"),
    [
        ("ines", 200),
        ("sam", 200),
        ("adam", 200),
        ("piet", 403),
        ("bea", 403),
        ("cora", 403),
        ("conny", 403),
    ],
)
def test_everybody_reads_and_keepers_write(request, sign_in, person, write):
    question = TemplateQuestionFactory()
    section, template = question.section, question.section.template
    browser = sign_in(request.getfixturevalue(person))

    assert browser.get(reverse("presales:survey_template_list")).status_code == 200
    assert browser.get(template.get_absolute_url()).status_code == 200
    for route, pk in [
        ("survey_template_create", None),
        ("survey_template_edit", template.pk),
        ("template_section_create", template.pk),
        ("template_section_edit", section.pk),
        ("template_question_create", section.pk),
        ("template_question_edit", question.pk),
    ]:
        address = reverse(f"presales:{route}", args=[pk] if pk else [])
        assert browser.get(address).status_code == write
    for route, pk in [
        ("template_question_move", question.pk),
        ("template_section_move", section.pk),
        ("template_question_remove", question.pk),
        ("template_section_remove", section.pk),
    ]:
        answer = browser.post(reverse(f"presales:{route}", args=[pk]))
        assert answer.status_code == (302 if write == 200 else write)


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_costs_the_same_for_any_number(sign_in, ines, django_assert_num_queries, rows):
    for template in SurveyTemplateFactory.create_batch(rows):
        TemplateQuestionFactory(section__template=template)
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, choices of the filter, count, page, news
        page = browser.get(reverse("presales:survey_template_list"))

    assert [row.question_count for row in page.context["object_list"]] == [1] * rows


@pytest.mark.parametrize("rows", [1, 25])
def test_a_template_costs_the_same_for_any_number_of_questions(
    sign_in, ines, django_assert_num_queries, rows
):
    template = SurveyTemplateFactory()
    for _number in range(rows):
        TemplateQuestionFactory(section=TemplateSectionFactory(template=template))
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, template, questions, sections, news
        browser.get(template.get_absolute_url())


def test_a_template_is_written(sign_in, ines):
    browser = sign_in(ines)
    browser.post(
        reverse("presales:survey_template_create"), {"title": "Retail", "is_published": "on"}
    )
    template = SurveyTemplate.objects.get()
    browser.post(reverse("presales:template_section_create", args=[template.pk]), {"title": "Now"})
    section = template.sections.get()
    add = reverse("presales:template_question_create", args=[section.pk])

    again = browser.post(
        add,
        {
            "text": "Which?",
            "type": "SINGLE_CHOICE",
            "choices": " Excel \n\nPDF\nExcel",
            "requirement_hint": "The system shall export …",
            "another": "1",
        },
    )

    assert again.headers["Location"] == add
    question = TemplateQuestion.objects.get()
    assert (question.text, question.choices, question.order) == ("Which?", ["Excel", "PDF"], 1)


def test_a_choice_needs_two_answers(sign_in, ines):
    section = TemplateSectionFactory()

    page = sign_in(ines).post(
        reverse("presales:template_question_create", args=[section.pk]),
        {"text": "Which?", "type": "MULTIPLE_CHOICE", "choices": "Excel"},
    )

    assert page.context["form"].errors == {"choices": ["Give at least two answers to choose from."]}
    assert not TemplateQuestion.objects.exists()


def test_hostile_questions_are_shown_as_words(sign_in, ines):
    question = TemplateQuestionFactory(text="<script>alert(1)</script>")

    page = sign_in(ines).get(question.section.template.get_absolute_url())

    assert "<script>alert(1)" not in page.text
