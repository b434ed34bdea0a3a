"""Several people answer one survey: what each of them sees, said, and what counts of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact
from presales.domain.surveys_conditions import answers_of, asked
from presales.models import Answer, Respondent, Statement, Survey, SurveyQuestion
from presales.permissions import may_interview

ANSWER_AGREED = Action(
    "presales.survey_answer_agreed",
    gettext_lazy("took the answer of %(name)s to “%(question)s” as the agreed one"),
)

_ANSWER = SurveyQuestion._meta.get_field("answer")


@dataclass(frozen=True)
class Standing:
    """How far one person is with what is asked of them."""

    respondent: Respondent
    asked: int
    answered: int


def questions_for(
    survey: Survey, contact: Contact | None, respondent: Respondent | None
) -> list[SurveyQuestion]:
    """Return all questions in order, each with the answer that this person sees; two queries.

    In their own part that is what they said themselves, or what was typed in an interview
    without a name; elsewhere it is the answer that counts. Without ``contact`` it always is.
    ``respondent`` is what the person is asked, None for everything.
    """
    rows = survey.questions.select_related("answer").order_by("order", "pk")
    if contact is None:
        return list(rows)
    mine = Statement.objects.filter(Q(contact=contact) | Q(contact=None)).order_by("pk")
    questions = list(rows.prefetch_related(Prefetch("statements", queryset=mine)))
    for question in questions:
        if respondent is None or respondent.answers(question):
            _show(question, question.statements.all(), contact.pk)
    return questions


def part_of(
    respondent: Respondent | None, questions: Iterable[SurveyQuestion]
) -> list[SurveyQuestion]:
    """Return those of the questions that the person answers; all without a ``respondent``."""
    return [one for one in questions if respondent is None or respondent.answers(one)]


def respondent_of(survey: Survey, contact: Contact | None) -> Respondent | None:
    return survey.respondents.filter(contact=contact).first() if contact else None


def standings(survey: Survey) -> list[Standing]:
    """Return how far each person is, in the order in which they were asked; three queries."""
    respondents = list(survey.respondents.select_related("contact").order_by("sent_at", "pk"))
    if not respondents:
        return []
    rows = survey.questions.select_related("answer").order_by("order", "pk")
    questions = list(rows.prefetch_related("statements"))
    counting = {question.pk: getattr(question, "answer", None) for question in questions}
    found = []
    for respondent in respondents:
        for question in questions:
            if respondent.answers(question):
                _show(question, question.statements.all(), respondent.contact_id)
            else:
                _ANSWER.set_cached_value(question, counting[question.pk])
        mine = part_of(respondent, asked(questions, answers_of(questions)))
        found.append(Standing(respondent, len(mine), len(answers_of(mine))))
    return found


def people_answering() -> Prefetch:
    """To prefetch: the respondents of surveys, each with the person, in the order of asking."""
    rows = Respondent.objects.select_related("contact").order_by("sent_at", "pk")
    return Prefetch("respondents", queryset=rows)


def still_answering(survey: Survey) -> list[str]:
    """Return the names of those who have not handed in; one query."""
    rows = survey.respondents.filter(handed_in_at=None).order_by("sent_at", "pk")
    return list(rows.values_list("contact__name", flat=True))


def say(
    *, question: SurveyQuestion, value: Any, contact: Contact | None, said_by: str, via: str,
    at: datetime,
) -> None:  # fmt: skip
    """Keep what somebody said, None to take it back, and let it count. The survey is locked."""
    if value is None:
        Statement.objects.filter(_own(question, contact), question=question).delete()
    else:
        Statement.objects.update_or_create(
            question=question,
            contact=contact,
            defaults={"value": value, "said_by": said_by[:160], "via": via, "said_at": at},
        )
    _count(question)


@transaction.atomic
def take_statement(*, statement: Statement, actor: User, at: datetime) -> Answer:
    """Let what one person said be the agreed answer; later statements do not replace it.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
    """
    question = statement.question
    survey = Survey.objects.select_related("project").locked(question.survey_id)
    if not may_interview(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    answer = _write(question, statement, agreed_at=at)
    record(
        ANSWER_AGREED, subject=survey, actor=actor, at=at, project=survey.project,
        details={"name": statement.said_by, "question": question.text},
    )  # fmt: skip
    return answer


def _own(question: SurveyQuestion, contact: Contact | None) -> Q:
    """Pick what the person takes back by emptying the field: what stood there."""
    if contact is not None:
        return Q(contact=contact) | Q(contact=None)
    answer = Answer.objects.filter(question=question).first()
    if answer is None:
        return Q(contact=None)
    return Q(contact=None) | Q(said_by=answer.answered_by, said_at=answer.answered_at)


def _count(question: SurveyQuestion) -> None:
    answer = Answer.objects.filter(question=question).first()
    last = Statement.objects.filter(question=question).order_by("-said_at", "-pk").first()
    if last is None:
        Answer.objects.filter(question=question).delete()
    elif answer is None or answer.agreed_at is None:
        _write(question, last, agreed_at=None)


def _write(question: SurveyQuestion, statement: Statement, agreed_at: datetime | None) -> Answer:
    """Change the answer in its place, for requirements may have been made of it."""
    answer, _created = Answer.objects.update_or_create(
        question=question,
        defaults={
            "value": statement.value,
            "via": statement.via,
            "answered_by": statement.said_by,
            "answered_at": statement.said_at,
            "agreed_at": agreed_at,
        },
    )
    return answer


def _show(question: SurveyQuestion, statements: Sequence[Statement], contact_pk: int) -> None:
    mine = next((one for one in statements if one.contact_id == contact_pk), None)
    shown = mine or next((one for one in statements if one.contact_id is None), None)
    answer = shown and Answer(
        question_id=question.pk, value=shown.value, via=shown.via, answered_by=shown.said_by,
        answered_at=shown.said_at,
    )  # fmt: skip
    _ANSWER.set_cached_value(question, answer)
    if answer:
        Answer.question.field.set_cached_value(answer, question)
