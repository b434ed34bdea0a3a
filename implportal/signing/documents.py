"""What this app adds to the verification of sealed documents."""

from __future__ import annotations

from implportal.documents.registry import (
    register_evidence_check,
    register_verification_listener,
)
from implportal.signing.domain.evidence import check_evidence
from implportal.signing.domain.traces import note_verified

register_evidence_check(check_evidence)
register_verification_listener(note_verified)
