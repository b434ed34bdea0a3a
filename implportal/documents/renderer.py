"""The only place that knows WeasyPrint: frozen content in, PDF bytes out.

The bytes depend on the arguments alone (and on the fonts of the machine), so rendering
twice gives the same file. The PDF claims PDF/A-3a and PDF/UA-1; what that needed beyond
WeasyPrint's own variant is done in ``_written``.

Documents hold text that strangers wrote. The fetcher knows the pictures it was given,
our fonts and nothing else: no network, no file.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

PRINT_CSS = Path(__file__).parent / "print" / "document.css"
FONT_FOLDER = Path(settings.BASE_DIR) / "node_modules" / "@fontsource-variable" / "inter" / "files"
FONT_ALPHABETS = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,"
    "U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    "latin-ext": "U+0100-0130,U+0132-0151,U+0154-02BA,U+1E00-1E9F,U+1EF2-1EFF,U+2C60-2C7F",
    "cyrillic": "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116",
    "greek": "U+0370-03FF",
}

VARIANT = "pdf/a-3a"

# fontTools writes the moment into each font that it cuts to size, and the same document would
# have other bytes each second; this is the standard way to ask it not to.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")

_one_at_a_time = Lock()
"""Pango's font maps are not for two threads at once, and layout would share one core anyway."""


class NotOurs(ValueError):
    """A document asked for something that is neither a picture of its own nor one of our assets."""


@dataclass(frozen=True)
class AttachedFile:
    """A file carried inside the PDF. ``relationship`` is one of PDF's own words."""

    name: str
    description: str
    data: bytes
    at: datetime
    relationship: str = "Data"


class OwnFetcher(URLFetcher):
    """Answers ``image:<sha256>``, ``asset:<font>`` and pictures in ``data:``; refuses the rest."""

    def __init__(self, images: Mapping[str, tuple[bytes, str]]) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)
        self._images = images

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _colon, name = url.partition(":")
        if scheme == "image" and name in self._images:
            data, content_type = self._images[name]
            return URLFetcherResponse(url, data, {"Content-Type": content_type})
        if scheme == "asset" and name in _font_files():
            data = (FONT_FOLDER / name).read_bytes()
            return URLFetcherResponse(url, data, {"Content-Type": "font/woff2"})
        if re.match(r"data:image/(png|jpeg|webp|svg\+xml)[;,]", url):
            return super().fetch(url, headers)
        raise NotOurs(url[:80])


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
    """
    moment = (certificate["sealed_at"] if certificate else frozen_at).astimezone(UTC)
    html = render_to_string(
        "documents/document.html",
        {
            "document": content,
            "digest": digest,
            "certificate": certificate,
            "created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    fetcher = OwnFetcher(images)
    identity = hashlib.sha256(html.encode() + b"".join(item.data for item in attachments))
    with _one_at_a_time:
        stylesheet, fonts = _stylesheet()
        laid_out = HTML(string=html, base_url="about:invalid", url_fetcher=fetcher).render(
            stylesheets=[stylesheet], font_config=fonts, pdf_variant=VARIANT, pdf_tags=True
        )
        laid_out.metadata.attachments = [
            Attachment(
                string=item.data,
                name=item.name,
                description=item.description,
                created=item.at.astimezone(UTC),
                modified=item.at.astimezone(UTC),
                relationship=item.relationship,
            )
            for item in attachments
        ]
        laid_out.metadata.xmp_metadata = [PDF_UA]
        return _written(laid_out, identity.hexdigest()[:32].encode())


@cache
def _stylesheet() -> tuple[CSS, FontConfiguration]:
    """Parsed once per process: that and the fonts cost more than laying out a page."""
    fonts = FontConfiguration()
    text = _font_faces() + PRINT_CSS.read_text()
    return CSS(string=text, font_config=fonts, url_fetcher=OwnFetcher({})), fonts


@cache
def _font_files() -> frozenset[str]:
    """Inter's files, where they are installed; without them the system's sans is used."""
    wanted = [
        f"inter-{alphabet}-wght-{style}.woff2"
        for alphabet in FONT_ALPHABETS
        for style in ("normal", "italic")
    ]
    return frozenset(name for name in wanted if (FONT_FOLDER / name).is_file())


def _font_faces() -> str:
    return "\n".join(
        f"@font-face {{ font-family: Inter; font-style: {style}; font-weight: 100 900; "
        f"src: url('asset:{name}'); unicode-range: {characters}; }}"
        for alphabet, characters in FONT_ALPHABETS.items()
        for style in ("normal", "italic")
        if (name := f"inter-{alphabet}-wght-{style}.woff2") in _font_files()
    )


class _Written(Exception):
    """Ends WeasyPrint's own writing; is no error."""


def _written(laid_out: Any, identifier: bytes) -> bytes:
    """Write the file with readable metadata and without object streams.

    PDF/A wants its metadata uncompressed and in one RDF block, and a seal added later must
    find plain objects; WeasyPrint offers neither, so its finisher writes for it.
    """
    target = io.BytesIO()

    def finish(_document: Any, pdf: Any) -> None:
        metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
        metadata.compress = False
        raw = b"\n".join(
            piece if isinstance(piece, bytes) else str(piece).encode() for piece in metadata.stream
        )
        metadata.stream = [re.sub(rb"</rdf:RDF>\s*<rdf:RDF[^>]*>", b"", raw)]
        pdf.write(target, version=b"1.7", identifier=identifier, compress=False)
        raise _Written

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its profile open
        try:
            laid_out.write_pdf(pdf_variant=VARIANT, pdf_tags=True, finisher=finish)
        except _Written:
            return target.getvalue()
    raise RuntimeError("WeasyPrint did not call the finisher")


PDF_UA = b"""\
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" \
pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 standard</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF>"""
"""Says in the metadata that the file is PDF/UA-1, with the schema PDF/A asks for."""
