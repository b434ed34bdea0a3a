from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import Role, User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents import keys, renderer, sealing
from implportal.documents.canonical import canonical_bytes, content_digest, digest
from implportal.documents.domain.versions import ContentWasChanged, image_bytes, supersede
from implportal.documents.models import DocumentVersion, Seal, SealCertificate, TimeAuthority
from implportal.kernel.errors import DomainError
from implportal.notifications.domain.outbox import notify

logger = logging.getLogger(__name__)

EVIDENCE_NAME = "evidence.json"

SEALED = Action(
    "documents.sealed", gettext_lazy("sealed version %(version)s of %(number)s (%(level)s)")
)


class NotReadyToSeal(DomainError):
    """The frozen PDF is not there, so there is nothing that could have been signed."""


def seal_version(
    *,
    version: DocumentVersion,
    evidence: Mapping[str, Any],
    certificate: sealing.Certificate,
    sealed_at: datetime,
    files: Sequence[tuple[str, str, bytes]] = (),
) -> DocumentVersion:
    """Make the one sealed file of a signed version and keep it; safe to repeat.

    It is the frozen content again, followed by the certificate pages, with the evidence
    and the frozen PDF attached, sealed once. Who and what was signed is the caller's to
    prove; ``evidence`` is stored as canonical JSON, to which only ``document`` (public id,
    number, version and the digests D1 and D2) is added where the caller left it out.
    ``files`` (name, description, bytes) are attached as well.
    A version that is sealed already is returned as it is. Not to be called inside a
    transaction: rendering is slow.

    Raises:
        NotReadyToSeal: its PDF has not been rendered.
        ContentWasChanged: content, picture or frozen PDF do not have their digests any more.
        SealKeyMissing, SealFailed: no key, no trusted time (unless SEAL_WITHOUT_TRUSTED_TIME
            allows it), or the seal could not be put on. Nothing is kept.
    """
    version = DocumentVersion.objects.select_related("project").get(pk=version.pk)
    if version.is_sealed:
        return version
    frozen = _frozen_pdf(version)
    key = keys.load_signer()
    evidence_bytes = canonical_bytes({"document": document_identity(version), **evidence})

    attached = _attachments(version, frozen, evidence_bytes, files=files, at=sealed_at)

    def sealed_by(plan: sealing.Plan) -> bytes:
        told = _told_by_seal(version, key=key, plan=plan, at=sealed_at)
        pdf = renderer.render_document(
            version.content,
            digest=version.content_sha256,
            frozen_at=version.frozen_at,
            images=image_bytes(version),
            certificate={**certificate, **told, "evidence_sha256": digest(evidence_bytes)},
            attachments=attached,
        )
        return sealing.seal(pdf, key=key, plan=plan)

    try:
        plan = sealing.prepare(key)
        sealed = sealed_by(plan)
    except sealing.NoTrustedTime as error:
        if not settings.SEAL_WITHOUT_TRUSTED_TIME:
            raise
        plan = sealing.without_time(error)
        sealed = sealed_by(plan)
    return _keep(
        version,
        sealed,
        evidence_sha256=digest(evidence_bytes),
        key=key,
        plan=plan,
        at=sealed_at,
    )


def _told_by_seal(
    version: DocumentVersion, *, key: keys.SealKey, plan: sealing.Plan, at: datetime
) -> dict[str, Any]:
    """What the certificate pages say beside what the caller knows: of document, key and seal."""
    return {
        "is_test": key.is_test,
        "sealed_at": at.astimezone(UTC),
        "sealed_by": key.subject,
        "fingerprint": key.fingerprint,
        "content_sha256": version.content_sha256,
        "pdf_sha256": version.pdf_sha256,
        "verification_url": version.verification_url,
        "qr_code": sealing.qr_code(version.verification_url),
        "level": plan.level.label,
        "authority": plan.stamper.authority if plan.stamper else "",
        "remark": plan.remark,
        "evidence_name": EVIDENCE_NAME,
        "frozen_name": version.file_name,
    }


def _attachments(
    version: DocumentVersion,
    frozen: bytes,
    evidence: bytes,
    *,
    files: Sequence[tuple[str, str, bytes]],
    at: datetime,
) -> list[renderer.AttachedFile]:
    return [
        renderer.AttachedFile(EVIDENCE_NAME, str(_("Evidence of the signatures")), evidence, at),
        renderer.AttachedFile(
            version.file_name, str(_("The PDF that was signed")), frozen, at, "Source"
        ),
        *(renderer.AttachedFile(*file, at) for file in files),
    ]


def document_identity(version: DocumentVersion) -> dict[str, Any]:
    """What the evidence says about the document itself."""
    return {
        "public_id": str(version.public_id),
        "number": version.number,
        "version": version.version,
        "title": version.title,
        "content_sha256": version.content_sha256,
        "pdf_sha256": version.pdf_sha256,
    }


def _frozen_pdf(version: DocumentVersion) -> bytes:
    if not version.is_ready:
        raise NotReadyToSeal(_("The PDF of this version has not been prepared yet."))
    with version.pdf.open() as file:
        frozen = file.read()
    changed = digest(frozen) != version.pdf_sha256
    if changed or content_digest(version.content) != version.content_sha256:
        raise ContentWasChanged(_("The frozen document is no longer what it was when frozen."))
    return frozen


def _keep(
    version: DocumentVersion,
    sealed: bytes,
    *,
    evidence_sha256: str,
    key: keys.SealKey,
    plan: sealing.Plan,
    at: datetime,
) -> DocumentVersion:
    storage = version.sealed_pdf.storage
    name = storage.save(
        version.sealed_pdf.field.generate_filename(version, "sealed.pdf"), ContentFile(sealed)
    )
    with transaction.atomic():
        current = DocumentVersion.objects.locked(version.pk)
        if current.is_sealed:
            storage.delete(name)  # another worker was faster; its file is the one
            return current
        current.sealed_pdf.name, current.sealed_sha256 = name, digest(sealed)
        current.sealed_at, current.evidence_sha256 = at, evidence_sha256
        current.sealed_with = _certificate_row(key, at=at)
        current.has_trusted_time = plan.stamper is not None
        current.save(
            update_fields=[
                *("sealed_pdf", "sealed_sha256", "sealed_at", "evidence_sha256"),
                *("sealed_with", "has_trusted_time"),
            ]
        )
        Seal.objects.create(
            version=current,
            level=plan.level,
            remark=plan.remark,
            stamped_at=plan.stamper and plan.stamper.stamped_at,
            stamped_by=plan.stamper and _authority_row(plan.stamper, at=at),
        )
        supersede(version=current)
        record(
            SEALED,
            subject=current,
            actor=None,
            at=at,
            project=version.project,
            details={
                "version": current.version,
                "number": current.number,
                "level": str(plan.level.label),
                "remark": plan.remark,
                "sealed_sha256": current.sealed_sha256,
            },
            actor_name=str(_("The portal")),
        )
    return current


def _certificate_row(key: keys.SealKey, *, at: datetime) -> SealCertificate:
    row, _created = SealCertificate.objects.get_or_create(
        fingerprint=key.fingerprint,
        defaults={
            "subject": key.subject[:300],
            "chain_pem": key.chain_pem,
            "valid_from_at": key.certificate.not_valid_before_utc,
            "valid_until_at": key.certificate.not_valid_after_utc,
            "is_test": key.is_test,
            "first_used_at": at,
        },
    )
    return row


def _authority_row(stamper: sealing.Stamper, *, at: datetime) -> TimeAuthority:
    row, _created = TimeAuthority.objects.get_or_create(
        fingerprint=stamper.chain[0].sha256.hex(),
        defaults={
            "subject": stamper.authority[:300],
            "chain_pem": stamper.chain_pem,
            "first_used_at": at,
        },
    )
    return row


def check_seal(*, at: datetime) -> tuple[keys.SealKey, sealing.Plan] | None:
    """Find out whether documents can be sealed now; tell the administrators if they cannot.

    They are told once a day. Returns key and plan, or None after a failure.
    """
    try:
        key = keys.load_signer()
        return key, sealing.rehearse(key)
    except DomainError as error:
        logger.error("Documents cannot be sealed: %s", error)  # noqa: TRY400 - the text says it all
        for person in User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk"):
            notify(
                to=person.email,
                to_name=person.name,
                user=person,
                subject=_("Signed documents cannot be sealed"),
                template="email/documents/seal_check_failed.txt",
                context={"reason": str(error)},
                dedupe_key=f"seal-check:{at:%Y-%m-%d}:{person.pk}",
                at=at,
            )
    return None
