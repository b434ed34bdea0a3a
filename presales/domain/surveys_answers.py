"""Answers: what counts as one, and keeping them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from presales.models import SCALE, Answer, QuestionType, Survey, SurveyQuestion
from presales.permissions import may_interview

LONGEST = {QuestionType.TEXT: 300, QuestionType.LONG_TEXT: 10_000}
"""Letters in a text."""
LARGEST_EXPONENT = 15
"""A number with more digits was never meant; written out it would fill pages."""


class WrongAnswer(DomainError):
    """The answer is not of the kind that the question asks for."""


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


def _number(_question: SurveyQuestion, given: Any) -> str:
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise WrongAnswer(_("Type a number."))
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


_READERS: dict[QuestionType, Callable[[SurveyQuestion, Any], Any]] = {
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.NUMBER: _number,
    QuestionType.DATE: _date,
    QuestionType.SINGLE_CHOICE: _one_choice,
    QuestionType.MULTIPLE_CHOICE: _choices,
    QuestionType.SCALE: _scale,
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
) -> int:
    """Keep the answers ``given`` by question; return how many of them changed.

    ``actor`` is None when the customer answers through the link. Each answer says
    itself who gave it, how and when; what goes on record is the handing in.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        TakesNoAnswers: it is handed in or closed.
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
    questions = survey.questions.select_related("answer").in_bulk([*given])
    changed = 0
    for pk, question in questions.items():
        changed += _keep(question, to_value(question, given[pk]), via, answered_by, at)
    if changed and survey.state == Survey.State.DRAFT:
        survey.state = Survey.State.OPEN
        survey.save(update_fields=["state"])
    return changed


def _keep(
    question: SurveyQuestion, value: Any, via: Answer.Via, answered_by: str, at: datetime
) -> bool:
    before = getattr(question, "answer", None)
    if value == (before.value if before else None):
        return False
    if value is None:
        before.delete()
        return True
    answer = before or Answer(question=question)
    answer.value, answer.via = value, via
    answer.answered_by, answer.answered_at = answered_by, at
    answer.save()
    return True
