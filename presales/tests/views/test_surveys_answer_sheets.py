import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from implportal.projects.tests.factories import ContactFactory
from presales.models import Answer
from presales.tests.factories import AnswerFactory, SurveyFactory, SurveyQuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(ines):
    survey = SurveyFactory(project__implementation_manager=ines, title="病院のニーズ")
    SurveyQuestionFactory(survey=survey, order=1, text="How many?", type="NUMBER")
    SurveyQuestionFactory(survey=survey, order=2, text="Which?", section="=1+1")
    return survey


def url(survey, page):
    return reverse(f"presales:survey_{page}", args=[survey.project_id, survey.pk])


def test_the_exported_sheet_is_filled_in_and_taken_with_a_look_first(sign_in, ines, survey):
    dora = ContactFactory(customer=survey.project.customer, name="Dora")
    browser = sign_in(ines)
    answer = browser.get(url(survey, "answer_sheet"))
    assert answer["Content-Disposition"] == 'attachment; filename="answers.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    sheet["F2"], sheet["F3"] = 412, "=1+1"
    sheet["F3"].data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    file = SimpleUploadedFile("answers.xlsx", buffer.getvalue())

    seen = browser.post(url(survey, "answer_import"), {"file": file, "speaker": dora.pk})
    assert Answer.objects.count() == 0
    assert [(row.kind, row.said) for row in seen.context["rows"]] == [
        ("NEW", "412"),
        ("NEW", "=1+1"),
    ]
    kept = browser.post(url(survey, "answer_import"), {"rows": seen.context["sealed"]}, follow=True)

    assert "2 answers are kept." in kept.content.decode()
    answers = Answer.objects.order_by("question__order").values_list("value", "answered_by", "via")
    assert list(answers) == [("412", "Dora", "SHEET"), ("=1+1", "Dora", "SHEET")]
    again = load_workbook(io.BytesIO(browser.get(url(survey, "answer_sheet")).content)).worksheets[
        0
    ]
    assert [(cell.value, cell.data_type) for cell in again[3][1:2] + again[3][5:6]] == [
        ("'=1+1", "s"), ("'=1+1", "s"),
    ]  # fmt: skip


def test_the_rows_are_shown_anew_with_the_speaker_where_somebody_was_faster(sign_in, ines, survey):
    dora = ContactFactory(customer=survey.project.customer, name="Dora")
    browser = sign_in(ines)
    text = "No.,Question,Answer\n1,How many?,5\n"
    seen = browser.post(url(survey, "answer_import"), {"text": text, "speaker": dora.pk})
    AnswerFactory(question=survey.questions.get(order=2))

    again = browser.post(url(survey, "answer_import"), {"rows": seen.context["sealed"]})
    assert "Somebody answered since you looked." in again.content.decode()
    browser.post(url(survey, "answer_import"), {"rows": again.context["sealed"]})

    assert Answer.objects.get(question__order=1).answered_by == "Dora"


def test_the_rows_seen_for_one_survey_are_kept_in_no_other(sign_in, ines, survey):
    other = SurveyFactory(project=survey.project)
    browser = sign_in(ines)
    seen = browser.post(
        url(survey, "answer_import"), {"text": "No.,Question,Answer\n1,How many?,5\n"}
    )

    page = browser.post(url(other, "answer_import"), {"rows": seen.context["sealed"]}, follow=True)

    assert "This preview is too old." in page.content.decode()
    assert Answer.objects.count() == 0


def test_a_sheet_that_would_burst_or_is_none_is_refused_at_its_field(sign_in, ines, survey):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (120 * 1024 * 1024))

    for content, words in [
        (buffer.getvalue(), "far larger than it should be"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is not a table."),
        (b"x" * (5 * 1024 * 1024 + 1), "The file is larger than"),
    ]:
        file = SimpleUploadedFile("answers.xlsx", content)
        page = sign_in(ines).post(url(survey, "answer_import"), {"file": file})
        assert words in " ".join(page.context["form"].errors["file"])


@pytest.mark.parametrize(("person", "read", "write"), [("bea", 200, 403), ("sam", 404, 404)])
def test_who_reads_and_who_fills_in(request, sign_in, survey, person, read, write):
    actor = request.getfixturevalue(person)
    survey.project.business_manager = request.getfixturevalue("bea")
    survey.project.save()

    assert sign_in(actor).get(url(survey, "answer_sheet")).status_code == read
    assert sign_in(actor).get(url(survey, "answer_import")).status_code == write
