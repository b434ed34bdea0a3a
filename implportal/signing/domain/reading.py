"""The reading room: a customer marks sections understood and asks; we answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.signing.domain.links import LinkIsGone
from implportal.signing.domain.progress import section_sha256
from implportal.signing.models import (
    Answer,
    LinkKind,
    Question,
    SectionConfirmation,
    SharedLink,
)
from implportal.signing.models.links import DECIDING_KINDS
from implportal.signing.permissions import may_answer

QUESTIONS_A_DAY = 50
"""More than that through one link is no reader, and would bury those who answer."""

SECTION_CONFIRMED = Action(
    "signing.section_confirmed",
    gettext_lazy("has understood “%(section)s” of %(number)s, version %(version)s"),
)
QUESTION_ASKED = Action(
    "signing.question_asked",
    gettext_lazy("asked about “%(section)s” of %(number)s, version %(version)s"),
)
QUESTION_ANSWERED = Action(
    "signing.question_answered",
    gettext_lazy("answered the question of %(name)s about “%(section)s”"),
)
QUESTION_CONTINUED = Action(
    "signing.question_continued", gettext_lazy("came back to the question about “%(section)s”")
)
QUESTION_CLOSED = Action(
    "signing.question_closed", gettext_lazy("settled the question about “%(section)s”")
)


class UnknownSection(DomainError):
    """The version has no such section."""


class NotYours(DomainError):
    """The question was asked by somebody else."""


class QuestionIsClosed(DomainError):
    """The question is settled; a new one can be asked."""


class NothingSaid(DomainError):
    """The text is empty."""


class TooManyQuestions(DomainError):
    """Through one link as much was asked as a person can in a day."""


class ReadingIsOver(DomainError):
    """A newer version has taken the place of this one, or the link is for reading only."""


@transaction.atomic
def mark_understood(*, link: SharedLink, section_key: str, at: datetime) -> SectionConfirmation:
    """Note that the reader behind ``link`` has understood a section; twice is silent.

    Raises:
        LinkIsGone, ReadingIsOver.
        UnknownSection: the version has no such section.
    """
    version = _readable(link, at=at, kinds={LinkKind.DISCUSS})
    section = _section(version, section_key)
    confirmation, is_new = SectionConfirmation.objects.get_or_create(
        version=version,
        section_key=section_key,
        email=link.email,
        defaults={
            "section_sha256": section_sha256(section),
            "link": link,
            "name": link.name,
            "confirmed_at": at,
        },
    )
    if is_new:
        _record(SECTION_CONFIRMED, version, link=link, section=section["title"], at=at)
    return confirmation


@transaction.atomic
def ask_question(*, link: SharedLink, section_key: str, text: str, at: datetime) -> Question:
    """Open a thread on a section and tell the sender.

    Raises:
        LinkIsGone, ReadingIsOver, UnknownSection.
        NothingSaid: the text is empty.
        TooManyQuestions: for today that was enough.
    """
    version = _readable(link, at=at)
    section = _section(version, section_key)
    # One at a time of one link, so that the count is true.
    link = SharedLink.objects.locked(link.pk)
    _check_enough(link, at=at)
    question = Question.objects.create(
        version=version,
        section_key=section_key,
        section_title=section["title"][:300],
        link=link,
        name=link.name,
        email=link.email,
        text=_said(text),
        asked_at=at,
        waiting_since=at,
    )
    _tell_staff(question, at=at, key=f"question:{question.pk}")
    _record(QUESTION_ASKED, version, link=link, section=section["title"], at=at)
    return question


@transaction.atomic
def answer_question(*, question: Question, text: str, actor: User, at: datetime) -> Answer:
    """Answer a customer's question; the customer is told by mail and settles it or goes on.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, NothingSaid.
        QuestionIsClosed: the customer has settled it already.
    """
    question = Question.objects.select_related("version__project").locked(question.pk)
    project = question.version.project
    if not may_answer(actor, project):
        raise NotAllowed
    check_running(project)
    _check_open(question)
    answer = Answer.objects.create(
        question=question, author=actor, name=actor.name, text=_said(text), written_at=at
    )
    question.state, question.answered_at = Question.State.ANSWERED, at
    question.save(update_fields=["state", "answered_at"])
    notify(
        to=question.email,
        to_name=question.name,
        subject=_("Your question about “%(section)s” is answered")
        % {"section": question.section_title},
        template="email/signing/question_answered.txt",
        context={
            "question": question,
            "answer": answer,
            "document": question.version.title,
            "has_newer_version": question.version.status != DocumentVersion.Status.ACTIVE,
        },
        dedupe_key=f"answer:{answer.pk}",
        project_id=project.pk,
        at=at,
    )
    record(
        QUESTION_ANSWERED, subject=question.version, actor=actor, at=at, project=project,
        details={"name": question.name, "section": question.section_title},
        chain=_chain(question.link),
    )  # fmt: skip
    return answer


@transaction.atomic
def continue_question(*, link: SharedLink, question: Question, text: str, at: datetime) -> Answer:
    """Say more in one's own thread, which then waits for us again.

    Raises:
        LinkIsGone, ReadingIsOver, NotYours, NothingSaid, TooManyQuestions.
        QuestionIsClosed: it is settled.
    """
    version = _readable(link, at=at)
    question = _own_question(link, question, version)
    _check_open(question)
    _check_enough(SharedLink.objects.locked(link.pk), at=at)
    answer = Answer.objects.create(
        question=question, author=None, name=link.name, text=_said(text), written_at=at
    )
    question.state, question.waiting_since = Question.State.OPEN, at
    question.save(update_fields=["state", "waiting_since"])
    _tell_staff(question, at=at, key=f"question:{question.pk}:{answer.pk}")
    _record(QUESTION_CONTINUED, version, link=link, section=question.section_title, at=at)
    return answer


@transaction.atomic
def close_question(*, link: SharedLink, question: Question, at: datetime) -> Question:
    """Settle one's own question; twice is silent. Raises LinkIsGone, ReadingIsOver, NotYours."""
    version = _readable(link, at=at)
    question = _own_question(link, question, version)
    if not question.is_closed:
        question.state, question.closed_at = Question.State.CLOSED, at
        question.save(update_fields=["state", "closed_at"])
        _record(QUESTION_CLOSED, version, link=link, section=question.section_title, at=at)
    return question


DISCUSSING = frozenset({LinkKind.DISCUSS}) | DECIDING_KINDS


def _readable(
    link: SharedLink, *, at: datetime, kinds: frozenset[LinkKind] | set[LinkKind] = DISCUSSING
) -> DocumentVersion:
    """Return the version behind a link that is open and may still be discussed."""
    if not SharedLink.objects.open_at(at).filter(pk=link.pk).exists():
        raise LinkIsGone(_("This link is no longer open. Please ask the sender for a new one."))
    version = DocumentVersion.objects.select_related("project").get(pk=link.object_id)
    if link.kind not in kinds or version.status != DocumentVersion.Status.ACTIVE:
        raise ReadingIsOver(_("This version can be read, but no longer discussed."))
    check_running(version.project)
    return version


def _section(version: DocumentVersion, key: str) -> dict[str, Any]:
    for section in version.content["sections"]:
        if section["key"] == key:
            return section
    raise UnknownSection(_("This section does not exist in this version."))


def _own_question(link: SharedLink, question: Question, version: DocumentVersion) -> Question:
    question = Question.objects.about(version).locked(question.pk)
    if question.email != link.email:
        raise NotYours(_("This question was asked by %(name)s.") % {"name": question.name})
    return question


def _check_enough(link: SharedLink, *, at: datetime) -> None:
    """Count what was asked through a link, and said to it by the reader, in the last day."""
    day = at - timedelta(days=1)
    asked = Question.objects.filter(link=link, asked_at__gt=day).count()
    asked += Answer.objects.filter(question__link=link, author=None, written_at__gt=day).count()
    if asked >= QUESTIONS_A_DAY:
        raise TooManyQuestions(
            _(
                "You have asked %(count)s questions since yesterday. Please let us answer these "
                "first, or write to the person who sent you this page."
            )
            % {"count": asked}
        )


def _check_open(question: Question) -> None:
    if question.is_closed:
        raise QuestionIsClosed(_("This question is settled. A new one can be asked at any time."))


def _said(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise NothingSaid(_("Write a few words first."))
    return text[:5000]


def _tell_staff(question: Question, *, at: datetime, key: str) -> None:
    project = question.version.project
    user = question.link.sent_by or project.implementation_manager
    notify(
        to=user.email,
        user=user,
        subject=_("%(name)s asks about “%(section)s”")
        % {"name": question.name, "section": question.section_title},
        template="email/signing/question_asked.txt",
        context={"question": question, "project": project, "document": question.version.title},
        url=questions_url(project.pk),
        dedupe_key=key,
        project_id=project.pk,
        at=at,
    )


def questions_url(project_pk: int) -> str:
    """Where our people find the questions that wait for an answer."""
    return reverse("signing:question_list", kwargs={"project_pk": project_pk}) + "?state=OPEN"


def _chain(link: SharedLink) -> str | None:
    """A question by a signer belongs to the record of that signature request."""
    signer = getattr(link, "signer", None)
    return signer.request.chain if signer else None


def _record(
    action: Action, version: DocumentVersion, *, link: SharedLink, section: str, at: datetime
) -> None:
    record(
        action, subject=version, actor=None, actor_name=link.name, at=at, project=version.project,
        details={"section": section, "number": version.number, "version": version.version},
        chain=_chain(link),
    )  # fmt: skip
