"""Questions that are asked only where the answer to an earlier one fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from implportal.kernel.errors import DomainError
from presales.models import (
    SCALE,
    WITH_CHOICES,
    Condition,
    Question,
    QuestionType,
    Survey,
    SurveyQuestion,
    SurveyTemplate,
    TemplateQuestion,
)

Q = TypeVar("Q", bound=Question)


class WrongCondition(DomainError):
    """A question depends on one that does not come before it, or waits for what never comes."""


def meets(question: Question, value: Any) -> bool:
    """Say whether ``value``, the answer to ``question.depends_on`` or None, lets it be asked."""
    if value in (None, "", []):
        return False
    wanted = _plain(question.condition_value)
    if question.condition == Condition.ANSWERED or isinstance(value, dict):
        return question.condition == Condition.ANSWERED
    texts = [_plain(text) for text in _texts(value)]
    if question.condition == Condition.EQUALS:
        return texts == [wanted] or (len(texts) == 1 and _same_number(texts[0], wanted))
    is_text = isinstance(value, str) or question.depends_on.type == QuestionType.TABLE
    return any(wanted in text for text in texts) if is_text else wanted in texts


def asked(questions: Iterable[Q], values: Mapping[int, Any]) -> list[Q]:
    """Return those of ``questions`` (in order) that are asked, given the answers by question.

    A question that hangs on one that is not asked is not asked either, whatever was
    answered before. What ``questions`` do not hold counts as asked. No query where
    ``depends_on`` is among ``questions``.
    """
    found: list[Q] = []
    by_pk: dict[int, Q] = {}
    is_asked: dict[int, bool] = {}
    for question in questions:
        by_pk[question.pk] = question
        reason = question.depends_on_id
        if reason in by_pk:
            question.depends_on = by_pk[reason]
        fits = reason is None or (
            is_asked.get(reason, True) and meets(question, values.get(reason))
        )
        is_asked[question.pk] = fits
        if fits:
            found.append(question)
    return found


def asked_of(survey: Survey) -> list[SurveyQuestion]:
    """Return the questions of a survey that are asked, each with its answer; one query."""
    questions = list(survey.questions.select_related("answer").order_by("order", "pk"))
    return asked(questions, answers_of(questions))


def answers_of(questions: Iterable[SurveyQuestion]) -> dict[int, Any]:
    """Return the values that are answered, by question. Needs ``answer``."""
    return {one.pk: one.answer.value for one in questions if hasattr(one, "answer")}


def check_conditions(template: SurveyTemplate) -> None:
    """Let pass a template whose every question can be asked; one query.

    Raises:
        WrongCondition: the message names the question and what to do.
    """
    questions = (
        TemplateQuestion.objects.filter(section__template=template)
        .select_related("section", "depends_on")
        .order_by("section__order", "section_id", "order", "pk")
    )
    seen: set[int] = set()
    for question in questions:
        fault = question.depends_on and fault_of(question, question.depends_on, seen)
        if fault:
            raise WrongCondition(fault)
        seen.add(question.pk)


def fault_of(question: Question, reason: Question, earlier: Iterable[int]) -> str:
    """Say why ``question`` cannot hang on ``reason``; empty where it can."""
    names = {"question": question.text, "earlier": reason.text}
    if reason.pk not in set(earlier):
        return (
            _("“%(question)s” is asked only after “%(earlier)s”, so it has to come later.") % names
        )
    if question.condition not in Condition.values:
        return _("Say how the answer to “%(earlier)s” has to be.") % names
    return "" if question.condition == Condition.ANSWERED else _fault_of_value(question, reason)


def _fault_of_value(question: Question, reason: Question) -> str:
    names = {"value": question.condition_value, "earlier": reason.text}
    if reason.type == QuestionType.FILE:
        return _("Of a file one can only say that it is there: choose “is answered”.")
    wanted = _plain(question.condition_value)
    if not wanted:
        return _("Say what the answer to “%(earlier)s” has to be.") % names
    offered: Sequence[str] = ()
    if reason.type in WITH_CHOICES:
        offered = reason.choices
    elif reason.type == QuestionType.SCALE:
        offered = [str(step) for step in SCALE]
    if offered and wanted not in {_plain(one) for one in offered}:
        return _("“%(value)s” is not among the answers to “%(earlier)s”.") % names
    return ""


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in (one if isinstance(one, list) else [one])]
    return [str(value)]


def _same_number(text: str, wanted: str) -> bool:
    try:
        return Decimal(text) == Decimal(wanted.replace(",", "."))
    except InvalidOperation:
        return False
