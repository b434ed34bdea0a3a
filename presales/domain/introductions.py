from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.catalogue.models import ProfilePart
from implportal.documents.domain.content import build_content
from implportal.documents.domain.versions import freeze
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.domain.numbers import next_number
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Contact, Project, Step
from implportal.signing.domain.links import share
from presales.domain.introductions_parts import (
    add_parts,
    check_showable,
    draft_of,
    parts_of,
)
from presales.domain.introductions_text import sections_of
from presales.models import INTRODUCTION_MOVES, Introduction, PartKind, Recipient
from presales.permissions import may_prepare

State = Introduction.State
KIND = "presales.introduction"
PREFIX = "CI"

INTRODUCTION_STARTED = Action(
    "presales.introduction_started", gettext_lazy("began the introduction “%(title)s”")
)
INTRODUCTION_CHANGED = Action(
    "presales.introduction_changed", gettext_lazy("changed the introduction “%(title)s”")
)
INTRODUCTION_REOPENED = Action(
    "presales.introduction_reopened",
    gettext_lazy("took the introduction %(number)s back to change it"),
)
INTRODUCTION_GIVEN = Action(
    "presales.introduction_given",
    gettext_lazy("gave version %(version)s of the introduction %(number)s to %(names)s"),
)
CONFIDENCE_NOTED = Action(
    "presales.confidence_noted",
    gettext_lazy("noted the confidence of %(name)s after the introduction: %(confidence)s of 5"),
)


class NothingToShow(DomainError):
    """An introduction without parts shows nothing."""


class NotReadyToGive(DomainError):
    """The PDF is not there yet."""


class GivenAlready(DomainError):
    """One of the persons has this version."""


class AnsweredAlready(DomainError):
    """The person has answered through the link; nobody else puts words in their mouth."""


class NobodyChosen(DomainError):
    """Nobody to give it to."""


@transaction.atomic
def start_introduction(
    *, project: Project, title: str, greeting: str, actor: User, at: datetime
) -> Introduction:
    """Begin an introduction with the company profile and the manager's personal one.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning: the project rests or is over.
    """
    introduction = begin_draft(project=project, title=title, greeting=greeting, actor=actor, at=at)
    profile = ProfilePart.objects.order_by("order", "pk").values_list("pk", flat=True)
    manager = introduction.project.implementation_manager_id
    add_parts(
        introduction=introduction,
        chosen=[*[f"{PartKind.PROFILE}-{pk}" for pk in profile], f"{PartKind.PERSON}-{manager}"],
        actor=actor,
        at=at,
    )
    return introduction


def begin_draft(
    *, project: Project, title: str, greeting: str, actor: User, at: datetime
) -> Introduction:
    """Make an introduction without parts, inside the caller's transaction.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning: the project rests or is over.
    """
    project = Project.objects.locked(project.pk)
    if not may_prepare(actor, project):
        raise NotAllowed
    check_running(project)
    introduction = Introduction.objects.create(
        project=project, title=title, greeting=greeting, created_at=at, created_by=actor
    )
    _advance(introduction, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=_("Compose it"))
    details = {"title": introduction.title}
    record(
        INTRODUCTION_STARTED, subject=introduction, actor=actor, at=at, project=project,
        details=details,
    )  # fmt: skip
    return introduction


@transaction.atomic
def change_introduction(
    *, introduction: Introduction, title: str, greeting: str, actor: User, at: datetime
) -> Introduction:
    """Set the title and the first words of a draft.

    Raises:
        NotAllowed, ProjectNotRunning.
        NotInDraft: it is frozen.
    """
    introduction = draft_of(introduction, actor=actor)
    introduction.title, introduction.greeting = title, greeting
    introduction.save(update_fields=["title", "greeting"])
    record(
        INTRODUCTION_CHANGED, subject=introduction, actor=actor, at=at,
        project=introduction.project, details={"title": title},
    )  # fmt: skip
    return introduction


@transaction.atomic
def freeze_introduction(
    *, introduction: Introduction, actor: User, at: datetime
) -> DocumentVersion:
    """Freeze what the customer will read as the next version; its PDF is made afterwards.

    Raises:
        NotAllowed, ProjectNotRunning.
        NotInDraft: someone has frozen it already.
        NothingToShow: it has no part.
        NotShowable: a part may not be shown any more since it was chosen.
        MissingImage, BadMarkdown: a text of it can not be drawn.
    """
    introduction = draft_of(introduction, actor=actor)
    project = introduction.project
    parts = parts_of(introduction)
    if not parts:
        raise NothingToShow(_("Choose at least one part before you freeze the introduction."))
    today = timezone.localdate(at)
    check_showable([part.item for part in parts], on=today)
    check_move(INTRODUCTION_MOVES, source=State(introduction.state), target=State.FROZEN)
    if not introduction.number:
        number = next_number(series="INTRODUCTION", year=today.year)
        introduction.number = f"{PREFIX}-{today.year}-{number:04d}"
    introduction.state = State.FROZEN
    introduction.save(update_fields=["number", "state"])
    content = build_content(
        project=project,
        number=introduction.number,
        title=introduction.title,
        subtitle=_("Company introduction"),
        sections=sections_of(introduction),
        date=today,
        facts=[(_("Your contact"), introduction.project.implementation_manager.name)],
    )
    version = freeze(
        kind=KIND, subject=introduction, project=project, number=introduction.number,
        title=introduction.title, content=content, actor=actor, at=at,
    )  # fmt: skip
    _advance(
        introduction, Step.State.IN_PROGRESS, actor=actor, at=at,
        next_step=_("Give it to the customer"),
    )  # fmt: skip
    return version


@transaction.atomic
def reopen_introduction(*, introduction: Introduction, actor: User, at: datetime) -> Introduction:
    """Make a draft of it again; what was given stays with those who have it.

    Raises:
        NotAllowed, ProjectNotRunning.
        IllegalMove: it is a draft already.
    """
    introduction = _locked(introduction, actor=actor)
    check_move(INTRODUCTION_MOVES, source=State(introduction.state), target=State.DRAFT)
    introduction.state = State.DRAFT
    introduction.save(update_fields=["state"])
    _advance(introduction, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=_("Compose it"))
    record(
        INTRODUCTION_REOPENED, subject=introduction, actor=actor, at=at,
        project=introduction.project, details={"number": introduction.number},
    )  # fmt: skip
    return introduction


@transaction.atomic
def give_introduction(
    *,
    introduction: Introduction,
    contacts: Sequence[Contact],
    message: str,
    valid_days: int,
    actor: User,
    at: datetime,
) -> list[Recipient]:
    """Send each contact a link to the newest version by mail.

    ``message`` stands in the mail; the links are open for ``valid_days`` calendar days.

    Raises:
        NotAllowed, ProjectNotRunning.
        IllegalMove: it is being composed.
        NobodyChosen, ContactOfOthers.
        NotReadyToGive: its PDF is not there yet.
        GivenAlready: one of them has this version.
    """
    introduction = _locked(introduction, actor=actor)
    check_move(INTRODUCTION_MOVES, source=State(introduction.state), target=State.GIVEN)
    if not contacts:
        raise NobodyChosen(_("Choose at least one person to give it to."))
    version = DocumentVersion.objects.of(introduction).order_by("-version").first()
    if version is None or not version.is_ready:
        raise NotReadyToGive(_("The PDF is not ready yet. Try again in a moment."))
    have_it = introduction.recipients.filter(version=version, contact__in=contacts)
    if names := ", ".join(have_it.order_by("pk").values_list("contact__name", flat=True)):
        raise GivenAlready(_("%(names)s has this version already.") % {"names": names})
    recipients = []
    for contact in contacts:
        share(
            kind="READ",
            project=introduction.project,
            subject=version,
            contact=contact,
            actor=actor,
            at=at,
            valid_days=valid_days,
            subject_line=introduction.title,
            template="email/presales/introduction_given.txt",
            context={"title": introduction.title, "message": message},
        )
        recipients.append(
            Recipient.objects.create(
                introduction=introduction, version=version, contact=contact, given_at=at
            )
        )
    introduction.state = State.GIVEN
    introduction.save(update_fields=["state"])
    names = ", ".join(contact.name for contact in contacts)
    _advance(
        introduction, Step.State.WAITING, actor=actor, at=at,
        next_step=_("Ask how it was received"), waiting_on=names,
    )  # fmt: skip
    record(
        INTRODUCTION_GIVEN, subject=introduction, actor=actor, at=at,
        project=introduction.project,
        details={"version": version.version, "number": introduction.number, "names": names},
    )  # fmt: skip
    return recipients


@transaction.atomic
def note_confidence(
    *, recipient: Recipient, confidence: int, note: str, actor: User, at: datetime
) -> Recipient:
    """Note on somebody's behalf how much they trust us after the introduction, from 1 to 5.

    Raises:
        NotAllowed, ProjectNotRunning.
        AnsweredAlready: they have said it themselves through the link.
        ValueError: ``confidence`` lies outside 1 to 5.
    """
    if not 1 <= confidence <= 5:  # noqa: PLR2004 - the scale
        raise ValueError(confidence)
    introduction = _locked(recipient.introduction, actor=actor)
    recipient = Recipient.objects.select_related("contact").get(pk=recipient.pk)
    if recipient.is_own_answer:
        raise AnsweredAlready(
            _("%(name)s has answered through the link meanwhile. What they said stays.")
            % {"name": recipient.contact.name}
        )
    recipient.confidence, recipient.note, recipient.noted_at = confidence, note, at
    recipient.noted_by = actor
    recipient.save(update_fields=["confidence", "note", "noted_at", "noted_by"])
    _advance(introduction, Step.State.DONE, actor=actor, at=at)
    record(
        CONFIDENCE_NOTED, subject=introduction, actor=actor, at=at, project=introduction.project,
        details={"name": recipient.contact.name, "confidence": confidence},
    )  # fmt: skip
    return recipient


def _locked(introduction: Introduction, *, actor: User) -> Introduction:
    introduction = Introduction.objects.locked(introduction.pk)
    if not may_prepare(actor, introduction.project):
        raise NotAllowed
    check_running(introduction.project)
    return introduction


def _advance(
    introduction: Introduction,
    state: Step.State,
    *,
    actor: User,
    at: datetime,
    next_step: str = "",
    waiting_on: str = "",
) -> None:
    advance_step(
        project=introduction.project, key="introduction", state=state, actor=actor, at=at,
        next_step=next_step, waiting_on=waiting_on,
    )  # fmt: skip
