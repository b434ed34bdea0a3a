"""Markdown as people really write it: read from a file, cut into sections, shown as safe HTML.

What is decided here:

- Raw HTML is never passed on; it is shown as the text it is. Only ``<br>`` breaks a line.
- Pictures are ``![alt](image:<sha256>)`` alone. In typed text any other picture is shown
  as its description; in an imported file it is refused, naming the line, because nothing
  is ever fetched. Pictures written into the file itself (``data:``) are taken along.
- Indented text is text, not code: real files indent their lists in every possible way.
- Every pattern takes linear time: one line may hold a megabyte of blanks.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from implportal.documents.canonical import digest
from implportal.kernel.errors import DomainError

MAX_BYTES = 1024 * 1024
MAX_LINES = 5_000
IMAGE_SOURCE = re.compile(r"image:([0-9a-f]{64})")


class BadMarkdown(DomainError):
    """The text cannot become a document; the message says why and, where it can, in which line."""


@dataclass(frozen=True)
class ParsedSection:
    """One heading and the text below it up to the next; ``level`` begins at 1."""

    level: int
    title: str
    number: str
    body: str

    @property
    def heading(self) -> str:
        """The title with the number its author gave it, as in "5.6.4 Quality Assurance"."""
        return f"{self.number} {self.title}".strip()


@dataclass(frozen=True)
class ParsedDocument:
    """A whole text. ``images`` holds the pictures found inside it, by their SHA-256."""

    title: str
    sections: list[ParsedSection]
    subtitle: str = ""
    images: dict[str, bytes] = field(default_factory=dict)


# --- reading a file ---------------------------------------------------------------------


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
    tokens = _lenient_parser.parse(_rendering_text(text, keep_lines=True), {})
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


# --- cutting into sections --------------------------------------------------------------


def parse_document(text: str) -> ParsedDocument:
    """Cut ``text`` at its headings; no line is lost and none is merged into another section.

    Understands ``## Title``, ``##1.0 TITLE`` without a space, underlined headings, and an
    underline below a heading that needs none. The first heading is the document's title if
    it is of the first level, without a number, and no other such heading follows. A heading
    right below it that holds only a date or version, and no text, is the subtitle. Text
    that stands before any heading becomes a section of its own.

    Raises:
        BadMarkdown: empty, too long, or without any heading.
    """
    if not text.strip():
        raise BadMarkdown(_("There is no text."))
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise BadMarkdown(
            _("The text has %(lines)s lines. At most %(limit)s lines can be taken.")
            % {"lines": len(lines), "limit": MAX_LINES}
        )
    headings = list(_headings(lines))
    if not headings:
        raise BadMarkdown(
            _(
                "The text has no headings, so it cannot be cut into sections. "
                "Begin each section with a line such as “## Scope”."
            )
        )
    before = _joined(lines[: headings[0].first])
    parts = [
        (heading, _joined(lines[heading.end : following.first if following else None]))
        for heading, following in zip(headings, [*headings[1:], None], strict=True)
    ]
    title = subtitle = ""
    if _is_document_title(headings):
        (heading, body), *parts = parts
        title = heading.text
        if parts and not body and not parts[0][1] and _DATE_OR_VERSION.search(parts[0][0].text):
            subtitle = parts.pop(0)[0].text
        before = "\n\n".join(filter(None, [before, body]))
    sections = [_section(heading, body) for heading, body in parts]
    if before:
        top = min((section.level for section in sections), default=1)
        sections.insert(0, ParsedSection(top, _("Preamble"), "", before))
    if not sections:
        raise BadMarkdown(_("The text is only a title; there is nothing below it."))
    return ParsedDocument(title, _closed_up(sections), subtitle)


@dataclass(frozen=True)
class _Heading:
    level: int
    text: str
    first: int
    end: int


_FENCE = re.compile(r"\s*(?:[-*+>]\s+)*(`{3,}(?=[^`]*$)|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?!#)([ \t]*)(.*)$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NOT_A_TITLE = re.compile(r"\s{4,}|\s*(?:[-*+>|]\s|\d+[.)]\s|[|>])")
_OWN_NUMBER = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})+|\d{1,3}(?=[.)]\s)|\d{1,2}(?=\s+[^\s\da-z]))[.)]?\s+(?=\S)"
)
_DATE_OR_VERSION = re.compile(r"\b(?:19|20)\d\d\b|^(?:version|draft|v\d)\b", re.IGNORECASE)


def own_number(title: str) -> tuple[str, str]:
    """Part a heading into the number its author wrote and the title: "5.1 Scope" → 5.1, Scope."""
    match = _OWN_NUMBER.match(title)
    return (match[1], title[match.end() :]) if match else ("", title)


def _headings(lines: list[str]) -> Iterator[_Heading]:
    fenced = _fenced_lines(lines)
    number = 0
    while number < len(lines):
        line = lines[number]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        underline = None if number + 1 in fenced else _UNDERLINE.match(following)
        if number in fenced:
            number += 1
        elif (match := _ATX.match(line)) and _is_atx(match, lines, number):
            end = number + (2 if underline else 1)
            yield _Heading(len(match[1]), _without_closing_marks(match[3]), number, end)
            number = end
        elif underline and _is_underlined(lines, number):
            yield _Heading(1 if "=" in underline[1] else 2, line.strip(), number, number + 2)
            number += 2
        else:
            number += 1


def _without_closing_marks(text: str) -> str:
    """The title in "Scope ##"; marks that touch a word belong to it, as in "C#"."""
    bare = text.strip()
    words = bare.rstrip("#")
    return words.rstrip() if not words or words[-1].isspace() else bare


def _is_atx(match: re.Match[str], lines: list[str], number: int) -> bool:
    """Whether ``#…`` begins a heading; "#42 is urgent" inside a paragraph does not."""
    marks, space, text = match.groups()
    if not text.strip("# \t"):
        return False
    if space or len(marks) > 1:
        return True
    alone = not (number and lines[number - 1].strip())
    following = lines[number + 1].strip() if number + 1 < len(lines) else ""
    return alone and text[0].isalpha() and (not following or bool(_UNDERLINE.match(following)))


def _is_underlined(lines: list[str], number: int) -> bool:
    """Whether a line above an underline is a title: one line of its own, not a list or table."""
    line = lines[number]
    if not line.strip() or _NOT_A_TITLE.match(line) or _UNDERLINE.match(line):
        return False
    return number == 0 or not lines[number - 1].strip() or bool(_ATX.match(lines[number - 1]))


def _fenced_lines(lines: list[str]) -> set[int]:
    """Numbers of the lines in code fences; a fence that never closes is not one."""
    fenced: set[int] = set()
    number = 0
    never_closed: dict[str, int] = {}  # what is not found once is not looked for again
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if opening and len(opening[1]) < never_closed.get(opening[1][0], len(lines[number]) + 1):
            mark = opening[1]
            closing = re.compile(rf"\s*{re.escape(mark[0])}{{{len(mark)},}}\s*$")
            end = next((n for n in range(number + 1, len(lines)) if closing.match(lines[n])), None)
            if end is None:
                never_closed[mark[0]] = len(mark)
            else:
                fenced.update(range(number, end + 1))
                number = end
        number += 1
    return fenced


def _is_document_title(headings: list[_Heading]) -> bool:
    first, *others = headings
    return (
        first.level == 1
        and not own_number(first.text)[0]
        and all(other.level > 1 or own_number(other.text)[0] for other in others)
    )


def _section(heading: _Heading, body: str) -> ParsedSection:
    number, title = own_number(heading.text)
    return ParsedSection(heading.level, title, number, body)


def _closed_up(sections: list[ParsedSection]) -> list[ParsedSection]:
    """Levels that begin at 1 and never skip one on the way down, as outlines need them."""
    top = min(section.level for section in sections)
    result: list[ParsedSection] = []
    for section in sections:
        deepest = result[-1].level + 1 if result else 1
        level = min(section.level - top + 1, deepest)
        result.append(ParsedSection(level, section.title, section.number, section.body))
    return result


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()


# --- showing as HTML --------------------------------------------------------------------

_ALLOWED_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td", "a", "img"),
}
_ALLOWED_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"scope", "class"},
    "td": {"class"},
}
_ALIGNED = {"text-align:right": "text-end", "text-align:center": "text-center"}
_FOREIGN_BULLET = re.compile(r"^(\s*)[–•▪◦‣·]\s+", re.MULTILINE)


def to_html(text: str, references: dict[str, Any] | None = None) -> str:
    """Safe HTML of one section's text.

    ``references`` are link definitions from elsewhere in the document, as
    ``collect_references`` finds them.
    """
    rendered = _parser.render(_rendering_text(text), {"references": dict(references or {})})
    return nh3.clean(
        rendered,
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "image"},
        link_rel="noopener noreferrer nofollow",
    ).strip()


def collect_references(texts: Iterable[str]) -> dict[str, Any]:
    """The link definitions (``[name]: address``) of all texts; the first of a name counts."""
    env: dict[str, Any] = {}
    for text in texts:
        if "]:" in text:
            _parser.parse(_rendering_text(text), env)
    return dict(env.get("references", {}))


def image_digests(html: str) -> list[str]:
    """The SHA-256 of each picture in sanitised HTML, in order, each once."""
    return list(dict.fromkeys(re.findall(r'<img [^>]*?src="image:([0-9a-f]{64})"', html)))


def with_image_addresses(html: str, prefix: str) -> str:
    """The HTML with ``image:<sha256>`` replaced by ``prefix`` and the digest, for a browser."""
    return re.sub(r'(<img [^>]*?src=")image:([0-9a-f]{64})"', rf'\g<1>{prefix}\g<2>"', html)


def _rendering_text(text: str, *, keep_lines: bool = False) -> str:
    """What the parser gets: headings it would miss mended, word-processor bullets as bullets."""
    lines = text.splitlines()
    fenced = _fenced_lines(lines)
    result: list[str] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if number in fenced:
            result.append(line)
        elif _FOREIGN_BULLET.match(line) and (not before.strip() or _FOREIGN_BULLET.match(before)):
            result.append(_FOREIGN_BULLET.sub(r"\1- ", line))
        elif _UNDERLINE.match(line) and before.strip() and not keep_lines:
            result += ["", line]  # a rule below a paragraph, not a heading made of it
        else:
            result.append(line)
    return "\n".join(result)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(
        ["table", "strikethrough"]
    )
    parser.disable("code")
    parser.core.ruler.push("house_rules", _house_rules)
    parser.add_render_rule("image", _render_image)
    return parser


def _house_rules(state: StateCore) -> None:
    """Headings inside a section become strong text; cells get classes instead of styles."""
    for number, token in enumerate(state.tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "p"
            if token.type == "heading_open":
                inline = state.tokens[number + 1]
                children = inline.children or []
                inline.children = [
                    Token("strong_open", "strong", 1),
                    *children,
                    Token("strong_close", "strong", -1),
                ]
        elif token.type in {"th_open", "td_open"}:
            style = str(token.attrs.pop("style", ""))
            if style in _ALIGNED:
                token.attrs["class"] = _ALIGNED[style]
            if token.type == "th_open":
                token.attrs["scope"] = "col"
        elif token.type == "inline" and token.children:
            token.children = [piece for child in token.children for piece in _broken(child)]


def _broken(token: Token) -> list[Token]:
    """A text token parted at ``<br>``, the one tag that tables cannot do without."""
    if token.type != "text" or "<br" not in token.content.lower():
        return [token]
    pieces: list[Token] = []
    for number, words in enumerate(re.split(r"<br\s*/?>", token.content, flags=re.IGNORECASE)):
        if number:
            pieces.append(Token("hardbreak", "br", 0))
        pieces.append(Token("text", "", 0, content=words))
    return pieces


def _render_image(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    described = self.renderInlineAsText(token.children, options, env)
    source = str(token.attrs["src"])
    if not IMAGE_SOURCE.fullmatch(source):
        return escape(f"[{described or _('picture')}]")
    return f'<img src="{source}" alt="{escape(described)}">'


_parser = _make_parser()
_lenient_parser = _make_parser()
_lenient_parser.validateLink = lambda _url: True  # so that file: and its like are found out
