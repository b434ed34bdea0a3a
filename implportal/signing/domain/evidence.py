"""Whether what a sealed file says about its signing is what is on record here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from implportal.audit.domain import broken_at
from implportal.audit.models import Chain
from implportal.documents.models import DocumentVersion
from implportal.documents.registry import EvidenceFinding
from implportal.signing.models import RequestState, SignatureRequest, SignerState


def check_evidence(version: DocumentVersion, evidence: dict[str, Any]) -> list[EvidenceFinding]:
    """Compare the evidence in a file with our record, and recompute the chain of events."""
    request = SignatureRequest.objects.filter(
        version=version, state__in=[RequestState.COMPLETED, RequestState.SEALING]
    ).first()
    if request is None:
        return [EvidenceFinding(ok=False, text=_("No completed signing is on record for it."))]
    signed = [
        signer.evidence
        for signer in request.signers.filter(state=SignerState.SIGNED).order_by(
            "order", "decided_at", "pk"
        )
    ]
    same = evidence.get("signers") == signed and evidence.get("request", {}).get(
        "public_id"
    ) == str(request.public_id)
    return [
        EvidenceFinding(
            ok=same,
            text=_("The signatures in the file are those on record.")
            if same
            else _("The signatures in the file are not those on record."),
        ),
        _check_chain(request, evidence),
    ]


def _check_chain(request: SignatureRequest, evidence: dict[str, Any]) -> EvidenceFinding:
    chain = Chain.objects.filter(name=request.chain).first()
    told = evidence.get("chain", {})
    hashes = [event.get("hash") for event in evidence.get("events", [])]
    if chain is None or broken_at(chain) is not None:
        return EvidenceFinding(
            ok=False, line="log", text=_("The chain of events on record is broken.")
        )
    recorded = list(
        chain.entries.filter(sequence__lte=len(hashes))
        .order_by("sequence")
        .values_list("hash", flat=True)
    )
    if not hashes or recorded != hashes or told.get("head") != hashes[-1]:
        return EvidenceFinding(
            ok=False,
            line="log",
            text=_("The events in the file are not those of the chain on record."),
        )
    return EvidenceFinding(
        ok=True,
        line="log",
        text=_("All %(count)s events in the file stand unchanged in the chain on record.")
        % {"count": len(hashes)},
    )
