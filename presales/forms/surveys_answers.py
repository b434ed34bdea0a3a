"""The form in which questions of every kind are answered, in an interview and behind a link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from implportal.kernel.forms import DateInput, PageForm, check_line
from implportal.kernel.imports import ImportForm
from implportal.kernel.tables import Table
from implportal.projects.models import Contact
from presales.domain.surveys_answer_sheets import AnswerRow, rows_of_table
from presales.domain.surveys_answers import LONGEST, MAX_CELL, MAX_ROWS, WrongAnswer
from presales.models import SCALE, Answer, QuestionType, SurveyQuestion

EMPTY_ROWS = 2
"""Offered below what is filled in; with script more are added, without they come on keeping."""


class LenientForm(PageForm):
    """Marks what is needed in the end, but never refuses what is still empty."""

    use_required_attribute = False

    def full_clean(self) -> None:
        needed = {name for name, field in self.fields.items() if field.required}
        for name in needed:
            self.fields[name].required = False
        super().full_clean()
        for name in needed:
            self.fields[name].required = True


class TableWidget(forms.Widget):
    """Rows of text fields; ``name-row-column`` are their names."""

    use_fieldset = True

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self.columns = columns

    def id_for_label(self, id_: str) -> str:
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[list[str]]:
        width = range(len(self.columns))
        # One more than may be kept, so that too many are refused and not cut off.
        return [
            [data.get(f"{name}-{row}-{column}", "") for column in width]
            for row in range(MAX_ROWS + 1)
            if f"{name}-{row}-0" in data
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-0-0" not in data

    def render(
        self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None
    ) -> SafeString:
        filled = [row for row in value or [] if any(row)]
        empty = [""] * len(self.columns)
        rows = [*filled, *[empty] * min(EMPTY_ROWS, MAX_ROWS - len(filled))]
        return render_to_string(
            "presales/_survey_table_widget.html",
            {
                "name": name,
                "columns": self.columns,
                "rows": rows,
                "most": MAX_ROWS,
                "longest": MAX_CELL,
                "is_invalid": "is-invalid" in (attrs or {}).get("class", ""),
            },
        )


class TableField(forms.Field):
    def to_python(self, value: Any) -> list[list[str]]:
        return [row for row in value or [] if any(cell.strip() for cell in row)]

    def validate(self, value: list[list[str]]) -> None:
        for row in value:
            for cell in row:
                check_line(cell)
                if len(cell) > MAX_CELL:
                    raise forms.ValidationError(
                        _now("Use at most %(longest)s letters.") % {"longest": MAX_CELL}
                    )
        if len(value) > MAX_ROWS:
            raise forms.ValidationError(_now("Use at most %(limit)s rows.") % {"limit": MAX_ROWS})


@dataclass(frozen=True)
class KeptFile:
    """A file that was answered before, as a file field shows it."""

    value: dict
    name: str
    url: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Row:
    """A question as it is shown. ``hangs`` where the question that it depends on is shown too."""

    question: SurveyQuestion
    field: BoundField
    hangs: bool


class AnswersForm(LenientForm):
    """One field for each question. People stop and come back, so gaps are fine here.

    ``speakers`` are those of the customer of whom one may be named as having said it.
    ``file_url`` gives the address of a file that was answered, from its question's answer.
    """

    def __init__(
        self,
        *args: Any,
        questions: Iterable[SurveyQuestion],
        file_url: Any = None,
        speakers: QuerySet[Contact] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if speakers is not None:
            self.fields["speaker"] = forms.ModelChoiceField(
                label=_("Who is speaking"),
                queryset=speakers,
                required=False,
                empty_label=_("nobody in particular"),
                widget=forms.Select(attrs={"class": "form-select"}),
                help_text=_("What you type from now on is kept as said by this person."),
            )
        self.questions = list(questions)
        for question in self.questions:
            field = _FIELDS[QuestionType(question.type)](question)
            field.required, field.label = question.is_required, question.text
            field.help_text = _help(question)
            field.widget.is_required = False
            field.initial = _initial(question, file_url)
            self.fields[self.name_of(question)] = field

    @staticmethod
    def name_of(question: SurveyQuestion) -> str:
        return f"q{question.pk}"

    def given(self) -> dict[int, Any]:
        """Return what was given for each question that was answered without a mistake."""
        found = {}
        for question in self.questions:
            name = self.name_of(question)
            if name in self.cleaned_data:
                value = self.cleaned_data[name]
                is_cleared_file = value is False
                value = None if is_cleared_file else value
                found[question.pk] = value.value if isinstance(value, KeptFile) else value
        return found

    def given_now(self) -> dict[int, Any]:
        """Return what to keep while people still write: no file, and nothing that is wrong."""
        return {
            pk: value for pk, value in self.given().items() if not isinstance(value, UploadedFile)
        }

    def refuse(self, error: WrongAnswer) -> None:
        """Put a refusal of the domain at the field of its question."""
        name = f"q{error.question_pk}"
        self.add_error(name if name in self.fields else None, str(error))

    def sections(self) -> list[tuple[str, list[Row]]]:
        """Return the fields as they are shown, by section."""
        shown = {question.pk for question in self.questions}
        return [
            (
                title,
                [
                    Row(question, self[self.name_of(question)], question.depends_on_id in shown)
                    for question in questions
                ],
            )
            for title, questions in groupby(self.questions, key=lambda question: question.section)
        ]


class AnswerSheetForm(ImportForm):
    """An exported sheet whose column “Answer” was filled in."""

    file_help = _(
        "The export of this survey, filled in. What counts is the column “Answer”; empty cells "
        "leave what is there."
    )
    text_help = _("The columns No., Question and Answer, with their names in the first line.")

    def __init__(self, *args: Any, speakers: QuerySet[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["speaker"] = forms.ModelChoiceField(
            label=_("Who filled it in"),
            queryset=speakers,
            required=False,
            empty_label=_("nobody in particular"),
        )

    def rows_of(self, table: Table) -> list[AnswerRow]:
        return rows_of_table(table)


def _initial(question: SurveyQuestion, file_url: Any) -> Any:
    answer: Answer | None = getattr(question, "answer", None)
    if answer and question.type == QuestionType.FILE:
        return KeptFile(answer.value, answer.value["name"], file_url(answer) if file_url else "")
    return answer.value if answer else None


def _help(question: SurveyQuestion) -> str:
    """What the template says, then what a number may be and what the ends of a scale mean."""
    parts = [question.help_text]
    if question.type == QuestionType.NUMBER and question.unit:
        parts.append(_now("In %(unit)s.") % {"unit": question.unit})
    if question.type == QuestionType.SCALE:
        ends = ((SCALE[0], question.low_label), (SCALE[-1], question.high_label))
        parts.append(", ".join(f"{step} = {label}" for step, label in ends if label))
    return " ".join(part for part in parts if part)


def _short(number: Decimal | None) -> Decimal | None:
    """Take the noughts at the end away, without an exponent."""
    return number if number is None else Decimal(format(number.normalize(), "f"))


def _choice_field(
    question: SurveyQuestion, kind: type[forms.ChoiceField], widget: type[forms.Widget]
) -> forms.ChoiceField:
    return kind(choices=[(choice, choice) for choice in question.choices], widget=widget)


_FIELDS = {
    QuestionType.TEXT: lambda _question: forms.CharField(max_length=LONGEST[QuestionType.TEXT]),
    QuestionType.LONG_TEXT: lambda _question: forms.CharField(
        max_length=LONGEST[QuestionType.LONG_TEXT], widget=forms.Textarea(attrs={"rows": 3})
    ),
    QuestionType.NUMBER: lambda question: forms.DecimalField(
        max_digits=15,
        min_value=_short(question.smallest),
        max_value=_short(question.largest),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    ),
    QuestionType.DATE: lambda _question: forms.DateField(widget=DateInput()),
    QuestionType.SINGLE_CHOICE: lambda question: _choice_field(
        question, forms.ChoiceField, forms.RadioSelect
    ),
    QuestionType.MULTIPLE_CHOICE: lambda question: _choice_field(
        question, forms.MultipleChoiceField, forms.CheckboxSelectMultiple
    ),
    QuestionType.SCALE: lambda _question: forms.ChoiceField(
        choices=[(str(step), str(step)) for step in SCALE], widget=forms.RadioSelect
    ),
    QuestionType.TABLE: lambda question: TableField(widget=TableWidget(question.choices)),
    QuestionType.FILE: lambda _question: forms.FileField(
        max_length=200,
        allow_empty_file=True,
        help_text=_("A document or a picture."),
    ),
}
