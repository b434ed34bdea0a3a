"""Frozen content in, PDF bytes out; the same content gives the same bytes.

The page is written here and laid out in a process with limits: documents hold text that
strangers wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string

from implportal.documents.workers import AttachedFile, Job, lay_out_apart

__all__ = ["AttachedFile", "page_of", "render_document"]


def render_document(
    content: Mapping[str, Any],
    *,
    digest: str,
    frozen_at: datetime,
    images: Mapping[str, tuple[bytes, str]],
    certificate: Mapping[str, Any] | None = None,
    attachments: Sequence[AttachedFile] = (),
) -> bytes:
    """Lay out one document; with a ``certificate`` its pages follow the content.

    ``digest`` is D1, printed in the footer. ``images`` are (bytes, type) by SHA-256. The
    dates in the file are ``frozen_at``, or the certificate's ``sealed_at``.

    Raises:
        RenderingStopped: it took too long, needed too much memory or could not be done;
            the message is for people.
    """
    html = page_of(content, digest=digest, frozen_at=frozen_at, certificate=certificate)
    return lay_out_apart(Job(html, images, attachments))


def page_of(
    content: Mapping[str, Any],
    *,
    digest: str,
    frozen_at: datetime,
    certificate: Mapping[str, Any] | None = None,
) -> str:
    """The HTML of a document, before it is laid out."""
    moment = (certificate["sealed_at"] if certificate else frozen_at).astimezone(UTC)
    return render_to_string(
        "documents/document.html",
        {
            "document": content,
            "digest": digest,
            "certificate": certificate,
            "created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
