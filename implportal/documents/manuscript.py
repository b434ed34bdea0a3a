"""A Markdown file that somebody hands in: decoded, cut into sections, its pictures taken along.

Nothing is ever fetched. A picture that is not in the file and HTML that would run are
refused, naming the line; raw HTML of other kinds is kept as the text it is.
"""

from __future__ import annotations

import base64
import binascii
import re

from django.utils.translation import gettext as _
from markdown_it.token import Token

from implportal.documents.canonical import digest
from implportal.documents.markdown import IMAGE_SOURCE, MAX_CHARACTERS, make_parser, rendering_text
from implportal.documents.outline import BadMarkdown, ParsedDocument, parse_document
from implportal.kernel.text import first_unkeepable

MAX_BYTES = 1024 * 1024


def read_markdown(data: bytes) -> ParsedDocument:
    """Read an uploaded file.

    UTF-8 with or without a byte-order mark is read, and UTF-16 with one.

    Raises:
        BadMarkdown: it is empty, too large, in another encoding, without headings, or holds
            something that will not be carried over (active HTML, pictures from elsewhere).
    """
    if len(data) > MAX_BYTES:
        raise BadMarkdown(
            _("The file is %(size)s MB. At most %(limit)s MB of text can be imported.")
            % {"size": f"{len(data) / 1024 / 1024:.1f}", "limit": MAX_BYTES // 1024 // 1024}
        )
    if not data.strip():
        raise BadMarkdown(_("The file is empty."))
    text, images = _take_images(_decode(data))
    document = parse_document(text)
    for section in document.sections:
        if len(section.body) > MAX_CHARACTERS:
            raise BadMarkdown(
                _("The section “%(title)s” is longer than %(limit)s characters. Cut it in two.")
                % {"title": section.title, "limit": MAX_CHARACTERS}
            )
    _refuse_what_is_not_carried_over(text)
    return ParsedDocument(document.title, document.sections, document.subtitle, images)


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadMarkdown(
            _(
                "The file is not UTF-8 text (line %(line)s cannot be read). "
                "Save it with the encoding UTF-8 and try again."
            )
            % {"line": line}
        ) from error
    if "\x00" in text:
        raise BadMarkdown(_("The file holds null bytes, so it is not a text file."))
    if found := first_unkeepable(text):
        raise BadMarkdown(
            _("Line %(line)s: %(what)s")
            % {"line": text.count("\n", 0, found.place) + 1, "what": found}
        )
    return text


_DATA_IMAGE = re.compile(
    r"(!\[[^\[\]\n]*\]\(\s*<?)data:image/(?:png|jpe?g|webp);base64,([A-Za-z0-9+/=]+)"
)


def _take_images(text: str) -> tuple[str, dict[str, bytes]]:
    """Replace pictures written into the text by their digest, and return them apart."""
    images: dict[str, bytes] = {}

    def keep(match: re.Match[str]) -> str:
        try:
            data = base64.b64decode(match[2], validate=True)
        except binascii.Error:
            return match[0]  # refused below like every other picture that is not ours
        images[digest(data)] = data
        return f"{match[1]}image:{digest(data)}"

    return _DATA_IMAGE.sub(keep, text), images


_ACTIVE_HTML = re.compile(
    r"<\s*(?:/\s*)?(script|style|iframe|object|embed|applet|link|meta|base|form|svg|math|template)\b",
    re.IGNORECASE,
)


def _refuse_what_is_not_carried_over(text: str) -> None:
    tokens = _lenient_parser.parse(rendering_text(text, keep_lines=True), {})
    for token in tokens:
        if token.type != "inline" or not token.map:
            continue
        for child in token.children or []:
            if child.type == "image" and not IMAGE_SOURCE.fullmatch(str(child.attrs["src"])):
                raise BadMarkdown(
                    _(
                        "Line %(line)s: the picture “%(source)s” is not part of the file and "
                        "is not fetched from elsewhere. Take it out, and add the picture to "
                        "the section after the import."
                    )
                    % {"line": _line_of(text, token, "!["), "source": _short(child.attrs["src"])}
                )
            if child.type == "text" and (match := _ACTIVE_HTML.search(child.content)):
                raise BadMarkdown(
                    _(
                        "Line %(line)s: HTML like <%(tag)s> is not carried over. "
                        "Take it out, or write it as code between `backticks`."
                    )
                    % {"line": _line_of(text, token, match[0]), "tag": match[1].lower()}
                )


def _line_of(text: str, token: Token, needle: str) -> int:
    """The line, counted from 1, in which ``needle`` first stands inside the block."""
    first, end = token.map or (0, 0)
    lines = text.splitlines()
    return next(
        (n + 1 for n in range(first, min(end, len(lines))) if needle in lines[n]), first + 1
    )


def _short(text: object, limit: int = 60) -> str:
    words = str(text)
    return words if len(words) <= limit else words[: limit - 1] + "…"


_lenient_parser = make_parser()
_lenient_parser.validateLink = lambda _url: True  # so that file: and its like are found out
