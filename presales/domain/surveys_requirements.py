"""From answers to requirements, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from presales.domain.requirements import add_requirement
from presales.domain.surveys import close_survey
from presales.models import Answer, QuestionType, Requirement, Survey
from presales.permissions import may_prepare

DOTS = ("…", "...")


@dataclass(frozen=True)
class Wish:
    """One requirement to be made of an answer."""

    answer: Answer
    text: str
    priority: Requirement.Priority


class NotHandedIn(DomainError):
    """The answers may still change."""


class NothingTicked(DomainError):
    """Nothing was chosen."""


class MadeAlready(DomainError):
    """The same sentence was made of the same answer before."""


def sentence_for(answer: Answer) -> str:
    """Propose a sentence that can be checked. Needs ``answer.question``.

    The answer takes the place of the dots of the question's hint, or follows it;
    without a hint it follows its question, unless it is told at length.
    """
    said = " ".join(answer.spoken.split())
    hint = answer.question.requirement_hint.strip()
    dots = next((dots for dots in DOTS if dots in hint), None)
    sentence = hint.replace(dots, said, 1) if dots else f"{hint} {said}".strip()
    if answer.question.type != QuestionType.LONG_TEXT and not hint:
        sentence = f"{answer.question.text} {said}"
    if hint and not sentence.endswith((".", "!", "?")):
        sentence += "."
    return sentence[:500]


@transaction.atomic
def make_requirements(
    *, survey: Survey, wishes: Sequence[Wish], actor: User, at: datetime
) -> list[Requirement]:
    """Add the wished requirements, each with its answer, and close the survey.

    Raises:
        NotAllowed, ProjectNotRunning.
        NotHandedIn: answers may still change.
        NothingTicked: ``wishes`` is empty.
        MadeAlready: someone was faster, or the page was sent twice; nothing is added then.
        EmptyRequirement: a text is blank.
    """
    survey = Survey.objects.select_related("project").locked(survey.pk)
    if not may_prepare(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    if survey.takes_answers:
        raise NotHandedIn(_("The answers may still change. Have the survey handed in first."))
    if not wishes:
        raise NothingTicked(_("Tick the answers that should become requirements."))
    there = set(
        Requirement.objects.filter(source_answer__question__survey=survey).values_list(
            "source_answer", "text"
        )
    )
    if any((wish.answer.pk, wish.text.strip()) in there for wish in wishes):
        raise MadeAlready(_("One of these requirements was made from its answer already."))
    made = [
        add_requirement(
            project=survey.project,
            text=wish.text,
            source=Requirement.Source.SURVEY,
            priority=wish.priority,
            actor=actor,
            at=at,
            source_answer=wish.answer,
        )
        for wish in wishes
    ]
    if survey.state == Survey.State.HANDED_IN:
        close_survey(survey=survey, actor=actor, at=at)
    return made
