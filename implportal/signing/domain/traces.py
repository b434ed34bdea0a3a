"""What happens to a document apart from its signing: it is taken home, and it is checked.

Both are put on record once a day at most, for they can be repeated by anybody who has the
link or the file, and what they show is that it happened, not how often.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy

from implportal.audit.domain import record
from implportal.audit.models import Entry
from implportal.audit.registry import Action
from implportal.documents.models import DocumentVersion
from implportal.signing.models import RequestState, SharedLink, SignatureRequest, Signer

DOWNLOADED = Action(
    "signing.downloaded", gettext_lazy("downloaded version %(version)s of %(number)s (%(file)s)")
)
VERIFIED = Action(
    "signing.verified",
    gettext_lazy("was asked to check the sealed file of %(number)s: %(verdict)s"),
)


@transaction.atomic
def note_downloaded(
    *, link: SharedLink, version: DocumentVersion, is_sealed: bool, at: datetime
) -> bool:
    """Note that the person behind ``link`` asked for the frozen or the sealed PDF.

    True if this call noted it. It proves that the file was sent, not that it was read.
    """
    signer = Signer.objects.filter(link=link).select_related("request").first()
    if signer:
        SignatureRequest.objects.locked(signer.request_id)
    SharedLink.objects.locked(link.pk)
    details = {
        "number": version.number,
        "version": version.version,
        "file": "sealed PDF" if is_sealed else "frozen PDF",
        "sha256": version.sealed_sha256 if is_sealed else version.pdf_sha256,
    }
    if _is_noted(DOWNLOADED, link, details=details, at=at):
        return False
    record(
        DOWNLOADED,
        subject=link,
        actor=None,
        actor_name=link.name,
        at=at,
        project=version.project,
        details=details,
        chain=signer.request.chain if signer else None,
    )
    return True


@transaction.atomic
def note_verified(version: DocumentVersion, is_valid: bool, at: datetime) -> None:
    """Note on the chain of its request that a sealed file was handed in and what was said.

    Nothing of who handed it in is kept. A document that was never signed has no chain.
    """
    found = SignatureRequest.objects.filter(version=version, state=RequestState.COMPLETED).first()
    if found is None:
        return
    request = SignatureRequest.objects.locked(found.pk)
    details = {
        "number": version.number,
        "version": version.version,
        "verdict": "valid" if is_valid else "not valid",
    }
    if not _is_noted(VERIFIED, request, details=details, at=at):
        record(
            VERIFIED,
            subject=request,
            actor=None,
            at=at,
            project=request.project,
            details=details,
            chain=request.chain,
        )


def _is_noted(
    action: Action, subject: SharedLink | SignatureRequest, *, details: dict, at: datetime
) -> bool:
    midnight = datetime.combine(at.astimezone(UTC).date(), time.min, tzinfo=UTC)
    entries = Entry.objects.of_subject(subject).filter(action=action.key, at__gte=midnight)
    return any(entry.details == details for entry in entries.order_by("pk"))
