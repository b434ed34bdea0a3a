"""What exactly somebody signs, and the digest that stands for it (D5)."""

from __future__ import annotations

import hashlib
from typing import Any

from implportal.documents.canonical import canonical_bytes
from implportal.signing.domain.consents import ConsentText, intent_of
from implportal.signing.domain.pictures import Picture
from implportal.signing.models import Signer

STATEMENT_PREFIX = b"implportal/statement/1\n"


def statement_digest(statement: dict[str, Any]) -> str:
    """D5: SHA-256, in hexadecimal, of the prefix and the canonical statement."""
    return hashlib.sha256(STATEMENT_PREFIX + canonical_bytes(statement)).hexdigest()


def statement_of(
    signer: Signer,
    *,
    name: str,
    picture: Picture | None,
    consent: ConsentText,
    code: dict[str, Any] | None,
) -> dict[str, Any]:
    """What the person puts their name to; its form is part of what D5 means.

    ``code`` is what the evidence says of the one-time code, None where none was entered.
    """
    request, version = signer.request, signer.request.version
    return {
        "request": str(request.public_id),
        "signer": {"name": signer.name, "email": signer.email, "order": signer.order},
        "role": signer.role,
        "document": str(version.public_id),
        "number": version.number,
        "version": version.version,
        "content_sha256": version.content_sha256,
        "pdf_sha256": version.pdf_sha256,
        "consent_sha256": consent.sha256,
        "picture_sha256": picture and picture.sha256,
        "typed_name": name,
        "intent": intent_of(signer.role, to_confirm=version.document_kind.to_confirm),
        "code": code and code["id"],
    }
