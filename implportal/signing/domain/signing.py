from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import implportal
from implportal.audit.registry import Action
from implportal.celery import send_on_commit
from implportal.documents.canonical import content_digest, digest
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError
from implportal.kernel.moves import check_move
from implportal.notifications.domain.outbox import notify
from implportal.notifications.models import Message
from implportal.signing.domain.consents import ConsentText, consent_text
from implportal.signing.domain.ending import end_request
from implportal.signing.domain.inviting import invite_next, note
from implportal.signing.domain.links import lock_signer_of, note_opened
from implportal.signing.domain.pictures import Picture, drawn_picture, uploaded_picture
from implportal.signing.domain.statements import statement_digest, statement_of
from implportal.signing.domain.turns import Conflict, check_turn
from implportal.signing.models import (
    REQUEST_MOVES,
    SIGNER_MOVES,
    RequestState,
    SharedLink,
    SignaturePicture,
    SignatureRequest,
    Signer,
    SignerRole,
    SignerState,
)
from implportal.signing.models.requests import DECIDING, UNDECIDED

CODE_HOLDS = timedelta(minutes=30)
"""How long after entering the code the same browser may sign."""

SIGNED = Action(
    "signing.signed",
    gettext_lazy("signed version %(version)s of %(number)s (%(method)s)"),
)
APPROVED = Action(
    "signing.approved",
    gettext_lazy("approved version %(version)s of %(number)s (%(method)s)"),
)
CONFIRMED = Action(
    "signing.confirmed",
    gettext_lazy("confirmed version %(version)s of %(number)s (%(method)s)"),
)
ALL_SIGNED = Action(
    "signing.all_signed", gettext_lazy("has all signatures under %(number)s and seals it")
)
ALL_CONFIRMED = Action(
    "signing.all_confirmed", gettext_lazy("has all confirmations of %(number)s and seals it")
)
DECLINED = Action("signing.declined", gettext_lazy("declined to sign %(number)s: %(reason)s"))
NOT_APPROVED = Action(
    "signing.not_approved", gettext_lazy("declined to approve %(number)s: %(reason)s")
)
OBJECTED = Action("signing.objected", gettext_lazy("objected to %(number)s: %(reason)s"))


class DocumentHasChanged(Conflict):
    """The digests that were shown are not those of the document."""


class CodeMissing(DomainError):
    """A one-time code must be entered first, in this browser."""


class ConsentMissing(DomainError):
    """The consent was not given, or not to a text that we know."""


class NameMissing(DomainError):
    """No name was typed."""


class ReasonMissing(DomainError):
    """Who declines says why."""


@dataclass(frozen=True)
class Offer:
    """What the signing form showed and what it carries back.

    ``content_sha256`` and ``pdf_sha256`` are D1 and D2 of what was on the page.
    """

    content_sha256: str
    pdf_sha256: str
    consent_version: str
    consent_language: str
    consent_given: bool


@dataclass(frozen=True)
class Mark:
    """How the name is put under the document: typed alone, or with a picture as well.

    ``strokes`` is what was drawn (see ``pictures``), ``upload`` the bytes of a file; a
    mark has one of them or none.
    """

    strokes: str | None = None
    upload: bytes | None = None


TYPED = Mark()


@dataclass(frozen=True)
class Circumstances:
    """What the server knows of the browser that signs; the time zone is the browser's claim."""

    session: str
    address: str = ""
    user_agent: str = ""
    language: str = ""
    time_zone: str = ""


def needs_code(request: SignatureRequest, link: SharedLink) -> bool:
    """A link that one of ours had in hand proves nothing about who opens it."""
    return request.code_required or link.copied_by_hand


def is_verified(signer: Signer, *, session: str, at: datetime) -> bool:
    """Whether this browser has entered the signer's code not long ago."""
    return (
        signer.verified_at is not None
        and hmac.compare_digest(signer.verified_session, session)
        and signer.verified_at > at - CODE_HOLDS
    )


def check_verified(signer: Signer, *, link: SharedLink, session: str, at: datetime) -> None:
    """Let pass who has entered the code in this browser, where one is asked for.

    Raises:
        CodeMissing: not yet, or too long ago.
    """
    if needs_code(signer.request, link) and not is_verified(signer, session=session, at=at):
        raise CodeMissing(_("Enter the code from your mail first; it may have run out."))


def sign(
    *,
    link: SharedLink,
    typed_name: str,
    offer: Offer,
    circumstances: Circumstances,
    at: datetime,
    mark: Mark = TYPED,
) -> Signer:
    """Sign for the person behind ``link``; a second click gets the first result.

    The last signature moves the request to sealing, under the same lock.

    Raises:
        DocumentHasChanged: D1 or D2 is not that of the stored document.
        Overtaken: the request ended first.
        LinkIsGone, NotYourTurn, ProjectNotRunning.
        NameMissing, ConsentMissing, CodeMissing.
        BadPicture: what was drawn or uploaded is no picture of a signature.
    """
    real = _real_digests(DocumentVersion.objects.get(pk=link.object_id))
    name = " ".join(typed_name.replace("\x00", "").split())[:200]

    def checked(signer: Signer | None) -> ConsentText:
        check_turn(signer, link=link, at=at)
        consent = _check_offer(offer, signer, real=real)
        if not name:
            raise NameMissing(_("Type your name; it is your signature."))
        check_verified(signer, link=link, session=circumstances.session, at=at)
        return consent

    if mark != TYPED:
        # A picture takes its time: none is decoded for who may not sign, nor under a lock.
        signer = Signer.objects.select_related("request").filter(link=link).first()
        if signer is not None and signer.state == SignerState.SIGNED:
            return signer
        checked(signer)
    picture = _picture(mark)
    with transaction.atomic():
        signer = lock_signer_of(link)
        if signer is not None and signer.state == SignerState.SIGNED:
            return signer
        consent = checked(signer)
        _keep(
            signer, name=name, picture=picture, consent=consent, circumstances=circumstances,
            link=link, at=at,
        )  # fmt: skip
        _go_on(signer.request, at=at)
    return signer


@transaction.atomic
def decline(*, link: SharedLink, session: str, reason: str, at: datetime) -> Signer:
    """Refuse to sign, which ends the request for everybody; the sender and the others hear why.

    Where signing asks for a one-time code, so does this: else whoever gets hold of a link
    could refuse in somebody's name, and end it for all.

    Raises:
        CodeMissing: the e-mail address is not verified in this browser.
        ReasonMissing: no reason is given.
        Overtaken, LinkIsGone, NotYourTurn, ProjectNotRunning.
    """
    signer = lock_signer_of(link)
    request = check_turn(signer, link=link, at=at)
    check_verified(signer, link=link, session=session, at=at)
    reason = reason.replace("\x00", "").strip()[:1000]
    if not reason:
        raise ReasonMissing(_("Say in a few words why, so that it can be put right."))
    check_move(SIGNER_MOVES, source=SignerState(signer.state), target=SignerState.DECLINED)
    signer.state, signer.decline_reason, signer.decided_at = SignerState.DECLINED, reason, at
    signer.save(update_fields=["state", "decline_reason", "decided_at"])
    end_request(
        request=request, state=RequestState.DECLINED, action=_refusal_of(signer, request),
        actor=None, actor_name=signer.name, at=at, reason=reason,
    )  # fmt: skip
    user = request.created_by
    notify(
        to=user.email,
        user=user,
        subject=(
            _("%(name)s objects to “%(title)s”")
            if request.version.document_kind.to_confirm
            else _("%(name)s declined to sign “%(title)s”")
        )
        % {"name": signer.name, "title": request.version.title},
        template="email/signing/declined.txt",
        context={
            "signer": signer,
            "reason": reason,
            "title": request.version.title,
            "to_confirm": request.version.document_kind.to_confirm,
        },
        url=request.get_absolute_url(),
        dedupe_key=f"declined:{signer.pk}",
        project_id=request.project_id,
        at=at,
    )
    return signer


def _check_offer(offer: Offer, signer: Signer, *, real: tuple[str, str]) -> ConsentText:
    """Return the text that was agreed to. Raises DocumentHasChanged, ConsentMissing."""
    if (offer.content_sha256, offer.pdf_sha256) != real:
        raise DocumentHasChanged(
            _("The document has changed since the page was opened. Nothing was signed.")
        )
    consent = consent_text(
        offer.consent_version,
        offer.consent_language,
        role=signer.role,
        to_confirm=signer.request.version.document_kind.to_confirm,
    )
    if not offer.consent_given or consent is None:
        raise ConsentMissing(_("Tick the box to agree to sign electronically."))
    return consent


def _real_digests(version: DocumentVersion) -> tuple[str, str]:
    """D1 and D2, computed from what is stored, not read from beside it."""
    with version.pdf.open() as file:
        pdf = digest(file.read())
    content = content_digest(version.content)
    if (content, pdf) != (version.content_sha256, version.pdf_sha256):
        raise DocumentHasChanged(
            _("The stored document is not what it was when it was frozen. Nothing was signed.")
        )
    return content, pdf


def _picture(mark: Mark) -> Picture | None:
    if mark.strokes is not None:
        return drawn_picture(mark.strokes)
    return None if mark.upload is None else uploaded_picture(mark.upload)


def _keep(
    signer: Signer,
    *,
    name: str,
    picture: Picture | None,
    consent: ConsentText,
    circumstances: Circumstances,
    link: SharedLink,
    at: datetime,
) -> None:
    note_opened(link=link, at=at)
    signer.refresh_from_db(fields=["state", "viewed_at"])
    check_move(SIGNER_MOVES, source=SignerState(signer.state), target=SignerState.SIGNED)
    evidence = evidence_of(
        signer, name=name, picture=picture, consent=consent, circumstances=circumstances,
        link=link, at=at,
    )  # fmt: skip
    if picture:
        SignaturePicture.objects.create(
            signer=signer,
            content_type=picture.content_type,
            sha256=picture.sha256,
            data=picture.data,
        )
    signer.state, signer.decided_at = SignerState.SIGNED, at
    signer.evidence, signer.statement_sha256 = evidence, evidence["statement_sha256"]
    signer.save(update_fields=["state", "decided_at", "evidence", "statement_sha256"])
    method = _("with one-time code") if evidence["code"] else _("by link")
    note(
        action=_act_of(signer), request=signer.request, actor=None, actor_name=signer.name, at=at,
        method=method, statement_sha256=signer.statement_sha256,
    )  # fmt: skip


def _act_of(signer: Signer) -> Action:
    """An approval is no signature, and neither is a confirmation: the record says which."""
    if signer.request.version.document_kind.to_confirm:
        return CONFIRMED
    return APPROVED if signer.role == SignerRole.APPROVER else SIGNED


def _refusal_of(signer: Signer, request: SignatureRequest) -> Action:
    if request.version.document_kind.to_confirm:
        return OBJECTED
    return NOT_APPROVED if signer.role == SignerRole.APPROVER else DECLINED


def evidence_of(
    signer: Signer,
    *,
    name: str,
    picture: Picture | None,
    consent: ConsentText,
    circumstances: Circumstances,
    link: SharedLink,
    at: datetime,
) -> dict[str, Any]:
    """Put together what is kept of one signature: plain values, as they go into the sealed file.

    ``statement_sha256`` (D5) is over the canonical JSON of ``statement``. D4 is the digest of
    the picture's bytes; of a name that was only typed it is null. ``delegated_from`` is the
    person who stood in this place just before, and why they do no more.
    """
    code = _code_of(signer, session=circumstances.session, at=at)
    statement = statement_of(signer, name=name, picture=picture, consent=consent, code=code)
    before = signer.delegated_from
    return {
        "statement": statement,
        "statement_sha256": statement_digest(statement),
        "delegated_from": before
        and {"name": before.name, "email": before.email, "reason": signer.delegation_reason},
        "method": picture.method if picture else "TYPED",
        "consent": {
            "version": consent.version,
            "language": consent.language,
            "text": consent.text,
            "given_at": _utc(at),
        },
        "code": code,
        "link": {
            "id": str(link.public_id),
            "sent_at": _utc(link.sent_at),
            "delivery": _delivery(link),
            "delivered_at": link.delivered_at and _utc(link.delivered_at),
            "opened_at": _utc(link.opened_at or at),
            "copied_by_hand": link.copied_by_hand,
        },
        "address": circumstances.address,
        "user_agent": circumstances.user_agent[:500],
        "language": circumstances.language[:100],
        "time_zone": circumstances.time_zone[:60],
        "signed_at": _utc(at),
        "application": f"implportal {implportal.__version__}",
    }


def _delivery(link: SharedLink) -> str:
    """What had become of the link's mail; what is noted at the link outlives the mail."""
    if link.undelivered_at:
        return Message.Status.BOUNCED
    if link.delivered_at:
        return Message.Status.SENT
    return link.message.status if link.message else ""


def _code_of(signer: Signer, *, session: str, at: datetime) -> dict[str, Any] | None:
    if not is_verified(signer, session=session, at=at):
        return None
    return {
        "id": signer.verified_code_id,
        "sent_to": signer.verified_code.sent_to,
        "verified_at": _utc(signer.verified_at),
    }


def _go_on(request: SignatureRequest, *, at: datetime) -> None:
    """After a signature: ask the next people, or seal when it was the last."""
    missing = request.signers.filter(role__in=DECIDING, state__in=UNDECIDED)
    target = RequestState.IN_PROGRESS if missing.exists() else RequestState.SEALING
    if request.state != target:
        check_move(REQUEST_MOVES, source=RequestState(request.state), target=target)
        request.state = target
        if target == RequestState.SEALING:
            request.all_signed_at = at
        request.save(update_fields=["state", "all_signed_at"])
    if target == RequestState.SEALING:
        action = ALL_CONFIRMED if request.version.document_kind.to_confirm else ALL_SIGNED
        note(action=action, request=request, actor=None, at=at)
        send_on_commit("signing.seal", request_id=request.pk)
    else:
        invite_next(request, at=at)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
