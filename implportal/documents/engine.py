"""WeasyPrint: a page of HTML in, PDF bytes out. Knows neither Django nor the rest of us.

Documents hold text that strangers wrote, so they are laid out in a process of its own, with
limits on time and memory. It is started by the path of this file (see ``workers``): nothing
else of the portal is loaded there, and no setting, database or key is within reach. The
fetcher knows the pictures it was given, our fonts and nothing else: no network, no file.

The bytes depend on what was handed in alone (and on the fonts of the machine), so
rendering twice gives the same file. The PDF claims PDF/A-3a and PDF/UA-1; what that needed
beyond WeasyPrint's own variant is done in ``_written``.

A job (see ``workers.Job``) is one line of JSON and then the bytes of its page, pictures and
attachments, in the order and of the sizes that the line says. So is the answer, with the
PDF or with the name of the error.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import resource
import shutil
import sys
import tempfile
import warnings
from base64 import a85encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pydyf
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

HERE = Path(__file__).resolve().parent
PRINT_CSS = HERE / "print" / "document.css"
FONT_FOLDER = HERE.parents[1] / "node_modules" / "@fontsource-variable" / "inter" / "files"
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


class NotOurs(ValueError):
    """A document asked for something that is neither a picture of its own nor one of our assets."""


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


def lay_out(
    html: str,
    *,
    images: Mapping[str, tuple[bytes, str]],
    attachments: Sequence[tuple[bytes, Mapping[str, str]]] = (),
) -> bytes:
    """Lay out one page of HTML as a PDF. ``images`` are (bytes, type) by SHA-256.

    ``attachments`` are bytes with their name, description, relationship (one of PDF's own
    words) and moment (``at``, ISO 8601). Not for two threads at once: Pango's font maps are shared.
    """
    identity = hashlib.sha256(html.encode() + b"".join(data for data, _about in attachments))
    stylesheet, fonts = _stylesheet()
    laid_out = HTML(string=html, base_url="about:invalid", url_fetcher=OwnFetcher(images)).render(
        stylesheets=[stylesheet], font_config=fonts, pdf_variant=VARIANT, pdf_tags=True
    )
    laid_out.metadata.attachments = [
        Attachment(
            string=data,
            name=about["name"],
            description=about["description"],
            created=datetime.fromisoformat(about["at"]).astimezone(UTC),
            modified=datetime.fromisoformat(about["at"]).astimezone(UTC),
            relationship=about["relationship"],
        )
        for data, about in attachments
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


def end_plainly(stream: pydyf.Stream) -> None:
    """Keep a stream from ending in a byte that looks like the line end before ``endstream``.

    Compressed data does so by chance, in one of fourteen documents. Whoever checks PDF/A then
    takes the byte for no part of the stream, and its Length for wrong. ASCII85 ends in "~>".
    """
    encoded = stream.data
    if encoded[-len("?\nendstream")] not in b"\r\n":
        return
    body = encoded.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    filters = "/FlateDecode" if stream.compress else stream.extra.get("Filter")
    if filters and "DecodeParms" in stream.extra:
        stream.extra["DecodeParms"] = pydyf.Array(["null", stream.extra["DecodeParms"]])
    stream.extra["Filter"] = pydyf.Array(
        ["/ASCII85Decode", filters] if filters else ["/ASCII85Decode"]
    )
    stream.compress, stream.stream = False, [a85encode(body) + b"~>"]


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
        for item in pdf.objects:
            if isinstance(item, pydyf.Stream):
                end_plainly(item)
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

# --- the process --------------------------------------------------------------------------


def _answer(told: dict[str, Any]) -> bytes:
    # Should whoever asked be gone, this ends by itself.
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime) + 2 * told["seconds"] + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    read = sys.stdin.buffer.read
    html = read(told["page"]).decode()
    images = {name: (read(size), kind) for name, kind, size in told["images"]}
    attachments = [(read(about.pop("size")), about) for about in told["attachments"]]
    return lay_out(html, images=images, attachments=attachments)


FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)


def main(megabytes: int, folder: str) -> None:
    """Answer jobs from standard input, one after the other, until there are no more.

    ``folder`` is for this process alone, and gone when it ends in peace.
    """
    tempfile.tempdir = folder
    memory = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed must not look like an answer
    logging.disable(logging.CRITICAL)
    lay_out("<title>x</title><p>x</p>", images={})  # loads the fonts, and all that is slow
    sys.addaudithook(_refuse)
    target.write(b"ready\n")
    target.flush()
    while line := sys.stdin.buffer.readline():
        pdf, told = b"", {}
        try:
            pdf = _answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - who asked decides what it means
            told["error"] = type(error).__name__
        told["size"] = len(pdf)
        target.write(json.dumps(told).encode() + b"\n" + pdf)
        target.flush()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # Pango's objects do not survive the end of the interpreter


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
