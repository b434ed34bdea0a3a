"""The reading room: a customer marks sections understood and asks; we answer."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.canonical import canonical_bytes
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.signing.domain.links import LinkIsGone
from implportal.signing.models import (
    Answer,
    LinkKind,
    Question,
    SectionConfirmation,
    SharedLink,
)
from implportal.signing.models.links import DECIDING_KINDS
from implportal.signing.permissions import may_answer

PREFIX = b"implportal/section/1\n"

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


class ReadingIsOver(DomainError):
    """A newer version has taken the place of this one, or the link is for reading only."""


@dataclass(frozen=True)
class SectionReading:
    """How far one section has got with its readers."""

    key: str
    number: str
    title: str
    needs_confirmation: bool
    confirmed_by: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def is_understood(self) -> bool:
        return bool(self.confirmed_by)

    @property
    def open_questions(self) -> int:
        return sum(not question.is_closed for question in self.questions)


@dataclass(frozen=True)
class ReadingState:
    """How far a version has got with its readers.

    A section counts as understood once one reader has confirmed its present words, in
    this version or an earlier one. A heading without text needs no confirmation. A
    question counts as open until its reader has settled it, whatever version it was
    asked on; those whose section is gone stand in ``other_questions``.
    """

    sections: tuple[SectionReading, ...]
    other_questions: tuple[Question, ...] = ()
    readers: tuple[str, ...] = field(default=())

    @property
    def total(self) -> int:
        return sum(section.needs_confirmation for section in self.sections)

    @property
    def understood(self) -> int:
        return sum(s.needs_confirmation and s.is_understood for s in self.sections)

    @property
    def questions(self) -> list[Question]:
        mine = [question for section in self.sections for question in section.questions]
        return [*mine, *self.other_questions]

    @property
    def open_questions(self) -> int:
        """Not settled by the reader yet, answered or not."""
        return sum(not question.is_closed for question in self.questions)

    @property
    def unanswered_questions(self) -> int:
        """Waiting for an answer of ours."""
        return sum(question.state == Question.State.OPEN for question in self.questions)

    @property
    def ready_to_sign(self) -> bool:
        return self.understood == self.total and self.open_questions == 0


TEXT_IN_HTML = re.compile(r">\s*[^<\s]")
"""A word between tags: asked of every section of every page, so it parses nothing."""


def section_sha256(section: dict[str, Any]) -> str:
    """Digest of the words of a section: title and text, whatever its place or spacing."""
    words = {name: " ".join(str(section[name]).split()) for name in ("title", "html")}
    return hashlib.sha256(PREFIX + canonical_bytes(words)).hexdigest()


def needs_confirmation(section: dict[str, Any]) -> bool:
    """A heading that only holds further sections has nothing to understand."""
    return "<img" in section["html"] or bool(TEXT_IN_HTML.search(f">{section['html']}"))


def reading_state(version: DocumentVersion, *, email: str = "") -> ReadingState:
    """Say how far ``version`` has got; with ``email``, counting one reader's confirmations.

    Costs three queries.
    """
    sections = version.content["sections"]
    digests = {section["key"]: section_sha256(section) for section in sections}
    confirmations = SectionConfirmation.objects.filter(
        version__kind=version.kind,
        version__content_type=version.content_type_id,
        version__object_id=version.object_id,
        version__version__lte=version.version,
        section_sha256__in=set(digests.values()),
    )
    if email:
        confirmations = confirmations.filter(email=email)
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for sha256, address, name in confirmations.order_by("confirmed_at", "pk").values_list(
        "section_sha256", "email", "name"
    ):
        names[sha256][address] = name

    by_section, others = _questions_by_section(version, sections)
    return ReadingState(
        sections=tuple(
            SectionReading(
                key=section["key"],
                number=section["number"],
                title=section["title"],
                needs_confirmation=needs_confirmation(section),
                confirmed_by=tuple(names[digests[section["key"]]].values()),
                questions=tuple(by_section[section["key"]]),
            )
            for section in sections
        ),
        other_questions=tuple(others),
        readers=tuple(
            dict.fromkeys(name for confirmed in names.values() for name in confirmed.values())
        ),
    )


def _questions_by_section(
    version: DocumentVersion, sections: list[dict[str, Any]]
) -> tuple[dict[str, list[Question]], list[Question]]:
    """Questions of every version by today's section: its title where it moved, else its key."""
    keys = {section["key"] for section in sections}
    titles = {_words(section["title"]): section["key"] for section in sections}
    by_section: dict[str, list[Question]] = defaultdict(list)
    others = []
    questions = (
        Question.objects.about(version)
        .filter(version__version__lte=version.version)
        .select_related("version")
        .defer("version__content")
        .prefetch_related("answers")
        .order_by("asked_at", "pk")
    )
    for question in questions:
        same_version = question.version_id == version.pk
        key = question.section_key if same_version else titles.get(_words(question.section_title))
        key = key or question.section_key
        (by_section[key] if key in keys else others).append(question)
    return by_section, others


def _words(title: str) -> str:
    return " ".join(title.casefold().split())


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
    """
    version = _readable(link, at=at)
    section = _section(version, section_key)
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
        LinkIsGone, ReadingIsOver, NotYours, NothingSaid.
        QuestionIsClosed: it is settled.
    """
    version = _readable(link, at=at)
    question = _own_question(link, question, version)
    _check_open(question)
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
