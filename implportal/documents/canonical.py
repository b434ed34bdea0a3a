"""One spelling of a piece of JSON, so that equal content has equal bytes and one digest."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

CONTENT_PREFIX = b"implportal/document-content/1\n"
"""Said before the content, so that a digest of a document is never one of something else."""


def canonical_bytes(value: Any) -> bytes:
    """The JSON of ``value`` as RFC 8785 spells it.

    Raises:
        rfc8785.CanonicalizationError: ``value`` holds something JSON cannot say exactly.
    """
    return rfc8785.dumps(value)


def content_digest(content: dict[str, Any]) -> str:
    """D1: SHA-256, in hexadecimal, of the prefix and the canonical content."""
    return hashlib.sha256(CONTENT_PREFIX + canonical_bytes(content)).hexdigest()


def digest(data: bytes) -> str:
    """SHA-256 of exactly these bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
