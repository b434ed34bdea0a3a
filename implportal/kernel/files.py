"""Files from people: what they are, and how they are handed out without harm."""

from __future__ import annotations

import codecs
from pathlib import PurePath

from django.core.files.base import File
from django.http import FileResponse

SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
"""How the files that people attach begin; a name or a browser's word is not believed."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PREVIEWED = PICTURES | {"application/pdf"}
"""What a browser may open by itself; everything else is saved to disk."""


OFFICE = frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"})
"""Archives inside, which who opens them unpacks."""

_PICTURE_NAMES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})


def sniff(head: bytes) -> str:
    """Return the content type that the first bytes of a file show."""
    for start, content_type in SIGNATURES:
        if head.startswith(start):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    # The head may end inside a character: an incremental decoder waits for the rest.
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if b"\x00" in head else "text/plain"


def belies(name: str, head: bytes) -> bool:
    """Whether a name promises a PDF, a picture or an office file, and the content is none.

    A picture of another kind than its name says passes, as phones and chats make many; so do
    office files under a password, and PDFs after a few other bytes, as readers take them.
    """
    ending = PurePath(name).suffix.lower()
    content_type = sniff(head)
    if ending == ".pdf":
        return b"%PDF-" not in head[:1024]
    if ending in _PICTURE_NAMES:
        return content_type not in PICTURES
    if ending in OFFICE:
        return content_type not in {"application/zip", "application/x-ole-storage"}
    return False


def hand_out(file: File, *, name: str, content_type: str) -> FileResponse:
    """Return a kept file. Only harmless kinds open in the browser, and nothing in them runs."""
    opens = content_type in PREVIEWED
    return FileResponse(
        file.open("rb"),
        as_attachment=not opens,
        filename=name,
        content_type=content_type if opens else "application/octet-stream",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
