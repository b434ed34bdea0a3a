"""The answers of a survey as a table: several people side by side, and filled in by somebody."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.tables import MAX_CELL, Table
from implportal.kernel.text import first_unkeepable
from implportal.projects.models import Contact
from presales.domain.surveys_answers import WrongAnswer, keep_answers, to_value
from presales.models import Answer, QuestionType, Statement, Survey, SurveyQuestion, speak
from presales.permissions import may_interview

ANSWERS_IMPORTED = Action(
    "presales.survey_answers_imported",
    gettext_lazy("took %(answers)s answers to “%(title)s” from a file"),
)

HEADINGS = {
    "label": gettext_lazy("No."),
    "section": gettext_lazy("Section"),
    "text": gettext_lazy("Question"),
    "kind_of_answer": gettext_lazy("Kind of answer"),
    "how": gettext_lazy("How to answer"),
    "answer": gettext_lazy("Answer"),
    "by": gettext_lazy("Answered by"),
}
"""The columns that each sheet has; behind them stands what each person said."""

READ = ("label", "text", "answer")
PRECISE_DIGITS = 15
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")


class ColumnsMissing(DomainError):
    """The table is none of our answer sheets."""


class OthersWereFaster(DomainError):
    """Answers changed since the rows were looked at."""


@dataclass
class AnswerRow:
    """One line of a sheet. ``number`` is the line in the person's file, ``value`` what is kept."""

    number: int
    label: str = ""
    text: str = ""
    answer: str = ""
    kind: Literal["", "NEW", "CHANGE", "SAME"] = ""
    was: str = ""
    said: str = ""
    question_pk: int | None = None
    value: Any = None
    error: str = ""
    hint: str = ""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        return [(str(HEADINGS["answer"]), self.was, self.said)]


def headings_of(survey: Survey) -> list[str]:
    """Return the headings, those of the people last, in the order of ``lines_of``."""
    people = _people(_questions(survey))
    return [str(heading) for heading in HEADINGS.values()] + _named(people.values())


def lines_of(survey: Survey) -> Iterator[list[object]]:
    """Yield a line for each question: the answer that counts, then what each person said."""
    questions = _questions(survey)
    people = _people(questions)
    for question in questions:
        answer = getattr(question, "answer", None)
        said = {one.contact_id: one.value for one in question.statements.all()}
        yield [
            question.order,
            question.section,
            question.text,
            question.get_type_display(),
            how_to_answer(question),
            to_cell(question, answer.value) if answer else "",
            answer.answered_by if answer else "",
            *[to_cell(question, said[pk]) if pk in said else "" for pk in people],
        ]


def how_to_answer(question: SurveyQuestion) -> str:
    """Say what is expected in the cell of the answer."""
    columns = " | ".join(question.choices)
    said = {
        QuestionType.NUMBER: question.unit,
        QuestionType.DATE: _("as 2026-12-31"),
        QuestionType.SINGLE_CHOICE: _("one of: %(choices)s")
        % {"choices": "; ".join(question.choices)},
        QuestionType.MULTIPLE_CHOICE: _("each in its own line, of: %(choices)s")
        % {"choices": "; ".join(question.choices)},
        QuestionType.SCALE: _("a number from 1 to 5"),
        QuestionType.TABLE: _("each row in its own line: %(columns)s") % {"columns": columns},
        QuestionType.FILE: _("cannot be handed in with a sheet"),
    }.get(QuestionType(question.type), "")
    needed = _("must be answered") if question.is_required else ""
    return ". ".join(part for part in (said, question.help_text, needed) if part)


def to_cell(question: SurveyQuestion, value: Any) -> object:
    """Return a stored answer as ``from_cell`` reads it."""
    kind = QuestionType(question.type)
    if kind == QuestionType.MULTIPLE_CHOICE:
        return "\n".join(value)
    if kind == QuestionType.DATE:
        return date.fromisoformat(value)
    if kind == QuestionType.NUMBER:
        number = Decimal(value)
        return number if len(number.as_tuple().digits) <= PRECISE_DIGITS else value
    if kind == QuestionType.TABLE:
        return "\n".join(" | ".join(cell.replace("|", "\\|") for cell in row) for row in value)
    return value["name"] if kind == QuestionType.FILE else value


def from_cell(question: SurveyQuestion, text: str) -> Any:
    """Read what stands in a cell; None where it is empty.

    Raises:
        WrongAnswer: it does not fit the question.
    """
    if len(text) >= MAX_CELL:
        raise WrongAnswer(_("This is too long for one cell. Answer it on the page."))
    if not text:
        return None
    if found := first_unkeepable(text):
        raise WrongAnswer(str(found))
    read: Callable[[SurveyQuestion, str], Any] = _READERS.get(
        QuestionType(question.type), lambda _question, words: words
    )
    return to_value(question, read(question, text))


def _one_choice(question: SurveyQuestion, text: str) -> str:
    return _as_offered(question).get(_plain(text), text)


def _choices(question: SurveyQuestion, text: str) -> list[str]:
    offered = _as_offered(question)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and _plain(lines[0]) not in offered:
        lines = lines[0].split(";")
    return [offered.get(_plain(line), line) for line in lines]


def _table(question: SurveyQuestion, text: str) -> list[list[str]]:
    width = len(question.choices)
    rows = [
        [cell.strip().replace("\\|", "|") for cell in _BETWEEN_CELLS.split(line)]
        for line in text.splitlines()
        if line.strip()
    ]
    if any(len(row) > width for row in rows):
        raise WrongAnswer(
            _("Use at most %(count)s columns, with | between them.") % {"count": width}
        )
    return [row + [""] * (width - len(row)) for row in rows]


def _file(question: SurveyQuestion, text: str) -> Any:
    answer = getattr(question, "answer", None)
    if answer and answer.value["name"] == text:
        return answer.value
    raise WrongAnswer(_("Files cannot be handed in with a sheet. Add it on the page."))


_READERS = {
    QuestionType.NUMBER: lambda _question, text: text.replace(",", "."),
    QuestionType.SINGLE_CHOICE: _one_choice,
    QuestionType.MULTIPLE_CHOICE: _choices,
    QuestionType.TABLE: _table,
    QuestionType.FILE: _file,
}


def state_of(survey: Survey) -> str:
    """Return what differs as soon as an answer of the survey does."""
    rows = Answer.objects.filter(question__survey=survey).order_by("question__order", "pk")
    return hashlib.sha256(repr(list(rows.values_list("question", "value"))).encode()).hexdigest()


def rows_of_table(table: Table) -> list[AnswerRow]:
    """Read the answers from a sheet that was filled in.

    Raises:
        ColumnsMissing: the table is none of our sheets.
    """
    there = {name.casefold(): name for name in table.headings}
    columns = {ours: there.get(str(HEADINGS[ours]).casefold()) for ours in READ}
    if missing := [str(HEADINGS[ours]) for ours in READ if not columns[ours]]:
        raise ColumnsMissing(
            _("There is no column “%(names)s”. Export the answers and fill in that sheet.")
            % {"names": _("” and no column “").join(missing)}
        )
    return [
        AnswerRow(number=row.number, **{ours: row.cells[name] for ours, name in columns.items()})
        for row in table.rows
    ]


def check_rows(rows: list[AnswerRow], *, survey: Survey) -> list[AnswerRow]:
    """Say of each row what would become of it; an empty answer leaves what is there."""
    questions = {
        str(question.order): question
        for question in survey.questions.select_related("answer").order_by("order", "pk")
    }
    taken: set[str] = set()
    for row in rows:
        row.kind, row.error, row.hint = "", "", ""
        question = questions.get(row.label)
        if question is None or _plain(question.text) != _plain(row.text):
            row.error = _("This is not question %(number)s of this survey.") % {"number": row.label}
        elif row.label in taken:
            row.error = _("Question %(number)s stands in the file twice.") % {"number": row.label}
        else:
            taken.add(row.label)
            _look(row, question)
    return rows


def _look(row: AnswerRow, question: SurveyQuestion) -> None:
    before = getattr(question, "answer", None)
    row.question_pk = question.pk
    try:
        row.value = from_cell(question, row.answer)
    except WrongAnswer as fault:
        row.error = str(fault)
        return
    row.was = before.spoken if before else ""
    if row.value is None or (before and before.value == row.value):
        row.kind = "SAME"
        return
    row.said = speak(question, row.value)
    row.kind = "CHANGE" if before else "NEW"


@transaction.atomic
def import_answers(
    *,
    survey: Survey,
    rows: list[AnswerRow],
    seen: str,
    contact: Contact | None,
    actor: User,
    at: datetime,
) -> int:
    """Keep the answers of the rows that are good; return how many changed.

    ``contact`` is who filled in the sheet, if it was one person. ``seen`` is what ``state_of``
    said when the rows were looked at.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        TakesNoAnswers: it is handed in or closed.
        OthersWereFaster: somebody answered since the look.
    """
    survey = Survey.objects.select_related("project").locked(survey.pk)
    if not may_interview(actor, survey.project):
        raise NotAllowed
    if state_of(survey) != seen:
        raise OthersWereFaster(_("Somebody answered since you looked. Look at the rows once more."))
    check_rows(rows, survey=survey)
    given = {
        row.question_pk: row.value
        for row in rows
        if not row.error and row.kind != "SAME" and row.question_pk is not None
    }
    changed = keep_answers(
        survey=survey, given=given, via=Answer.Via.SHEET, answered_by=actor.name,
        contact=contact, actor=actor, at=at,
    )  # fmt: skip
    if changed:
        record(
            ANSWERS_IMPORTED, subject=survey, actor=actor, at=at, project=survey.project,
            details={"title": survey.title, "answers": changed},
        )  # fmt: skip
    return changed


def _questions(survey: Survey) -> list[SurveyQuestion]:
    said = Statement.objects.select_related("contact").order_by("said_at", "pk")
    rows = survey.questions.select_related("answer").order_by("order", "pk")
    return list(rows.prefetch_related(Prefetch("statements", queryset=said)))


def _people(questions: Iterable[SurveyQuestion]) -> dict[int | None, str]:
    """Return who said something, by key, in the order in which they began."""
    said = sorted(
        (one for question in questions for one in question.statements.all()),
        key=lambda one: (one.said_at, one.pk),
    )
    return {
        one.contact_id: _("Said by %(name)s") % {"name": one.contact.name}
        if one.contact
        else str(_("Said in an interview"))
        for one in said
    }


def _named(headings: Iterable[str]) -> list[str]:
    """Tell two people of one name apart, for no table has two columns of one name."""
    found: list[str] = []
    for heading in headings:
        again = sum(one.casefold().startswith(heading.casefold()) for one in found)
        found.append(f"{heading} ({again + 1})" if again else heading)
    return found


def _as_offered(question: SurveyQuestion) -> dict[str, str]:
    return {_plain(choice): choice for choice in question.choices}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
