"""A Word file (DOCX) read as the text of a solution: headings become sections.

The file comes from outside. It is measured before it is unpacked, nothing it points to is
fetched, macros are never looked at, and what is left is Markdown like any other.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import mammoth
from django.utils.translation import gettext as _
from PIL import Image

from implportal.documents.canonical import digest
from implportal.documents.markdown import MAX_CHARACTERS
from implportal.documents.outline import ParsedDocument, ParsedSection, own_number
from implportal.kernel.archives import check_archive
from implportal.kernel.errors import DomainError
from implportal.kernel.text import first_unkeepable
from presales.domain.word_markdown import Piece, pieces_of

MAX_WORD_BYTES = 20 * 1024 * 1024
MAX_XML_BYTES = 10 * 1024 * 1024
"""Of one part of the file. A book of a thousand pages has three."""
MAX_PICTURE_PIXELS = 40_000_000
"""Of a picture that is painted anew. A drawing of few bytes may say that it has far more."""
KEPT_PICTURES = {"image/png", "image/jpeg", "image/webp"}

_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name^='toc'] => !
p[style-name^='TOC'] => !
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
strike => s
"""


class BadWordFile(DomainError):
    """The file cannot become a document; the message says why and what helps."""


def read_word(data: bytes) -> ParsedDocument:
    """Read an uploaded DOCX file; nothing is stored.

    Headings, lists, tables, links, bold and italic words and pictures are kept. A picture
    that is not inside the file or of a kind that no browser shows is named in its place.

    Raises:
        BadArchive: it is damaged, protected, or unpacks to far more than it should.
        BadWordFile: too large, of another kind, without headings, or made to do harm.
    """
    if len(data) > MAX_WORD_BYTES:
        raise BadWordFile(
            _("The file is %(size)s MB. At most %(limit)s MB can be imported from Word.")
            % {"size": f"{len(data) / 1024 / 1024:.1f}", "limit": MAX_WORD_BYTES // 1024 // 1024}
        )
    check_archive(data)
    _check_parts(data)
    pictures: dict[str, bytes] = {}
    try:
        html = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda image: _take(image, pictures)),
            external_file_access=False,
        ).value
    except Exception as error:  # a reader of foreign files fails in many ways; all mean the same
        raise BadWordFile(
            _("Word wrote something that cannot be read here. Save the file anew as .docx.")
        ) from error
    return _document(pieces_of(html), pictures)


def _check_parts(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"[Content_Types].xml", "word/document.xml"} <= names:
            raise BadWordFile(_("This is not a Word file (.docx). Save it as .docx and try again."))
        for entry in archive.infolist():
            if not entry.filename.endswith((".xml", ".rels")):
                continue
            if entry.file_size > MAX_XML_BYTES:
                raise BadWordFile(_("The text of this file is too long to be imported at once."))
            try:
                xml = archive.read(entry)
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
                raise BadWordFile(
                    _("The file is damaged. Open it in Word, save it anew and try again.")
                ) from error
            # Word declares no document type, so no entity; in UTF-16, zeros stand between.
            if b"<!DOCTYPE" in xml.replace(b"\x00", b"").upper():
                raise BadWordFile(
                    _("The file declares XML entities. Word does not, so it is not read.")
                )


def _take(image: Any, pictures: dict[str, bytes]) -> dict[str, str]:
    """Keep a picture under its digest; say by an empty source that it cannot be kept."""
    try:
        with image.open() as file:
            data = file.read()
        if image.content_type not in KEPT_PICTURES:
            data = _as_png(data)
    except Exception:  # noqa: BLE001 - not in the file, a drawing, damaged: it is named instead
        return {"src": ""}
    pictures[digest(data)] = data
    return {"src": f"image:{digest(data)}"}


def _as_png(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=["GIF", "BMP", "TIFF"]) as picture:
        if picture.width * picture.height > MAX_PICTURE_PIXELS:
            raise ValueError(picture.size)
        result = io.BytesIO()
        picture.convert("RGBA").save(result, "PNG")
    return result.getvalue()


def _document(pieces: list[Piece], pictures: dict[str, bytes]) -> ParsedDocument:
    title = _first(pieces, "title")
    subtitle = _first(pieces, "subtitle")
    pieces = [piece for piece in pieces if piece.kind not in {"title", "subtitle"}]
    headings = [piece for piece in pieces if piece.kind == "heading"]
    if not headings:
        raise BadWordFile(
            _(
                "The file has no headings, so it cannot be cut into sections. "
                "Give each heading one of Word's styles “Heading 1” to “Heading 6”."
            )
        )
    top = [piece for piece in headings if piece.level == 1]
    if not title and top == headings[:1] and len(headings) > 1 and not own_number(top[0].text)[0]:
        title = top[0].text
        pieces.remove(top[0])
    sections: list[tuple[int, str, list[str]]] = []
    for piece in pieces:
        if piece.kind == "heading":
            sections.append((piece.level, piece.text, []))
            continue
        if not sections:
            sections.append((1, _("Preamble"), []))
        sections[-1][2].append(piece.text)
    parsed, depth, lowest = [], 0, min(level for level, _title, _body in sections)
    for level, heading, body in sections:
        depth = min(level - lowest + 1, depth + 1)
        number, words = own_number(heading)
        parsed.append(_checked(ParsedSection(depth, words, number, "\n\n".join(body))))
    return ParsedDocument(title, parsed, subtitle, pictures)


def _checked(section: ParsedSection) -> ParsedSection:
    if len(section.body) > MAX_CHARACTERS:
        raise BadWordFile(
            _("The section “%(title)s” is longer than %(limit)s characters. Cut it in two.")
            % {"title": section.title, "limit": MAX_CHARACTERS}
        )
    if found := first_unkeepable(f"{section.heading}\n{section.body}"):
        raise BadWordFile(_("In “%(title)s”: %(what)s") % {"title": section.title, "what": found})
    return section


def _first(pieces: list[Piece], kind: str) -> str:
    return next((piece.text for piece in pieces if piece.kind == kind), "")
