"""What this app adds to the verification of sealed documents."""

from __future__ import annotations

from implportal.documents.registry import register_evidence_check
from implportal.signing.domain.evidence import check_evidence

register_evidence_check(check_evidence)
