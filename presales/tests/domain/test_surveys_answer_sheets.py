"""Answers written to a sheet, filled in elsewhere, and taken in again."""

import pytest
from django.core.files.base import ContentFile

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.exports import xlsx_response
from implportal.kernel.tables import MAX_CELL, read_csv_text, read_table
from implportal.projects.tests.factories import ContactFactory
from presales.domain.surveys_answer_sheets import (
    AnswerRow,
    ColumnsMissing,
    OthersWereFaster,
    check_rows,
    headings_of,
    import_answers,
    lines_of,
    rows_of_table,
    state_of,
)
from presales.domain.surveys_answers import TakesNoAnswers, keep_answers
from presales.models import Answer, Statement
from presales.tests.factories import AnswerFactory, SurveyFactory, SurveyQuestionFactory

pytestmark = pytest.mark.django_db

KINDS = [
    ("TEXT", [], "=HYPERLINK(“x”)"),
    ("LONG_TEXT", [], "- first\n- second, 第二 🏥\n\nلا"),
    ("NUMBER", [], "-12.5"),
    ("NUMBER", [], "1234567890123456"),
    ("DATE", [], "2026-03-31"),
    ("SINGLE_CHOICE", ["yes; many", "no"], "yes; many"),
    ("MULTIPLE_CHOICE", ["+a", "b; c", "d"], ["+a", "b; c"]),
    ("MULTIPLE_CHOICE", ["+a", "b; c", "d"], ["b; c"]),
    ("SCALE", [], 4),
    ("TABLE", ["Ward", "Beds"], [["=Surgery | day", "12"], ["", "3"], ["Kids", ""]]),
]


@pytest.fixture
def survey(ines):
    survey = SurveyFactory(project__implementation_manager=ines, title="Needs")
    for order, (kind, choices, _value) in enumerate(KINDS, start=1):
        SurveyQuestionFactory(
            survey=survey, order=order, text=f"@{kind} {order}?", type=kind, choices=choices
        )
    return survey


def questions(survey):
    return list(survey.questions.order_by("order"))


def answer_all(survey, actor, at):
    given = {one.pk: value for one, (_, _, value) in zip(questions(survey), KINDS, strict=True)}
    keep_answers(
        survey=survey, given=given, via="INTERVIEW", answered_by="Ines", actor=actor, at=at
    )


def through_a_file(survey):
    answer = xlsx_response("answers", headings_of(survey), lines_of(survey))
    return rows_of_table(read_table(ContentFile(answer.content)))


def test_answers_of_every_kind_are_read_again_to_the_letter(survey, ines, noon):
    answer_all(survey, ines, noon)
    rows = through_a_file(survey)
    assert {row.kind for row in check_rows(rows, survey=survey)} == {"SAME"}
    Statement.objects.all().delete()
    Answer.objects.all().delete()

    check_rows(rows, survey=survey)
    count = import_answers(
        survey=survey, rows=rows, seen=state_of(survey), contact=None, actor=ines, at=noon
    )

    assert [row.error for row in rows if row.error] == []
    assert count == len(KINDS)
    values = Answer.objects.order_by("question__order").values_list("value", "via", "answered_by")
    assert list(values) == [(value, "SHEET", ines.name) for _, _, value in KINDS]
    assert Entry.objects.latest("pk").sentence == (
        f"took {len(KINDS)} answers to “Needs” from a file"
    )


def test_what_several_people_said_stands_side_by_side(survey, ines, noon):
    people = [
        ContactFactory(customer=survey.project.customer, name=name)
        for name in ("王小明 🏥", "Same Name", "Same Name")
    ]
    first = questions(survey)[0]
    for number, contact in enumerate([*people, None]):
        keep_answers(
            survey=survey, given={first.pk: f"words {number}"}, via="INTERVIEW",
            answered_by="Ines", contact=contact, actor=ines, at=noon.replace(minute=number),
        )  # fmt: skip

    assert headings_of(survey)[7:] == [
        "Said by 王小明 🏥", "Said by Same Name", "Said by Same Name (2)", "Said in an interview",
    ]  # fmt: skip
    assert next(lines_of(survey))[5:] == [
        "words 3", "Ines", "words 0", "words 1", "words 2", "words 3",
    ]  # fmt: skip
    assert {row.kind for row in check_rows(through_a_file(survey), survey=survey)} == {"SAME"}


@pytest.mark.parametrize("count", [1, 25])
def test_a_sheet_costs_the_same_for_any_number_of_answers(ines, django_assert_num_queries, count):
    survey = SurveyFactory()
    for question in SurveyQuestionFactory.create_batch(count, survey=survey):
        AnswerFactory(question=question)

    with django_assert_num_queries(4):  # questions with answers, statements; lines and headings
        assert len(list(lines_of(survey))) + len(headings_of(survey)) == count + 7


def test_each_row_says_what_becomes_of_it(survey, ines, noon):
    answer_all(survey, ines, noon)
    Answer.objects.get(question__order=8).delete()
    wanted = {1: "other words", 2: "", 3: "-12.5", 8: "D", 9: "7", 10: "a | b | c"}
    rows = [
        AnswerRow(number=order + 1, label=str(order), text=one.text, answer=wanted[order])
        for order, one in enumerate(questions(survey), start=1)
        if order in wanted
    ]

    check_rows(rows, survey=survey)

    assert [(row.kind, row.error) for row in rows] == [
        ("CHANGE", ""),
        ("SAME", ""),
        ("SAME", ""),
        ("NEW", ""),
        ("", "Choose a number from 1 to 5."),
        ("", "Use at most 2 columns, with | between them."),
    ]
    assert rows[0].changes == [("Answer", "=HYPERLINK(“x”)", "other words")]
    assert rows[3].value == ["d"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"label": "99"}, "This is not question 99 of this survey."),
        ({"text": "Another question?"}, "This is not question 1 of this survey."),
        ({"label": "2", "text": "@LONG_TEXT 2?"}, "Question 2 stands in the file twice."),
        ({"answer": "x" * 301}, "Use at most 300 letters."),
        ({"answer": "x" * MAX_CELL}, "This is too long for one cell."),
        ({"answer": "a\u202eb"}, "The character U+202E (at place 2) cannot be kept"),
    ],
)
def test_wrong_rows_are_left_out_and_the_others_kept(survey, ines, noon, row, fault):
    rows = [
        AnswerRow(2, label="2", text="@long_text  2?", answer="kept"),
        AnswerRow(3, **{"label": "1", "text": "@TEXT 1?", "answer": "words"} | row),
    ]
    check_rows(rows, survey=survey)

    count = import_answers(
        survey=survey, rows=rows, seen=state_of(survey), contact=None, actor=ines, at=noon
    )

    assert fault in rows[1].error
    assert count == 1
    assert Answer.objects.get().value == "kept"


def test_a_file_is_not_taken_from_a_cell(ines):
    question = SurveyQuestionFactory(type="FILE", order=1, text="A plan?")
    rows = [AnswerRow(2, label="1", text="A plan?", answer="plan.pdf")]

    assert "Files cannot be handed in with a sheet." in (
        check_rows(rows, survey=question.survey)[0].error
    )


def test_the_person_who_filled_it_in_is_kept_as_having_said_it(survey, ines, noon):
    dora = ContactFactory(customer=survey.project.customer, name="Dora")
    rows = [AnswerRow(2, label="1", text="@TEXT 1?", answer="mine")]

    import_answers(
        survey=survey, rows=rows, seen=state_of(survey), contact=dora, actor=ines, at=noon
    )

    assert (Statement.objects.get().contact, Answer.objects.get().answered_by) == (dora, "Dora")


def test_nothing_is_kept_where_somebody_was_faster_or_it_is_over_or_not_theirs(
    survey, ines, bea, noon
):
    rows = [AnswerRow(2, label="1", text="@TEXT 1?", answer="mine")]
    seen = state_of(survey)
    keep = {"survey": survey, "rows": rows, "contact": None, "at": noon}

    with pytest.raises(NotAllowed):
        import_answers(**keep, seen=seen, actor=bea)
    AnswerFactory(question=questions(survey)[4], value="2026-01-01")
    with pytest.raises(OthersWereFaster):
        import_answers(**keep, seen=seen, actor=ines)
    survey.state, survey.handed_in_at = "HANDED_IN", noon
    survey.save()
    with pytest.raises(TakesNoAnswers):
        import_answers(**keep, seen=state_of(survey), actor=ines)

    assert Answer.objects.count() == 1


def test_another_table_is_refused():
    with pytest.raises(ColumnsMissing, match=r"no column “No\.” and no column “Answer”"):
        rows_of_table(read_csv_text("Question\nWhat?\n"))
