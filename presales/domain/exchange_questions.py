"""Questions of an exchange: asked, answered, or taken home by somebody."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError
from implportal.meetings.domain.meetings import hold_if_begun
from implportal.meetings.domain.outcomes import add_action, who_does
from implportal.meetings.models import ActionItem
from implportal.projects.models import Contact
from presales.domain.exchange_standing import advance_exchange
from presales.domain.exchanges import locked_exchange
from presales.models import ExchangeQuestion, Topic

QUESTION_ASKED = Action(
    "presales.exchange_question_asked", gettext_lazy("noted a question of %(name)s: %(text)s")
)
QUESTION_CHANGED = Action(
    "presales.exchange_question_changed", gettext_lazy("changed the question: %(text)s")
)
QUESTION_ANSWERED = Action(
    "presales.exchange_question_answered", gettext_lazy("answered %(name)s's question: %(text)s")
)
QUESTION_REOPENED = Action(
    "presales.exchange_question_reopened", gettext_lazy("opened the question again: %(text)s")
)
QUESTION_TAKEN = Action(
    "presales.exchange_question_taken",
    gettext_lazy("noted that %(who)s finds the answer to: %(text)s"),
)
QUESTION_REMOVED = Action(
    "presales.exchange_question_removed", gettext_lazy("took the question away: %(text)s")
)


class QuestionWasChanged(DomainError):
    """Somebody else answered or changed it since it was read."""


class AnsweredAlready(DomainError):
    """There is an answer, so nobody has to find one."""


class TakenAlready(DomainError):
    """Somebody finds the answer already."""


@transaction.atomic
def ask_question(
    *, topic: Topic, text: str, asked_by: str, actor: User, at: datetime
) -> ExchangeQuestion:
    """Note a question; who asked is a name of either side, or empty.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotAnExchange.
    """
    meeting = locked_exchange(topic.meeting, actor=actor)
    question = ExchangeQuestion.objects.create(
        topic=topic, text=text.strip(), asked_by=asked_by.strip(), asked_at=at
    )
    question.topic.meeting = meeting
    advance_exchange(meeting.project, actor=actor, at=at)
    hold_if_begun(meeting, actor=actor, at=at)
    _record(QUESTION_ASKED, question, actor=actor, at=at, name=question.asked_by or "–")
    return question


@transaction.atomic
def change_question(
    *, question: ExchangeQuestion, text: str, asked_by: str, seen: int, actor: User, at: datetime
) -> ExchangeQuestion:
    """Say the question otherwise. Raises as ``answer_question``."""
    question = _locked(question, seen=seen, actor=actor)
    question.text, question.asked_by = text.strip(), asked_by.strip()
    question.revision += 1
    question.save(update_fields=["text", "asked_by", "revision"])
    _record(QUESTION_CHANGED, question, actor=actor, at=at)
    return question


@transaction.atomic
def answer_question(
    *,
    question: ExchangeQuestion,
    answer: str,
    answered_by: str,
    seen: int,
    actor: User,
    at: datetime,
) -> ExchangeQuestion:
    """Note the answer, or say it better; an empty ``answer`` opens the question again.

    ``seen`` is the ``revision`` that the writer has read.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
        QuestionWasChanged: somebody was faster; nothing is kept.
    """
    question = _locked(question, seen=seen, actor=actor)
    answer = answer.strip()
    question.answer, question.answered_by = answer, answered_by.strip() if answer else ""
    question.answered_at = (question.answered_at or at) if answer else None
    question.revision += 1
    question.save(update_fields=["answer", "answered_by", "answered_at", "revision"])
    advance_exchange(question.topic.meeting.project, actor=actor, at=at)
    hold_if_begun(question.topic.meeting, actor=actor, at=at)
    if answer:
        _record(QUESTION_ANSWERED, question, actor=actor, at=at, name=question.asked_by or "–")
    else:
        _record(QUESTION_REOPENED, question, actor=actor, at=at)
    return question


@transaction.atomic
def take_question_home(
    *,
    question: ExchangeQuestion,
    owner: User | Contact | None,
    due_on: date | None,
    actor: User,
    at: datetime,
) -> ActionItem:
    """Make an action item of an open question: somebody finds the answer until a day.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
        AnsweredAlready, TakenAlready.
        OwnerIsStranger, ContactOfOthers.
    """
    question = _locked(question, seen=None, actor=actor)
    if question.answered_at:
        raise AnsweredAlready(_("This question is answered already."))
    if question.action_id:
        raise TakenAlready(_("Somebody finds the answer already."))
    question.action = add_action(
        meeting=question.topic.meeting, text=question.text[:500], owner=owner, due_on=due_on,
        actor=actor, at=at,
    )  # fmt: skip
    question.save(update_fields=["action"])
    _record(QUESTION_TAKEN, question, actor=actor, at=at, who=who_does(question.action))
    return question.action


@transaction.atomic
def remove_question(*, question: ExchangeQuestion, actor: User, at: datetime) -> None:
    """Take a question away that was noted by mistake; it stays on record. Raises as above."""
    question = _locked(question, seen=None, actor=actor)
    _record(QUESTION_REMOVED, question, actor=actor, at=at)
    question.delete()
    advance_exchange(question.topic.meeting.project, actor=actor, at=at)


def _locked(question: ExchangeQuestion, *, seen: int | None, actor: User) -> ExchangeQuestion:
    meeting = locked_exchange(question.topic.meeting, actor=actor)
    question = ExchangeQuestion.objects.select_related("topic").locked(question.pk)
    question.topic.meeting = meeting
    if seen not in {None, question.revision}:
        raise QuestionWasChanged(
            _("Somebody else has changed this question meanwhile: “%(answer)s”")
            % {"answer": question.answer or question.text}
        )
    return question


def _record(
    action: Action, question: ExchangeQuestion, *, actor: User, at: datetime, **details: object
) -> None:
    record(
        action, subject=question, actor=actor, at=at, project=question.topic.meeting.project,
        details={"text": question.text, "answer": question.answer, **details},
    )  # fmt: skip
