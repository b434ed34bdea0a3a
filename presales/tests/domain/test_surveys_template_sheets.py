"""Templates written to a table and read again."""

import io
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from implportal.audit.models import Entry
from implportal.kernel.exports import xlsx_response
from implportal.kernel.tables import read_csv_text, read_table
from presales.domain.surveys import start_survey
from presales.domain.surveys_template_sheets import (
    HEADINGS,
    ColumnsMissing,
    OthersWereFaster,
    QuestionRow,
    RowsAreWrong,
    TooManyRows,
    check_rows,
    contents_of,
    import_template,
    rows_of_table,
    sheet_of,
    state_of,
)
from presales.models import COPIED_FIELDS, SurveyTemplate, TemplateQuestion
from presales.tests.factories import (
    SurveyFactory,
    SurveyTemplateFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)

pytestmark = pytest.mark.django_db


def through_a_file(template):
    """Return the rows of a template after a spreadsheet had them."""
    answer = xlsx_response("questions", list(HEADINGS.values()), sheet_of(template))
    return check_rows(rows_of_table(read_table(ContentFile(answer.content))))


def said(template):
    """All that a template says, but for its keys."""
    number = {}
    found = []
    for section, questions in contents_of(template):
        found.append(section.title)
        for question in questions:
            number[question.pk] = len(number)
            fields = {name: getattr(question, name) for name in COPIED_FIELDS}
            found.append(fields | {"depends_on": number.get(question.depends_on_id)})
    return found


def every_kind():
    """A template with all that a question can say."""
    template = SurveyTemplateFactory(title="All kinds")
    today = TemplateSectionFactory(template=template, title="Today", order=1)
    TemplateSectionFactory(template=template, title="Nothing yet", order=2)
    later = TemplateSectionFactory(template=template, title="明日 🗓 غدًا", order=3)
    ask = TemplateQuestionFactory
    paper = ask(
        section=today, order=1, text="=1+1 sheets of paper?", type="SINGLE_CHOICE",
        choices=["yes, many", "no"], is_required=True, help_text="-- all of them",
    )  # fmt: skip
    ask(section=today, order=2, text="Why?", type="LONG_TEXT", depends_on=paper,
        condition="EQUALS", condition_value="yes, many")  # fmt: skip
    ask(section=today, order=3, text="Name", type="TEXT", requirement_hint="The system shall … .")
    beds = ask(
        section=later, order=1, text="病床数?", type="NUMBER", smallest=Decimal("-2.5"),
        largest=Decimal("99999999999999.1234"), unit="床",
    )  # fmt: skip
    ask(section=later, order=2, text="Since?", type="DATE", depends_on=beds, condition="ANSWERED")
    ask(section=later, order=3, text="Which?", type="MULTIPLE_CHOICE", choices=["@a", "+b", "c"])
    ask(section=later, order=4, text="How urgent?", type="SCALE", low_label="can wait",
        high_label="at once")  # fmt: skip
    ask(section=later, order=5, text="Wards", type="TABLE", choices=["Ward", "Beds"])
    ask(section=later, order=6, text="A plan?", type="FILE")
    return template


def test_what_is_written_out_is_read_again_to_the_letter(ines, noon):
    template, other = every_kind(), SurveyTemplateFactory(title="Other")

    rows = through_a_file(template)
    count = import_template(template=other, rows=rows, seen=state_of(other), actor=ines, at=noon)

    assert [row.error for row in rows if row.error] == []
    assert count == 9
    assert said(other) == said(template)
    assert Entry.objects.latest("pk").sentence == (
        "took the questions of “Other” from a file: 9 questions"
    )


def test_a_file_takes_the_place_of_what_the_template_held(ines, noon):
    template = every_kind()
    rows = [QuestionRow(2, section="New", text="Only this?", type="Short text")]

    import_template(template=template, rows=rows, seen=state_of(template), actor=ines, at=noon)

    assert list(TemplateQuestion.objects.values_list("text", flat=True)) == ["Only this?"]


def test_a_table_written_by_hand_is_understood():
    table = read_csv_text(
        "section;QUESTION;kind of answer;must be answered;smallest number;Only after no.;"
        "If its answer;This answer\n"
        "Today;How many?;number;X;1,5;;;\n"
        ";And then?;Short text;;;1;IS;7\n"
    )

    [first, second] = check_rows(rows_of_table(table))

    assert (first.error, second.error) == ("", "")
    assert (first.label, first.type, first.is_required, first.smallest) == (
        "1", "NUMBER", "yes", "1.5",
    )  # fmt: skip
    assert (second.section, second.depends_on, second.condition) == ("Today", "1", "EQUALS")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"text": ""}, "The question is missing."),
        ({"section": ""}, "The question is missing."),
        ({"type": "Essay"}, "“Essay” is not one of: Short text, Long text, Number, Date"),
        ({"is_required": "perhaps"}, "Say “yes” or leave it empty, not “perhaps”."),
        ({"text": "x" * 301}, "Question: Ensure this value has at most 300 characters"),
        ({"section": "x" * 161}, "Section: Ensure this value has at most 160 characters"),
        ({"help_text": "a\u202eb"}, "The character U+202E (at place 2) cannot be kept"),
        ({"type": "NUMBER", "smallest": "many"}, "Smallest number: “many” value must be a"),
        ({"type": "NUMBER", "smallest": "5", "largest": "4"}, "The largest number is below the"),
        ({"type": "SINGLE_CHOICE", "choices": "one"}, "Give at least two answers to choose from."),
        ({"type": "TABLE"}, "Give the table between one and eight columns."),
        ({"depends_on": "7"}, "No question with the number 7 comes before this one."),
        ({"depends_on": "2"}, "No question with the number 2 comes before this one."),
        ({"depends_on": "1", "condition": "is"}, "Say what the answer to “First?” has to be."),
        (
            {"depends_on": "1", "condition": "is", "condition_value": "maybe"},
            "“maybe” is not among the answers to “First?”.",
        ),
        ({"depends_on": "1", "condition": "resembles"}, "“resembles” is not one of: is, contains"),
        ({"label": "1"}, "There are two questions with the number 1."),
    ],
)
def test_each_row_says_what_is_wrong_with_it_and_nothing_is_kept(ines, noon, row, fault):
    template = SurveyTemplateFactory()
    first = QuestionRow(2, section="Today", text="First?", type="One of several", choices="yes\nno")
    wrong = QuestionRow(3, **{"section": "Today", "text": "Second?", "type": "TEXT"} | row)
    if not row.get("section", "x"):
        first, wrong = QuestionRow(2, section="", type="", text=""), first

    rows = check_rows([first, wrong])
    with pytest.raises(RowsAreWrong):
        import_template(template=template, rows=rows, seen=state_of(template), actor=ines, at=noon)

    assert fault in " ".join(one.error for one in rows)
    assert TemplateQuestion.objects.count() == template.sections.count() == 0


def test_what_a_kind_does_not_need_is_left_out_and_said():
    [row] = check_rows(
        [
            QuestionRow(
                2, section="A", text="B?", type="TEXT", choices="a\nb", unit="m", condition="is"
            )
        ]
    )

    assert (row.error, row.choices, row.unit, row.condition) == ("", "", "", "")
    assert row.hint == "Not needed here, so left out: Unit, Choices or columns, If its answer."


def test_tables_without_our_columns_and_endless_ones_are_refused():
    with pytest.raises(ColumnsMissing, match="no column “Section” and no column “Kind of answer”"):
        rows_of_table(read_csv_text("Question\nWhat?\n"))
    with pytest.raises(TooManyRows, match="more than 500 rows"):
        rows_of_table(read_csv_text("Section,Question,Kind of answer\n" + "a,b,c\n" * 501))


def test_a_template_that_changed_since_the_look_is_shown_anew(ines, noon):
    template = every_kind()
    rows, seen = through_a_file(template), state_of(template)
    TemplateQuestion.objects.filter(text="Name").update(help_text="First and last")

    with pytest.raises(OthersWereFaster):
        import_template(template=template, rows=rows, seen=seen, actor=ines, at=noon)

    assert TemplateQuestion.objects.get(text="Name").help_text == "First and last"


def test_a_survey_that_runs_keeps_its_questions_when_a_file_replaces_the_template(ines, noon):
    template = every_kind()
    survey = start_survey(
        project=SurveyFactory(project__implementation_manager=ines).project, template=template,
        title="Runs", actor=ines, at=noon,
    )  # fmt: skip
    rows = [QuestionRow(2, section="New", text="Only this?", type="Short text")]

    import_template(template=template, rows=rows, seen=state_of(template), actor=ines, at=noon)

    assert survey.questions.count() == 9
    assert (survey.template_version, SurveyTemplate.objects.get(pk=template.pk).version) == (1, 2)


def test_formulas_are_no_formulas_in_the_file():
    from openpyxl import load_workbook

    template = SurveyTemplateFactory()
    TemplateQuestionFactory(
        section__template=template, section__title="=cmd|' /C calc'!A0", text="@SUM(1)"
    )

    answer = xlsx_response("q", list(HEADINGS.values()), sheet_of(template))

    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in sheet[3][1:3]] == [
        ("'=cmd|' /C calc'!A0", "s"), ("'@SUM(1)", "s"),
    ]  # fmt: skip
