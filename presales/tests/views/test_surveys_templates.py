import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
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

    with django_assert_num_queries(7):  # session, user, template, questions, sections, news
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


def test_lines_are_dragged_into_order_by_keepers(sign_in, ines, piet):
    section = TemplateSectionFactory()
    first, second = TemplateQuestionFactory.create_batch(2, section=section)
    hanging = TemplateQuestionFactory(section=section, depends_on=first, condition="ANSWERED")
    address = reverse("presales:template_question_order", args=[section.pk])
    keys = {"order": [second.pk, first.pk, hanging.pk]}

    assert sign_in(piet).post(address, keys).status_code == 403
    ok = sign_in(ines).post(address, keys)
    refused = sign_in(ines).post(address, {"order": [hanging.pk, first.pk, second.pk]})

    assert (ok.status_code, refused.status_code) == (204, 409)
    assert "is asked only after" in refused.content.decode()
    assert list(section.questions.order_by("order").values_list("pk", flat=True)) == keys["order"]
    page = sign_in(ines).get(section.template.get_absolute_url()).content.decode()
    assert f'data-reorder="{address}"' in page
    assert f'data-key="{first.pk}"' in page


def test_what_to_prepare_is_kept_with_the_template(sign_in, ines):
    template = SurveyTemplateFactory()
    browser = sign_in(ines)
    address = reverse("presales:template_preparation_create", args=[template.pk])

    browser.post(address, {"text": "Read their report", "another": "1"})
    browser.post(address, {"text": "Know who is coming"})
    one, two = template.preparation.order_by("order")
    browser.post(reverse("presales:template_preparation_edit", args=[one.pk]), {"text": "Read it"})
    browser.post(reverse("presales:template_preparation_move", args=[two.pk]), {"direction": "up"})
    assert list(template.preparation.order_by("order").values_list("text", flat=True)) == [
        "Know who is coming", "Read it",
    ]  # fmt: skip
    browser.post(reverse("presales:template_preparation_remove", args=[two.pk]))
    assert template.preparation.get().text == "Read it"


def sheet(client, template):
    answer = client.get(reverse("presales:survey_template_sheet", args=[template.pk]))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    return SimpleUploadedFile("questions.xlsx", answer.content)


def test_a_template_goes_out_and_comes_in_with_a_look_first(sign_in, ines, piet):
    question = TemplateQuestionFactory(text="病床数 🏥?", type="NUMBER", section__title="病院")
    template = question.section.template
    other = SurveyTemplateFactory(title="Other")
    browser = sign_in(ines)
    address = reverse("presales:survey_template_import", args=[other.pk])
    file = sheet(browser, template)

    assert sign_in(piet).get(address).status_code == 403
    seen = browser.post(address, {"file": file})
    assert TemplateQuestion.objects.filter(section__template=other).count() == 0
    assert "病床数 🏥?" in seen.content.decode()
    kept = browser.post(address, {"rows": seen.context["sealed"]}, follow=True)

    assert "The template has the 1 question of the file now." in kept.content.decode()
    assert other.sections.get().title == "病院"
    assert other.sections.get().questions.get().type == "NUMBER"


def test_a_wrong_row_is_shown_with_its_line_and_keeps_all_others_out(sign_in, ines):
    template = SurveyTemplateFactory()
    text = "Section,Question,Kind of answer\nA,Good?,Date\nA,Bad?,Essay\n"

    page = sign_in(ines).post(
        reverse("presales:survey_template_import", args=[template.pk]), {"text": text}
    )

    assert [(row.number, bool(row.error)) for row in page.context["rows"]] == [
        (2, False), (3, True),
    ]  # fmt: skip
    assert page.context["good"] == 0
    assert "There is nothing to keep. Mend the file" in page.content.decode()
    assert template.sections.count() == 0


def test_a_template_that_changed_meanwhile_is_looked_at_again(sign_in, ines):
    question = TemplateQuestionFactory(text="Old?")
    template = question.section.template
    address = reverse("presales:survey_template_import", args=[template.pk])
    browser = sign_in(ines)
    seen = browser.post(address, {"text": "Section,Question,Kind of answer\nA,New?,Date\n"})
    TemplateQuestionFactory(section=question.section, text="By somebody else?")

    again = browser.post(address, {"rows": seen.context["sealed"]})

    assert "The template changed since you looked." in again.content.decode()
    assert TemplateQuestion.objects.filter(section__template=template).count() == 2
    browser.post(address, {"rows": again.context["sealed"]})
    assert TemplateQuestion.objects.get().text == "New?"


def test_a_file_that_would_burst_is_refused(sign_in, ines):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (120 * 1024 * 1024))
    file = SimpleUploadedFile("questions.xlsx", buffer.getvalue())

    page = sign_in(ines).post(
        reverse("presales:survey_template_import", args=[SurveyTemplateFactory().pk]),
        {"file": file},
    )

    assert "Unpacked, this file is far larger than it should be" in page.content.decode()
