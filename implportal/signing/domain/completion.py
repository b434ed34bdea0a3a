"""After the last signature: one sealed file with all evidence, and everybody is told."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from implportal.audit.models import Entry
from implportal.celery import send_on_commit
from implportal.documents.canonical import digest
from implportal.documents.domain.seals import seal_version
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError
from implportal.kernel.moves import check_move
from implportal.notifications.domain.outbox import notify
from implportal.projects.models import Project
from implportal.signing.domain.delegation import SIGNER_DELEGATED
from implportal.signing.domain.evidence import build_evidence
from implportal.signing.domain.inviting import note
from implportal.signing.domain.requests import COMPLETED, CONFIRMED_BY_ALL, SEAL_FAILED
from implportal.signing.models import (
    REQUEST_MOVES,
    RequestState,
    SignaturePicture,
    SignatureRequest,
    Signer,
    SignerRole,
    SignerState,
)

logger = logging.getLogger(__name__)

CLAIM_LASTS = timedelta(minutes=10)
"""After this long a worker that claimed a sealing is taken for dead."""
LONGEST_WAIT_MINUTES = 60


class PictureWasChanged(DomainError):
    """The picture of a signature does not have the digest that was signed."""


def seal_request(*, request_id: int, now: datetime) -> bool:
    """Seal what all have signed, unless another worker does or it is done. True if this call did.

    Safe to repeat after a crash at any point: the document is sealed once, and a request
    whose document is sealed is only completed. A failure is shown on the request.
    """
    mine = SignatureRequest.objects.filter(
        Q(seal_claimed_at=None) | Q(seal_claimed_at__lt=now - CLAIM_LASTS),
        pk=request_id,
        state=RequestState.SEALING,
    )
    if not mine.update(seal_claimed_at=now, seal_attempts=F("seal_attempts") + 1):
        return False
    request = SignatureRequest.objects.select_related("version__project", "project").get(
        pk=request_id
    )
    try:
        evidence = build_evidence(request)
        seal_version(
            version=request.version,
            evidence=evidence,
            certificate=_certificate(request, evidence),
            files=_pictures(request),
            sealed_at=now,
        )
        complete(request=request, at=now)
    except Exception as error:  # whatever it was, people must see it and it is tried again
        logger.exception("Sealing request %s failed", request.public_id)
        _failed(request, reason=_reason(error), at=now)
        return False
    return True


def _entries(request: SignatureRequest) -> list[Entry]:
    return list(
        Entry.objects.filter(chain__name=request.chain).select_related("actor").order_by("sequence")
    )


def _signed(request: SignatureRequest) -> list[Signer]:
    return list(
        request.signers.filter(state=SignerState.SIGNED)
        .select_related("picture")
        .order_by("order", "decided_at", "pk")
    )


def _picture(signer: Signer) -> SignaturePicture | None:
    """What the signer drew or uploaded, proved to be what was signed.

    Raises:
        PictureWasChanged: its bytes do not have the digest D4.
    """
    picture = getattr(signer, "picture", None)
    told = signer.evidence["statement"]["picture_sha256"]
    if (picture and digest(picture.data)) != told:
        raise PictureWasChanged(
            _("The picture of %(name)s's signature is no longer what was signed.")
            % {"name": signer.name}
        )
    return picture


def _pictures(request: SignatureRequest) -> list[tuple[str, str, bytes]]:
    """The pictures as files of their own: D4 is the SHA-256 of each."""
    return [
        (
            f"signature-{position}.{picture.suffix}",
            _("Signature of %(name)s") % {"name": signer.name},
            bytes(picture.data),
        )
        for position, signer in enumerate(_signed(request), 1)
        if (picture := _picture(signer))
    ]


def _certificate(request: SignatureRequest, evidence: dict[str, Any]) -> dict[str, Any]:
    organisation = request.version.content.get("customer", "")
    to_confirm = request.version.document_kind.to_confirm
    return {
        "request": str(request.public_id),
        "to_confirm": to_confirm,
        "signers": [
            {
                "name": signer.name,
                "role": _("Confirms") if to_confirm else str(SignerRole(signer.role).label),
                "email": signer.email,
                "organisation": organisation,
                "method": _how(signer),
                "typed_name": signer.evidence["statement"]["typed_name"],
                "picture": picture.data_url if (picture := _picture(signer)) else "",
                "picture_sha256": signer.evidence["statement"]["picture_sha256"] or "",
                "signed_at": signer.evidence["signed_at"],
                "consent": signer.evidence["consent"]["text"],
                "statement_sha256": signer.statement_sha256,
            }
            for signer in _signed(request)
        ],
        "events": [
            {"at": entry.at, "who": entry.actor_label, "text": entry.sentence}
            for entry in _entries(request)
        ],
        "chain_head": evidence["chain"]["head"],
    }


def _how(signer: Signer) -> str:
    code, method = signer.evidence["code"], signer.evidence["method"]
    proved = _("E-mail verified by one-time code") if code else _("Personal link by e-mail")
    made = {
        "DRAWN": _("signature drawn by hand"),
        "UPLOADED": _("picture of the signature uploaded"),
    }.get(method, _("name typed"))
    return f"{proved}; {made}"


@transaction.atomic
def complete(*, request: SignatureRequest, at: datetime) -> SignatureRequest:
    """Finish a request whose document is sealed, with all that follows from a signature.

    Doing it twice is silent.

    Raises:
        IllegalMove: the request is not being sealed.
        Whatever the ``on_signed`` of the document's kind raises; then nothing has happened.
    """
    # Hooks of the phases lock the project; taking it first keeps one order everywhere.
    Project.objects.locked(request.project_id)
    request = SignatureRequest.objects.locked(request.pk)
    if request.state == RequestState.COMPLETED:
        return request
    check_move(REQUEST_MOVES, source=RequestState(request.state), target=RequestState.COMPLETED)
    version = DocumentVersion.objects.get(pk=request.version_id)
    request.version = version
    request.state, request.state_reason = RequestState.COMPLETED, ""
    request.completed_at = at
    request.save(update_fields=["state", "state_reason", "completed_at"])
    hook = version.document_kind.on_signed
    if hook:
        hook(version, at)
    action = CONFIRMED_BY_ALL if version.document_kind.to_confirm else COMPLETED
    note(action=action, request=request, actor=None, at=at, sealed_sha256=version.sealed_sha256)
    _send_copies(request, at=at)
    return request


def _concerned(request: SignatureRequest) -> list[Signer]:
    """Everybody named in it, also who handed over, but not in whose place we put somebody else.

    Such a person may have left, or never have been the right one.
    """
    handed_over = {
        entry.details["email"]
        for entry in _entries(request)
        if entry.action == SIGNER_DELEGATED.key and entry.actor_id is None
    }
    return [
        signer
        for signer in request.signers.select_related("delegate").order_by("pk")
        if signer.state != SignerState.REPLACED or signer.delegate.email in handed_over
    ]


def _send_copies(request: SignatureRequest, *, at: datetime) -> None:
    version = request.version
    attachment = [(version.sealed_file_name, version.sealed_pdf.name)]
    people = [(signer.email, signer.name, None) for signer in _concerned(request)]
    users = {request.project.implementation_manager, request.created_by}
    people += [(user.email, user.name, user) for user in sorted(users, key=lambda u: u.pk)]
    for email, name, user in people:
        notify(
            to=email,
            to_name=name,
            user=user,
            subject=(
                _("Confirmed by all: %(title)s")
                if version.document_kind.to_confirm
                else _("Signed by all: %(title)s")
            )
            % {"title": version.title},
            template="email/signing/completed.txt",
            context={
                "title": version.title,
                "version": version,
                "verification_url": version.verification_url,
            },
            url=request.get_absolute_url() if user else "",
            attachments=attachment,
            dedupe_key=f"completed:{request.pk}:{email}",
            project_id=request.project_id,
            at=at,
        )


@transaction.atomic
def _failed(request: SignatureRequest, *, reason: str, at: datetime) -> None:
    request = SignatureRequest.objects.locked(request.pk)
    if request.state != RequestState.SEALING:
        return
    request.state, request.state_reason = RequestState.SEAL_FAILED, reason[:1000]
    request.save(update_fields=["state", "state_reason"])
    note(action=SEAL_FAILED, request=request, actor=None, at=at, reason=reason)
    user = request.created_by
    notify(
        to=user.email,
        user=user,
        subject=_("“%(title)s” could not be sealed yet") % {"title": request.version.title},
        template="email/signing/seal_failed.txt",
        context={"request": request, "reason": reason, "title": request.version.title},
        url=request.get_absolute_url(),
        dedupe_key=f"seal-failed:{request.pk}",
        project_id=request.project_id,
        at=at,
    )


def hand_out_sealings(*, now: datetime) -> int:
    """Queue what waits to be sealed and has no living worker, and try again what failed.

    After each failure the wait grows, to an hour at most. Returns how many were queued.
    """
    for request in SignatureRequest.objects.filter(state=RequestState.SEAL_FAILED).order_by("pk"):
        wait = timedelta(minutes=min(2**request.seal_attempts, LONGEST_WAIT_MINUTES))
        if request.seal_claimed_at is None or request.seal_claimed_at < now - wait:
            SignatureRequest.objects.filter(pk=request.pk, state=RequestState.SEAL_FAILED).update(
                state=RequestState.SEALING, seal_claimed_at=None
            )
    due = SignatureRequest.objects.filter(
        Q(seal_claimed_at=None) | Q(seal_claimed_at__lt=now - CLAIM_LASTS),
        state=RequestState.SEALING,
    )
    pks = list(due.order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        send_on_commit("signing.seal", request_id=pk)
    return len(pks)


def _reason(error: Exception) -> str:
    if isinstance(error, DomainError):
        return str(error)
    return _("Sealing stopped with an error (%(kind)s).") % {"kind": type(error).__name__}
