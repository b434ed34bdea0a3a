"""Answers: what counts as one, and keeping them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.attachments import FileRefused, attach
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Attachment, Contact
from presales.domain.surveys_people import part_of, questions_for, respondent_of, say
from presales.models import SCALE, Answer, QuestionType, Survey, SurveyQuestion
from presales.permissions import may_interview

LONGEST = {QuestionType.TEXT: 300, QuestionType.LONG_TEXT: 10_000}
"""Letters in a text."""
LARGEST_EXPONENT = 15
"""A number with more digits was never meant; written out it would fill pages."""
MAX_ROWS = 50
MAX_CELL = 500
"""Rows of a table, and letters in one of its cells."""
MAX_FILES = 200
"""Files that one survey takes, those that were replaced included."""


class WrongAnswer(DomainError):
    """The answer is not of the kind that the question asks for.

    ``question_pk`` names the question where one of many answers was wrong.
    """

    question_pk: int | None = None


class TakesNoAnswers(DomainError):
    """The survey is handed in or closed."""


def to_value(question: SurveyQuestion, given: Any) -> Any:
    """Return ``given`` as it is stored (see ``Answer.value``); None takes an answer away.

    Raises:
        WrongAnswer: it does not fit the question.
    """
    if given in (None, "", []):
        return None
    return _READERS[QuestionType(question.type)](question, given)


def _text(question: SurveyQuestion, given: Any) -> str | None:
    text = str(given).replace("\x00", "").strip()
    longest = LONGEST[QuestionType(question.type)]
    if len(text) > longest:
        raise WrongAnswer(_("Use at most %(longest)s letters.") % {"longest": longest})
    return text or None


def _number(question: SurveyQuestion, given: Any) -> str:
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise WrongAnswer(_("Type a number."))
    if question.smallest is not None and number < question.smallest:
        raise WrongAnswer(_("At least %(limit)s.") % {"limit": number_format(question.smallest)})
    if question.largest is not None and number > question.largest:
        raise WrongAnswer(_("At most %(limit)s.") % {"limit": number_format(question.largest)})
    return format(number.normalize(), "f")


def _date(_question: SurveyQuestion, given: Any) -> str:
    try:
        return (given if isinstance(given, date) else date.fromisoformat(str(given))).isoformat()
    except ValueError:
        raise WrongAnswer(_("Type a date.")) from None


def _one_choice(question: SurveyQuestion, given: Any) -> str:
    if given not in question.choices:
        raise WrongAnswer(_("Choose one of the answers offered."))
    return given


def _choices(question: SurveyQuestion, given: Any) -> list[str]:
    if not isinstance(given, list) or not set(given) <= set(question.choices):
        raise WrongAnswer(_("Choose from the answers offered."))
    return [choice for choice in question.choices if choice in given]


def _scale(_question: SurveyQuestion, given: Any) -> int:
    if str(given) not in {str(step) for step in SCALE}:
        raise WrongAnswer(_("Choose a number from 1 to 5."))
    return int(given)


def _table(question: SurveyQuestion, given: Any) -> list[list[str]] | None:
    width = len(question.choices)
    is_table = isinstance(given, list) and all(
        isinstance(row, list) and len(row) == width for row in given
    )
    if not is_table:
        raise WrongAnswer(_("Fill in the table."))
    rows = [[str(cell).replace("\x00", "").strip() for cell in row] for row in given]
    rows = [row for row in rows if any(row)]
    if len(rows) > MAX_ROWS:
        raise WrongAnswer(_("Use at most %(limit)s rows.") % {"limit": MAX_ROWS})
    if any(len(cell) > MAX_CELL for row in rows for cell in row):
        raise WrongAnswer(_("Use at most %(longest)s letters.") % {"longest": MAX_CELL})
    return rows or None


def _kept_file(question: SurveyQuestion, given: Any) -> dict:
    answer = getattr(question, "answer", None)
    if not answer or given != answer.value:
        raise WrongAnswer(_("Choose a file."))
    return given


_READERS: dict[QuestionType, Callable[[SurveyQuestion, Any], Any]] = {
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.NUMBER: _number,
    QuestionType.DATE: _date,
    QuestionType.SINGLE_CHOICE: _one_choice,
    QuestionType.MULTIPLE_CHOICE: _choices,
    QuestionType.SCALE: _scale,
    QuestionType.TABLE: _table,
    QuestionType.FILE: _kept_file,
}


@transaction.atomic
def keep_answers(
    *,
    survey: Survey,
    given: Mapping[int, Any],
    via: Answer.Via,
    answered_by: str,
    actor: User | None,
    at: datetime,
    contact: Contact | None = None,
) -> int:
    """Keep the answers ``given`` by question; return how many of them changed.

    A file is given as it was uploaded, or as the answer that is kept already. Questions that
    are not asked any more keep their answers; they only do not count.

    ``actor`` is None when the customer answers through the link. ``contact`` is the person
    at the customer who says it, if one is named; several may answer the same question. Each
    answer says itself who gave it, how and when; what goes on record is the handing in.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        TakesNoAnswers: it is handed in or closed, or this person's part of it is.
        WrongAnswer: one of them does not fit; none is kept then.
    """
    survey = Survey.objects.select_related("project").locked(survey.pk)
    if actor is not None and not may_interview(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    if not survey.takes_answers:
        raise TakesNoAnswers(
            _("This survey is handed in, so its answers can no longer be changed.")
        )
    is_by_link = via == Answer.Via.LINK
    respondent = respondent_of(survey, contact) if is_by_link else None
    if respondent and respondent.handed_in_at:
        raise TakesNoAnswers(_("You have handed in your answers, so they no longer change."))
    all_questions = questions_for(survey, contact if is_by_link else None, respondent)
    questions = {one.pk: one for one in part_of(respondent, all_questions) if one.pk in given}
    changed, values = 0, {}
    for pk, question in questions.items():
        # Files come last: what is written to the disk is not taken back with the rest.
        is_new_file = isinstance(given[pk], UploadedFile) and question.type == QuestionType.FILE
        values[pk] = given[pk] if is_new_file else _at(pk, to_value, question, given[pk])
    for pk, question in questions.items():
        if isinstance(values[pk], UploadedFile):
            question.survey = survey
            values[pk] = _at(
                pk, _new_file, question, values[pk], answered_by=answered_by, actor=actor, at=at
            )
        before = getattr(question, "answer", None)
        if values[pk] == (before.value if before else None):
            continue
        changed += 1
        say(
            question=question, value=values[pk], contact=contact, via=via, at=at,
            said_by=contact.name if contact else answered_by,
        )  # fmt: skip
    if changed and survey.state == Survey.State.DRAFT:
        survey.state = Survey.State.OPEN
        survey.save(update_fields=["state"])
    return changed


def _at(pk: int, read: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Read an answer so that a refusal names its question."""
    try:
        return read(*args, **kwargs)
    except WrongAnswer as error:
        error.question_pk = pk
        raise


def _new_file(
    question: SurveyQuestion, file: UploadedFile, *, answered_by: str, actor: User | None,
    at: datetime,
) -> dict:  # fmt: skip
    before, survey = getattr(question, "answer", None), question.survey
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    if before and before.value["sha256"] == digest.hexdigest():
        return before.value
    if Attachment.objects.of(survey).count() >= MAX_FILES:
        raise WrongAnswer(_("This survey holds too many files. Send the rest by e-mail."))
    try:
        attachment = attach(
            project=survey.project, subject=survey, file=file, actor=actor, at=at,
            actor_name="" if actor else answered_by,
        )  # fmt: skip
    except FileRefused as error:
        raise WrongAnswer(str(error)) from error
    return {
        "attachment": attachment.pk,
        "name": attachment.name,
        "size": attachment.size,
        "sha256": attachment.sha256,
    }
