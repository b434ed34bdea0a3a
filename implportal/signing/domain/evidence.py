"""What proves who agreed to what: put together for the sealed file, and compared with it later."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

import implportal
from implportal.audit.domain import broken_at, content_of, hash_of_content
from implportal.audit.models import Chain, Entry
from implportal.documents.domain.seals import document_identity
from implportal.documents.models import DocumentVersion
from implportal.documents.registry import EvidenceFinding
from implportal.signing.domain.statements import statement_digest
from implportal.signing.models import RequestState, SignatureRequest, Signer, SignerState

SCHEMA = 1
"""Of ``schema/evidence-1.json``. A form that was ever sealed stays readable under its number."""

BESIDE_CONTENT = ("hash", "text")
"""What an event carries beside the content that its hash is over."""


def build_evidence(request: SignatureRequest) -> dict[str, Any]:
    """Everything that proves who agreed to what: plain values, sealed as ``evidence.json``.

    Its form is published as a JSON Schema. ``document`` is added where it is sealed.
    """
    chain = Chain.objects.get(name=request.chain)
    return {
        "$schema": settings.BASE_URL + reverse("signing:evidence_schema"),
        "schema": SCHEMA,
        "application": f"implportal {implportal.__version__}",
        "request": {
            "public_id": str(request.public_id),
            "created_at": _utc(request.created_at),
            "sent_at": _utc(request.sent_at),
            "created_by": request.created_by.name,
            "code_required": request.code_required,
        },
        "people": [_person(signer) for signer in request.signers.order_by("order", "pk")],
        "signers": [signer.evidence for signer in _signed(request)],
        "events": events_of(chain),
        "chain": {"name": chain.name, "length": chain.length, "head": chain.head},
    }


def events_of(chain: Chain) -> list[dict[str, Any]]:
    """Every entry of a chain: what its hash is over, the hash, and the same in words."""
    entries = Entry.objects.filter(chain=chain).select_related("actor").order_by("sequence")
    return [
        content_of(entry) | {"hash": entry.hash, "text": f"{entry.actor_label} {entry.sentence}"}
        for entry in entries
    ]


def _person(signer: Signer) -> dict[str, Any]:
    """Everybody who had a part in it, also who read along, handed over or declined."""
    return {
        "order": signer.order,
        "role": signer.role,
        "name": signer.name,
        "email": signer.email,
        "state": signer.state,
        "invited_at": _utc(signer.invited_at),
        "viewed_at": _utc(signer.viewed_at),
        "decided_at": _utc(signer.decided_at),
    }


def _signed(request: SignatureRequest) -> list[Signer]:
    signed = request.signers.filter(state=SignerState.SIGNED)
    return list(signed.order_by("order", "decided_at", "pk"))


def _utc(moment: datetime | None) -> str | None:
    return moment and moment.astimezone(UTC).isoformat(timespec="milliseconds")


# --- comparing --------------------------------------------------------------------------


def check_evidence(version: DocumentVersion, evidence: dict[str, Any]) -> list[EvidenceFinding]:
    """Compare the evidence in a file with our record, and recompute the chain of events."""
    request = SignatureRequest.objects.filter(
        version=version, state__in=[RequestState.COMPLETED, RequestState.SEALING]
    ).first()
    if request is None:
        return [EvidenceFinding(ok=False, text=_("No completed signing is on record for it."))]
    return [_check_signatures(version, request, evidence), _check_chain(request, evidence)]


def _check_signatures(
    version: DocumentVersion, request: SignatureRequest, evidence: dict[str, Any]
) -> EvidenceFinding:
    signers = evidence.get("signers", [])
    if (
        evidence.get("request", {}).get("public_id") != str(request.public_id)
        or evidence.get("document", document_identity(version)) != document_identity(version)
        or signers != [signer.evidence for signer in _signed(request)]
    ):
        return EvidenceFinding(
            ok=False, text=_("The signatures in the file are not those on record.")
        )
    if any(_is_forged(signer, version) for signer in signers):
        return EvidenceFinding(
            ok=False, text=_("A signature in the file does not fit the document that was signed.")
        )
    return EvidenceFinding(ok=True, text=_("The signatures in the file are those on record."))


def _is_forged(signer: dict[str, Any], version: DocumentVersion) -> bool:
    statement = signer["statement"]
    return (
        statement_digest(statement) != signer["statement_sha256"]
        or (statement["content_sha256"], statement["pdf_sha256"])
        != (version.content_sha256, version.pdf_sha256)
        or hashlib.sha256(signer["consent"]["text"].encode()).hexdigest()
        != statement["consent_sha256"]
    )


def _check_chain(request: SignatureRequest, evidence: dict[str, Any]) -> EvidenceFinding:
    """The chain in the file must be whole, and the beginning of the one on record.

    The chain on record goes on after sealing (it was sealed, downloaded, verified), so its
    head is a later one.
    """
    events, told = evidence.get("events", []), evidence.get("chain", {})
    if told.get("head") != _recomputed_head(events) or told.get("length") != len(events):
        return _log(_("The events in the file do not fit each other."))
    chain = Chain.objects.filter(name=request.chain).first()
    if chain is None:
        return _log(_("The chain of events is missing in our record."))
    broken = broken_at(chain)
    if broken is not None:
        return _log(
            _("The chain of events on record is broken from event %(number)s on.")
            % {"number": broken}
        )
    hashes = chain.entries.filter(sequence__lte=len(events)).order_by("sequence")
    if list(hashes.values_list("hash", flat=True)) != [event["hash"] for event in events]:
        return _log(_("The events in the file are not those of the chain on record."))
    return EvidenceFinding(
        ok=True,
        line="log",
        text=_(
            "Yes. All %(count)s events in the file were recomputed, and they are the first of "
            "the chain on record."
        )
        % {"count": len(events)},
    )


def _log(text: str) -> EvidenceFinding:
    return EvidenceFinding(ok=False, line="log", text=text)


def _recomputed_head(events: list[dict[str, Any]]) -> str | None:
    """The hash of the last event, None where an event does not follow from the one before."""
    previous = ""
    for number, event in enumerate(events, 1):
        content = {name: event[name] for name in event if name not in BESIDE_CONTENT}
        if (
            content.get("sequence") != number
            or content.get("previous") != previous
            or event.get("hash") != hash_of_content(content)
        ):
            return None
        previous = event["hash"]
    return previous or None
