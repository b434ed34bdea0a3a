"""Whom to ask, in which order and until when: prepared, sent, sealed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.celery import send_on_commit
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import IllegalMove, check_move
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact, Project
from implportal.signing.domain.ending import earlier_requests, supersede_requests
from implportal.signing.domain.inviting import (
    days_later,
    end_of_day,
    invite_next,
    note,
    send_link,
)
from implportal.signing.domain.links import ContactOfOthers
from implportal.signing.models import (
    REQUEST_MOVES,
    LinkKind,
    RequestState,
    SignatureRequest,
    Signer,
    SignerRole,
)
from implportal.signing.models.requests import DECIDING, UNFINISHED
from implportal.signing.permissions import may_send_for_signature

REQUEST_PREPARED = Action(
    "signing.request_prepared",
    gettext_lazy("prepared the signing of version %(version)s of %(number)s"),
)
REQUEST_CREATED = Action(
    "signing.request_created",
    gettext_lazy("asked %(names)s to sign version %(version)s of %(number)s"),
)
CONFIRMATION_ASKED = Action(
    "signing.confirmation_asked",
    gettext_lazy("asked %(names)s to confirm version %(version)s of %(number)s"),
)
REQUEST_DISCARDED = Action(
    "signing.request_discarded",
    gettext_lazy("threw away the draft for signing version %(version)s of %(number)s"),
)
SEAL_RETRIED = Action("signing.seal_retried", gettext_lazy("asked to seal %(number)s again"))
# Of workers, but declared here: what shows the record never loads what seals.
COMPLETED = Action(
    "signing.completed", gettext_lazy("sealed %(number)s, version %(version)s, signed by all")
)
CONFIRMED_BY_ALL = Action(
    "signing.confirmed_by_all",
    gettext_lazy("sealed %(number)s, version %(version)s, confirmed by all"),
)
SEAL_FAILED = Action(
    "signing.seal_failed", gettext_lazy("could not seal %(number)s yet: %(reason)s")
)


class NotReadyToSign(DomainError):
    """The version can not be signed: no PDF yet, superseded, withdrawn, or of such a kind."""


class NobodyToSign(DomainError):
    """A request needs at least one person who signs."""


class AskedTwice(DomainError):
    """The same address stands in the request twice."""


class AlreadyAsked(DomainError):
    """Somebody signs this version now, or all have signed it."""


class NoDraft(DomainError):
    """The request was sent already, so its people and its terms stand."""


class DeadlineTooEarly(DomainError):
    """The deadline has passed, or lies before the one that people were given."""


class NothingToSeal(DomainError):
    """Sealing has not failed."""


@dataclass(frozen=True)
class SignerSpec:
    """One person to ask. People of the same ``order`` are asked at the same time."""

    contact: Contact
    role: SignerRole | str = SignerRole.SIGNER
    order: int = 1


@dataclass(frozen=True)
class Terms:
    """On what terms people are asked.

    ``deadline`` is the last day on which they sign, where the customer is; without one,
    ``valid_days`` count from the day of sending. ``code_required`` can only add the one-time
    code to what the document's kind says. ``message`` stands in the mails.
    """

    deadline: date | None = None
    valid_days: int = 14
    message: str = ""
    may_delegate: bool = True
    code_required: bool = False

    def expires_at(self, project: Project, *, at: datetime) -> datetime:
        """Raises DeadlineTooEarly."""
        if self.deadline is None:
            return days_later(self.valid_days, project, at=at)
        return _future(end_of_day(self.deadline, project), at)


@transaction.atomic
def request_signatures(
    *,
    version: DocumentVersion,
    signers: Sequence[SignerSpec],
    actor: User,
    at: datetime,
    valid_days: int = 14,
    code_required: bool = False,
    terms: Terms | None = None,
) -> SignatureRequest:
    """Ask people in order to sign ``version``; the first ones get their links at once.

    A draft for the same version becomes this request. ``terms`` take the place of
    ``valid_days`` and ``code_required``.

    Raises:
        As ``prepare_request`` and ``send_request``.
    """
    terms = terms or Terms(valid_days=valid_days, code_required=code_required)
    draft = version.signature_requests.filter(state=RequestState.DRAFT).first()
    if draft is None:
        draft = prepare_request(version=version, signers=signers, terms=terms, actor=actor, at=at)
    else:
        change_draft(request=draft, signers=signers, terms=terms, actor=actor, at=at)
    return send_request(request=draft, actor=actor, at=at)


@transaction.atomic
def prepare_request(
    *,
    version: DocumentVersion,
    signers: Sequence[SignerSpec],
    terms: Terms,
    actor: User,
    at: datetime,
) -> SignatureRequest:
    """Note whom to ask and on what terms; nobody hears of it before it is sent.

    The PDF of the version need not be there yet.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, ContactOfOthers.
        NotReadyToSign, NobodyToSign, AskedTwice, DeadlineTooEarly.
        AlreadyAsked: there is a draft or a request for this version.
    """
    version = DocumentVersion.objects.select_related("project__customer").locked(version.pk)
    project = version.project
    check_actor(actor, project)
    _check_version(version)
    if version.signature_requests.filter(state=RequestState.DRAFT).exists():
        raise AlreadyAsked(_("There is a draft for signing this version already."))
    _check_not_asked(version)
    request = SignatureRequest(version=version, project=project, created_by=actor, created_at=at)
    _write(request, signers=signers, terms=terms, at=at)
    note(action=REQUEST_PREPARED, request=request, actor=actor, at=at)
    return request


@transaction.atomic
def change_draft(
    *,
    request: SignatureRequest,
    signers: Sequence[SignerSpec],
    terms: Terms,
    actor: User,
    at: datetime,
) -> SignatureRequest:
    """Name other people or other terms in a request that was not sent yet.

    Raises:
        NotAllowed, ProjectNotRunning, ContactOfOthers.
        NoDraft: it was sent.
        NobodyToSign, AskedTwice, DeadlineTooEarly.
    """
    request = _locked_draft(request, actor=actor)
    request.signers.all().delete()
    _write(request, signers=signers, terms=terms, at=at)
    return request


@transaction.atomic
def discard_draft(*, request: SignatureRequest, actor: User | None, at: datetime) -> None:
    """Throw a draft away; that it was there stays on record.

    The document's kind hears of it as of a cancelled request. ``actor`` is None when the
    portal itself does it.

    Raises:
        NotAllowed, ProjectNotRunning.
        NoDraft: it was sent.
    """
    request = _locked_draft(request, actor=actor)
    if hook := request.version.document_kind.on_ended:
        hook(request.version, RequestState.CANCELLED, at)
    _throw_away(request, actor=actor, at=at)


@transaction.atomic
def send_request(*, request: SignatureRequest, actor: User, at: datetime) -> SignatureRequest:
    """Send a draft: the first group and those who read along get their links.

    Requests for earlier versions of the same document end as superseded, drafts for them
    are thrown away. The document's kind may refuse (``DocumentKind.on_sent``).

    Raises:
        NotAllowed, ProjectNotRunning.
        NoDraft: it was sent; somebody was faster.
        NotReadyToSign: there is no PDF yet, or a newer version.
        AlreadyAsked, DeadlineTooEarly.
        Whatever the ``on_sent`` of the document's kind raises.
    """
    # Asked before anything is locked: while a PDF is made, its version is locked first.
    _check_ready(DocumentVersion.objects.get(pk=request.version_id))
    request = _locked_draft(request, actor=actor)
    version = DocumentVersion.objects.locked(request.version_id)
    _check_version(version)
    _check_not_asked(version)
    if request.valid_days is not None:
        request.expires_at = days_later(request.valid_days, request.project, at=at)
    _future(request.expires_at, at)
    for draft in earlier_requests(version).filter(state=RequestState.DRAFT).order_by("pk"):
        _throw_away(draft, actor=actor, at=at)
    supersede_requests(version=version, at=at)
    check_move(REQUEST_MOVES, source=RequestState(request.state), target=RequestState.SENT)
    request.state, request.sent_at, request.created_by = RequestState.SENT, at, actor
    request.save(update_fields=["state", "sent_at", "created_by", "expires_at"])
    if hook := version.document_kind.on_sent:
        hook(version, actor, at)
    people = list(request.signers.order_by("order", "pk"))
    names = ", ".join(signer.name for signer in people if signer.role in DECIDING)
    action = CONFIRMATION_ASKED if version.document_kind.to_confirm else REQUEST_CREATED
    note(action=action, request=request, actor=actor, at=at, names=names)
    for viewer in people:
        if viewer.role == SignerRole.VIEWER:
            send_link(viewer, request, kind=LinkKind.READ, at=at)
    invite_next(request, at=at)
    return request


@transaction.atomic
def retry_seal(*, request: SignatureRequest, actor: User, at: datetime) -> SignatureRequest:
    """Try again to seal what all have signed.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        NothingToSeal: sealing has not failed, or somebody has asked already.
    """
    request = SignatureRequest.objects.locked(request.pk)
    if not may_send_for_signature(actor, request.project):
        raise NotAllowed
    if request.state != RequestState.SEAL_FAILED:
        raise NothingToSeal(_("There is no failed seal to try again."))
    request.state, request.state_reason = RequestState.SEALING, ""
    request.seal_claimed_at = None
    request.save(update_fields=["state", "state_reason", "seal_claimed_at"])
    note(action=SEAL_RETRIED, request=request, actor=actor, at=at)
    send_on_commit("signing.seal", request_id=request.pk)
    return request


def check_running_request(request: SignatureRequest, *, at: datetime) -> None:
    """Let something be done only while people may still sign.

    Raises:
        IllegalMove: it was not sent, has ended, or its time is up.
    """
    if not request.is_running or request.expires_at <= at:
        raise IllegalMove(
            _("This signing is not running (%(state)s), so there is nothing to change.")
            % {"state": request.standing}
        )


def _locked_draft(request: SignatureRequest, *, actor: User | None) -> SignatureRequest:
    try:
        request = SignatureRequest.objects.locked(request.pk)
    except SignatureRequest.DoesNotExist as gone:
        raise NoDraft(_("This draft was thrown away.")) from gone
    if actor is not None:
        check_actor(actor, request.project)
    if not request.is_draft:
        raise NoDraft(_("This was sent already, so it stays as it is."))
    return request


def _write(
    request: SignatureRequest, *, signers: Sequence[SignerSpec], terms: Terms, at: datetime
) -> None:
    _check_people(signers, customer_id=request.project.customer_id)
    request.expires_at = terms.expires_at(request.project, at=at)
    request.valid_days = None if terms.deadline else terms.valid_days
    request.message = terms.message.replace("\x00", "").strip()[:1000]
    request.may_delegate = terms.may_delegate
    request.code_required = request.version.document_kind.code_required or terms.code_required
    request.save()
    Signer.objects.bulk_create(
        Signer(
            request=request,
            order=spec.order,
            role=SignerRole(spec.role),
            contact=spec.contact,
            name=spec.contact.name,
            email=spec.contact.email,
        )
        for spec in sorted(signers, key=lambda spec: spec.order)
    )


def _throw_away(draft: SignatureRequest, *, actor: User | None, at: datetime) -> None:
    note(action=REQUEST_DISCARDED, request=draft, actor=actor, at=at)
    draft.signers.all().delete()
    draft.delete()


def _future(deadline: datetime, at: datetime) -> datetime:
    if deadline <= at:
        raise DeadlineTooEarly(_("The last day for signing has passed. Choose a later day."))
    return deadline


def check_actor(actor: User, project: Project) -> None:
    """Let pass who runs a running project. Raises NotAllowed, ProjectNotRunning."""
    if not may_send_for_signature(actor, project):
        raise NotAllowed
    check_running(project)


def _check_version(version: DocumentVersion) -> None:
    if not version.document_kind.signable:
        raise NotReadyToSign(_("Documents of this kind are not signed."))
    if version.status != DocumentVersion.Status.ACTIVE:
        raise NotReadyToSign(_("A newer version has taken the place of this one."))


def _check_ready(version: DocumentVersion) -> None:
    if not version.is_ready:
        raise NotReadyToSign(_("The PDF of this version is not there yet. Try again in a moment."))


def _check_not_asked(version: DocumentVersion) -> None:
    if version.signature_requests.filter(state__in=(*UNFINISHED, RequestState.COMPLETED)).exists():
        raise AlreadyAsked(_("This version is being signed or is signed already."))


def _check_people(signers: Sequence[SignerSpec], *, customer_id: int) -> None:
    if not any(spec.role == SignerRole.SIGNER for spec in signers):
        raise NobodyToSign(_("Name at least one person who signs."))
    emails = [spec.contact.email.lower() for spec in signers]
    if len(set(emails)) < len(emails):
        raise AskedTwice(_("Each person can be named once only."))
    if any(spec.contact.customer_id != customer_id for spec in signers):
        raise ContactOfOthers(_("This person belongs to another customer."))
