"""A survey template as a table: written out, looked at row by row, and taken in again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.tables import MAX_CELL, Table
from implportal.kernel.text import first_unkeepable
from presales.domain.surveys_conditions import fault_of
from presales.domain.surveys_templates import count_version, fault_of_choices
from presales.models import (
    WITH_LINES,
    Condition,
    QuestionType,
    SurveyTemplate,
    TemplateQuestion,
    TemplateSection,
)
from presales.permissions import may_edit_templates

TEMPLATE_IMPORTED = Action(
    "presales.survey_template_imported",
    gettext_lazy("took the questions of “%(title)s” from a file: %(questions)s questions"),
)

MAX_ROWS = 500
PRECISE_DIGITS = 15
"""Spreadsheets forget further digits of a number, so those are written as text."""

HEADINGS = {
    "label": gettext_lazy("No."),
    "section": gettext_lazy("Section"),
    "text": gettext_lazy("Question"),
    "type": gettext_lazy("Kind of answer"),
    "is_required": gettext_lazy("Must be answered"),
    "help_text": gettext_lazy("Help"),
    "choices": gettext_lazy("Choices or columns"),
    "smallest": gettext_lazy("Smallest number"),
    "largest": gettext_lazy("Largest number"),
    "unit": gettext_lazy("Unit"),
    "low_label": gettext_lazy("What 1 means"),
    "high_label": gettext_lazy("What 5 means"),
    "depends_on": gettext_lazy("Only after no."),
    "condition": gettext_lazy("If its answer"),
    "condition_value": gettext_lazy("This answer"),
    "requirement_hint": gettext_lazy("Begin the requirement with"),
}
"""Our fields in the order of the columns; a heading is found in any case."""

TEXTS = ("text", "help_text", "unit", "low_label", "high_label", "condition_value",
         "requirement_hint")  # fmt: skip
ONLY_FOR = {
    "smallest": QuestionType.NUMBER,
    "largest": QuestionType.NUMBER,
    "unit": QuestionType.NUMBER,
    "low_label": QuestionType.SCALE,
    "high_label": QuestionType.SCALE,
}


class ColumnsMissing(DomainError):
    """The table lacks a column without which there are no questions."""


class TooManyRows(DomainError):
    """Nobody answers that many questions."""


class RowsAreWrong(DomainError):
    """A questionnaire with holes is not what anybody wrote, so none of it is kept."""


class OthersWereFaster(DomainError):
    """The template changed since the rows were looked at."""


@dataclass
class QuestionRow:
    """One line of the table as written. Without ``text`` it begins a section.

    ``number`` is the line in the person's file, ``label`` what other lines call the question.
    """

    number: int
    label: str = ""
    section: str = ""
    text: str = ""
    type: str = ""
    is_required: str = ""
    help_text: str = ""
    choices: str = ""
    smallest: str = ""
    largest: str = ""
    unit: str = ""
    low_label: str = ""
    high_label: str = ""
    depends_on: str = ""
    condition: str = ""
    condition_value: str = ""
    requirement_hint: str = ""
    error: str = ""
    hint: str = ""

    @property
    def type_label(self) -> str:
        return str(QuestionType(self.type).label) if self.type in QuestionType.values else self.type

    @property
    def lines(self) -> list[str]:
        """The answers offered, or the columns of the table."""
        found = (line.strip() for line in self.choices.splitlines())
        return list(dict.fromkeys(line for line in found if line))


def sheet_of(template: SurveyTemplate) -> Iterator[list[object]]:
    """Yield the lines of the table below ``HEADINGS``: each section, then its questions."""
    label, labels = 0, {}
    for section, questions in contents_of(template):
        yield ["", section.title, *[""] * (len(HEADINGS) - 2)]
        for question in questions:
            label += 1
            labels[question.pk] = label
            yield [
                label,
                section.title,
                question.text,
                question.get_type_display(),
                _("yes") if question.is_required else "",
                question.help_text,
                "\n".join(question.choices),
                _number(question.smallest),
                _number(question.largest),
                question.unit,
                question.low_label,
                question.high_label,
                labels.get(question.depends_on_id, ""),
                question.get_condition_display() if question.depends_on_id else "",
                question.condition_value,
                question.requirement_hint,
            ]


def contents_of(
    template: SurveyTemplate,
) -> list[tuple[TemplateSection, list[TemplateQuestion]]]:
    """Return the sections with their questions, both in order; two queries."""
    questions: dict[int, list[TemplateQuestion]] = {}
    rows = TemplateQuestion.objects.filter(section__template=template)
    for question in rows.select_related("depends_on").order_by("order", "pk"):
        questions.setdefault(question.section_id, []).append(question)
    sections = template.sections.order_by("order", "pk")
    return [(section, questions.get(section.pk, [])) for section in sections]


def state_of(template: SurveyTemplate) -> str:
    """Return what differs as soon as a question of the template does."""
    return hashlib.sha256(repr(list(sheet_of(template))).encode()).hexdigest()


def rows_of_table(table: Table) -> list[QuestionRow]:
    """Read questions from a table with our headings.

    Raises:
        ColumnsMissing: sections, questions or their kinds have no column.
        TooManyRows: more than ``MAX_ROWS``.
    """
    there = {name.casefold(): name for name in table.headings}
    columns = {ours: there.get(str(name).casefold()) for ours, name in HEADINGS.items()}
    missing = [str(HEADINGS[ours]) for ours in ("section", "text", "type") if not columns[ours]]
    if missing:
        raise ColumnsMissing(
            _("There is no column “%(names)s”. The first line of the table names the columns.")
            % {"names": _("” and no column “").join(missing)}
        )
    if len(table.rows) > MAX_ROWS:
        raise TooManyRows(
            _("These are more than %(limit)s rows. Split the file.") % {"limit": MAX_ROWS}
        )
    return [
        QuestionRow(
            number=row.number,
            **{ours: row.cells[name] for ours, name in columns.items() if name is not None},
        )
        for row in table.rows
    ]


def check_rows(rows: list[QuestionRow]) -> list[QuestionRow]:
    """Say of each row what is wrong with it, and write what was meant as we write it."""
    section, count = "", 0
    earlier: dict[str, TemplateQuestion] = {}
    for row in rows:
        row.error, row.hint = "", ""
        row.section = section = row.section or section
        if not row.text and not row.type:
            row.error = _fault_of_section(row)
            continue
        count += 1
        row.label = row.label or str(count)
        question = _read(row, earlier)
        if row.label in earlier:
            row.error = _("There are two questions with the number %(number)s.") % {
                "number": row.label
            }
        if question is not None:
            question.pk = count
            earlier.setdefault(row.label, question)
    return rows


def _fault_of_section(row: QuestionRow) -> str:
    if not row.section:
        return _("The question is missing.")
    return _fault_of_fields(TemplateSection(title=row.section), row.section)


def _read(row: QuestionRow, earlier: dict[str, TemplateQuestion]) -> TemplateQuestion | None:
    """Return the question of a row, or None where it is wrong; the row then says why."""
    try:
        _understand(row)
        question = _question(row)
        row.error = _fault_of_fields(question, *(getattr(row, name) for name in TEXTS))
        row.error = row.error or _fault_of_section(row) or _fault_of_kind(row, question)
        row.error = row.error or _fault_of_condition(row, question, earlier)
    except _Unclear as fault:
        row.error = str(fault)
    return None if row.error else question


class _Unclear(Exception):
    """A cell says something that we have no word for."""


def _understand(row: QuestionRow) -> None:
    """Write the choices among words as we keep them, and leave out what no kind needs."""
    if not row.text:
        raise _Unclear(_("The question is missing."))
    row.type = _choice(row.type, QuestionType)
    row.is_required = _yes_or_no(row.is_required)
    row.smallest, row.largest = _plain_number(row.smallest), _plain_number(row.largest)
    needless = [name for name, kind in ONLY_FOR.items() if getattr(row, name) and row.type != kind]
    if row.choices and row.type not in WITH_LINES:
        needless.append("choices")
    if not row.depends_on:
        needless += [name for name in ("condition", "condition_value") if getattr(row, name)]
    else:
        row.condition = _choice(row.condition or Condition.ANSWERED, Condition)
    for name in needless:
        setattr(row, name, "")
    if needless:
        row.hint = _("Not needed here, so left out: %(names)s.") % {
            "names": ", ".join(str(HEADINGS[name]) for name in needless)
        }


def _choice(word: str, kinds: Any) -> str:
    wanted = " ".join(word.split()).casefold()
    for value, label in kinds.choices:
        if wanted in {value.casefold(), str(label).casefold()}:
            return str(value)
    raise _Unclear(
        _("“%(word)s” is not one of: %(words)s.")
        % {"word": word, "words": ", ".join(str(label) for label in kinds.labels)}
    )


def _yes_or_no(word: str) -> str:
    wanted = word.casefold()
    if wanted in {"", "0", "no", "n", "-", _("no").casefold()}:
        return ""
    if wanted in {"1", "yes", "y", "x", _("yes").casefold()}:
        return "yes"
    raise _Unclear(_("Say “yes” or leave it empty, not “%(word)s”.") % {"word": word})


def _plain_number(text: str) -> str:
    """Read what a German or a French spreadsheet writes, too."""
    return text.replace("\u00a0", "").replace("\u202f", "").replace(",", ".")


def _question(row: QuestionRow) -> TemplateQuestion:
    return TemplateQuestion(
        **{name: getattr(row, name) for name in ("type", "condition", *TEXTS)},
        choices=row.lines,
        is_required=bool(row.is_required),
        smallest=row.smallest or None,
        largest=row.largest or None,
    )


def _fault_of_fields(item: TemplateSection | TemplateQuestion, *texts: str) -> str:
    for text in texts:
        if found := first_unkeepable(text, lines=False):
            return str(found)
    try:
        item.clean_fields(exclude=["template", "section", "order", "depends_on", "choices"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        heading = HEADINGS["section" if name == "title" else name]
        return f"{heading}: {' '.join(messages)}"
    return ""


def _fault_of_kind(row: QuestionRow, question: TemplateQuestion) -> str:
    if len(row.choices) >= MAX_CELL:
        return _("The choices are too long for one cell.")
    if fault := fault_of_choices(row.type, row.lines):
        return fault
    for line in row.lines:
        if found := first_unkeepable(line, lines=False):
            return str(found)
    smallest, largest = question.smallest, question.largest
    if smallest is not None and largest is not None and Decimal(smallest) > Decimal(largest):
        return _("The largest number is below the smallest.")
    return ""


def _fault_of_condition(
    row: QuestionRow, question: TemplateQuestion, earlier: dict[str, TemplateQuestion]
) -> str:
    if not row.depends_on:
        return ""
    reason = earlier.get(row.depends_on)
    if reason is None:
        return _("No question with the number %(number)s comes before this one.") % {
            "number": row.depends_on
        }
    return fault_of(question, reason, [reason.pk])


def _number(value: Decimal | None) -> object:
    if value is None:
        return ""
    plain = Decimal(format(value.normalize(), "f"))
    return plain if len(plain.as_tuple().digits) <= PRECISE_DIGITS else str(plain)


@transaction.atomic
def import_template(
    *, template: SurveyTemplate, rows: list[QuestionRow], seen: str, actor: User, at: datetime
) -> int:
    """Let the rows be the template's questions from now on; return how many there are.

    What it held before goes. Surveys that run keep their own copy. ``seen`` is what
    ``state_of`` said when the rows were looked at.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        RowsAreWrong: at least one is, or there is no question among them.
        OthersWereFaster: somebody changed the template since the look.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    count_version(template)
    if state_of(template) != seen:
        raise OthersWereFaster(
            _("The template changed since you looked. Look at the rows once more.")
        )
    check_rows(rows)
    count = sum(bool(row.text) for row in rows)
    if not count or any(row.error for row in rows):
        raise RowsAreWrong(_("Mend the rows that are wrong; then all are kept together."))
    template.sections.all().delete()
    _write(template, rows)
    record(
        TEMPLATE_IMPORTED, subject=template, actor=actor, at=at,
        details={"title": template.title, "questions": count},
    )  # fmt: skip
    return count


def _write(template: SurveyTemplate, rows: list[QuestionRow]) -> None:
    section: TemplateSection | None = None
    sections, order = 0, 0
    by_label: dict[str, TemplateQuestion] = {}
    for row in rows:
        if section is None or not row.text or row.section != section.title:
            sections, order = sections + 1, 0
            section = TemplateSection.objects.create(
                template=template, title=row.section, order=sections
            )
        if not row.text:
            continue
        order += 1
        question = _question(row)
        question.section, question.order = section, order
        question.depends_on = by_label.get(row.depends_on)
        question.save()
        by_label[row.label] = question
