from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.celery import send_on_commit
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact
from implportal.signing.domain.links import ContactOfOthers, revoke, share
from implportal.signing.models import (
    REQUEST_MOVES,
    LinkKind,
    RequestState,
    SignatureRequest,
    Signer,
    SignerRole,
    SignerState,
)
from implportal.signing.models.requests import DECIDING
from implportal.signing.permissions import may_send_for_signature

RECEIPT_DAYS = 30
"""Days after the deadline for which a signer still reaches the receipt and the sealed PDF."""

REQUEST_CREATED = Action(
    "signing.request_created",
    gettext_lazy("asked %(names)s to sign version %(version)s of %(number)s"),
)
REQUEST_CANCELLED = Action(
    "signing.request_cancelled", gettext_lazy("cancelled the signing of %(number)s: %(reason)s")
)
REQUEST_EXPIRED = Action(
    "signing.request_expired", gettext_lazy("ended the signing of %(number)s: time was up")
)
REQUEST_SUPERSEDED = Action(
    "signing.request_superseded",
    gettext_lazy("ended the signing of %(number)s: a newer version has taken its place"),
)
SEAL_RETRIED = Action("signing.seal_retried", gettext_lazy("asked to seal %(number)s again"))


class NotReadyToSign(DomainError):
    """The version can not be signed: no PDF yet, superseded, withdrawn, or of such a kind."""


class NobodyToSign(DomainError):
    """A request needs at least one person who signs or approves."""


class AskedTwice(DomainError):
    """The same address stands in the request twice."""


class AlreadyAsked(DomainError):
    """Somebody signs this version now, or all have signed it."""


class NothingToSeal(DomainError):
    """Sealing has not failed."""


@dataclass(frozen=True)
class SignerSpec:
    """One person to ask. People of the same ``order`` are asked at the same time."""

    contact: Contact
    role: SignerRole | str = SignerRole.SIGNER
    order: int = 1


@transaction.atomic
def request_signatures(
    *,
    version: DocumentVersion,
    signers: Sequence[SignerSpec],
    actor: User,
    at: datetime,
    valid_days: int = 14,
    code_required: bool | None = None,
) -> SignatureRequest:
    """Ask people in order to sign ``version``; the first ones get their links at once.

    Requests for earlier versions of the same document end as superseded. Whether a
    one-time code is needed is said by the document's kind; ``code_required`` can only add it.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, ContactOfOthers.
        NotReadyToSign, NobodyToSign, AskedTwice, AlreadyAsked.
    """
    version = DocumentVersion.objects.select_related("project__customer").locked(version.pk)
    project = version.project
    if not may_send_for_signature(actor, project):
        raise NotAllowed
    check_running(project)
    _check_version(version)
    _check_people(signers, customer_id=project.customer_id)
    if version.signature_requests.filter(
        state__in=(
            *(RequestState.SENT, RequestState.IN_PROGRESS, RequestState.SEALING),
            *(RequestState.SEAL_FAILED, RequestState.COMPLETED),
        )
    ).exists():
        raise AlreadyAsked(_("This version is being signed or is signed already."))

    supersede_requests(version=version, at=at)
    request = SignatureRequest.objects.create(
        version=version,
        project=project,
        code_required=version.document_kind.code_required or bool(code_required),
        created_by=actor,
        created_at=at,
        valid_days=valid_days,
        expires_at=at + timedelta(days=valid_days),
    )
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
    names = ", ".join(spec.contact.name for spec in signers if spec.role in DECIDING)
    note(REQUEST_CREATED, request, actor=actor, at=at, names=names)
    for viewer in request.signers.filter(role=SignerRole.VIEWER).order_by("pk"):
        _send_link(viewer, request, kind=LinkKind.READ, at=at)
    invite_next(request, at=at)
    return request


@transaction.atomic
def cancel_request(
    *, request: SignatureRequest, actor: User, at: datetime, reason: str
) -> SignatureRequest:
    """Take a request back; its links close and those who were asked are told.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        IllegalMove: it has ended; somebody was faster.
    """
    request = SignatureRequest.objects.locked(request.pk)
    if not may_send_for_signature(actor, request.project):
        raise NotAllowed
    end_request(
        request, RequestState.CANCELLED, REQUEST_CANCELLED, actor=actor, at=at, reason=reason
    )
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
    note(SEAL_RETRIED, request, actor=actor, at=at)
    send_on_commit("signing.seal", request_id=request.pk)
    return request


def supersede_requests(*, version: DocumentVersion, at: datetime) -> int:
    """End the requests for earlier versions of the same document; how many."""
    earlier = SignatureRequest.objects.running().filter(
        version__kind=version.kind,
        version__content_type=version.content_type_id,
        version__object_id=version.object_id,
        version__version__lt=version.version,
    )
    return _end_all(earlier, RequestState.SUPERSEDED, REQUEST_SUPERSEDED, at=at)


def end_overdue(*, now: datetime) -> int:
    """End requests whose time is up or whose version is no longer the current one; how many."""
    running = SignatureRequest.objects.running()
    late = running.filter(expires_at__lte=now)
    replaced = running.filter(~Q(version__status=DocumentVersion.Status.ACTIVE), expires_at__gt=now)
    return _end_all(late, RequestState.EXPIRED, REQUEST_EXPIRED, at=now) + _end_all(
        replaced, RequestState.SUPERSEDED, REQUEST_SUPERSEDED, at=now
    )


def _end_all(
    requests: Iterable[SignatureRequest], state: RequestState, action: Action, *, at: datetime
) -> int:
    ended = 0
    for pk in list(requests.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            request = SignatureRequest.objects.locked(pk)
            if request.is_running:
                end_request(request, state, action, actor=None, at=at)
                ended += 1
    return ended


def end_request(
    request: SignatureRequest,
    state: RequestState,
    action: Action,
    *,
    actor: User | None,
    at: datetime,
    reason: str = "",
    actor_name: str = "",
) -> None:
    """Move a locked request to one of its ends and close the links that nobody needs now.

    Raises:
        IllegalMove: it has ended already.
    """
    check_move(REQUEST_MOVES, source=RequestState(request.state), target=state)
    request.state, request.state_reason = state, reason[:1000]
    request.save(update_fields=["state", "state_reason"])
    asked = list(request.signers.select_related("link").order_by("order", "pk"))
    note(action, request, actor=actor, at=at, reason=reason, actor_name=actor_name)
    for signer in asked:
        if signer.link is None:
            continue
        if signer.is_on_turn or not signer.decides:
            revoke(link=signer.link, actor=None, at=at)
        if signer.decides and signer.state != SignerState.DECLINED:
            notify(
                to=signer.email,
                to_name=signer.name,
                subject=_("“%(title)s” is no longer to be signed")
                % {"title": request.version.title},
                template="email/signing/request_ended.txt",
                context={"request": request, "reason": reason, "has_signed": not signer.is_on_turn},
                dedupe_key=f"request-ended:{signer.pk}",
                project_id=request.project_id,
                at=at,
            )


def invite_next(request: SignatureRequest, *, at: datetime) -> list[Signer]:
    """Ask the next group of a locked request, once everybody before has signed."""
    open_signers = [
        signer
        for signer in request.signers.filter(role__in=DECIDING).order_by("order", "pk")
        if signer.state not in {SignerState.SIGNED, SignerState.DECLINED}
    ]
    group = [signer for signer in open_signers if signer.order == open_signers[0].order]
    invited = [signer for signer in group if signer.state == SignerState.WAITING]
    for signer in invited:
        signer.state, signer.invited_at = SignerState.INVITED, at
        signer.save(update_fields=["state", "invited_at"])
        _send_link(signer, request, kind=LinkKind.SIGN, at=at)
    return invited


def _send_link(signer: Signer, request: SignatureRequest, *, kind: LinkKind, at: datetime) -> None:
    version = request.version
    days_left = max(1, (request.expires_at - at).days)
    subject = _("Please sign: %(title)s") if kind == LinkKind.SIGN else _("To read: %(title)s")
    link = share(
        kind=kind,
        project=request.project,
        subject=version,
        contact=signer.contact,
        name=signer.name,
        email=signer.email,
        actor=None,
        sent_by=request.created_by,
        at=at,
        valid_days=days_left + RECEIPT_DAYS,
        subject_line=subject % {"title": version.title},
        template=f"email/signing/{kind.lower()}_document.txt",
        context={
            "title": version.title,
            "version": version.version,
            "deadline": date_format(request.expires_at.date(), "DATE_FORMAT"),
            "code_required": request.code_required,
        },
        chain=request.chain,
    )
    signer.link = link
    signer.save(update_fields=["link"])


def note(
    action: Action,
    request: SignatureRequest,
    *,
    actor: User | None,
    at: datetime,
    actor_name: str = "",
    **details: object,
) -> None:
    """Put an event of a request on its own chain and in the activity of its project."""
    record(
        action,
        subject=request,
        actor=actor,
        actor_name=actor_name,
        at=at,
        project=request.project,
        details={"number": request.version.number, "version": request.version.version, **details},
        chain=request.chain,
    )


def _check_version(version: DocumentVersion) -> None:
    if not version.document_kind.signable:
        raise NotReadyToSign(_("Documents of this kind are not signed."))
    if not version.is_ready:
        raise NotReadyToSign(_("The PDF of this version is not there yet. Try again in a moment."))
    if version.status != DocumentVersion.Status.ACTIVE:
        raise NotReadyToSign(_("A newer version has taken the place of this one."))


def _check_people(signers: Sequence[SignerSpec], *, customer_id: int) -> None:
    if not any(spec.role in DECIDING for spec in signers):
        raise NobodyToSign(_("Name at least one person who signs."))
    emails = [spec.contact.email.lower() for spec in signers]
    if len(set(emails)) < len(emails):
        raise AskedTwice(_("Each person can be named once only."))
    if any(spec.contact.customer_id != customer_id for spec in signers):
        raise ContactOfOthers(_("This person belongs to another customer."))
