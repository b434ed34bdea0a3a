"""Markdown shown as safe HTML.

What is decided here:

- Raw HTML is never passed on; it is shown as the text it is. Only ``<br>`` breaks a line.
- Pictures are ``![alt](image:<sha256>)`` alone; any other is shown as its description.
- Indented text is text, not code: real files indent their lists in every possible way.
- The time it takes grows with the text and no faster, however it was made to hang us.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from implportal.documents.outline import UNDERLINE, fenced_lines

IMAGE_SOURCE = re.compile(r"image:([0-9a-f]{64})")
MAX_CHARACTERS = 100_000
"""Of one text. What is longer is shown as it was typed."""

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
    if len(text) > MAX_CHARACTERS:
        return f"<p>{escape(text)}</p>"
    rendered = _parser.render(rendering_text(text), {"references": dict(references or {})})
    return nh3.clean(
        rendered,
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "image"},
        link_rel="noopener noreferrer nofollow",
        url_relative="deny",  # a part of an address leads elsewhere on each page
    ).strip()


def collect_references(texts: Iterable[str]) -> dict[str, Any]:
    """The link definitions (``[name]: address``) of all texts; the first of a name counts."""
    env: dict[str, Any] = {}
    for text in texts:
        if "]:" in text and len(text) <= MAX_CHARACTERS:
            _parser.parse(rendering_text(text), env)
    return dict(env.get("references", {}))


def image_digests(html: str) -> list[str]:
    """The SHA-256 of each picture in sanitised HTML, in order, each once."""
    return list(dict.fromkeys(re.findall(r'<img [^>]*?src="image:([0-9a-f]{64})"', html)))


def with_image_addresses(html: str, prefix: str) -> str:
    """The HTML with ``image:<sha256>`` replaced by ``prefix`` and the digest, for a browser."""
    return re.sub(r'(<img [^>]*?src=")image:([0-9a-f]{64})"', rf'\g<1>{prefix}\g<2>"', html)


def rendering_text(text: str, *, keep_lines: bool = False) -> str:
    """What the parser gets: headings it would miss mended, word-processor bullets as bullets."""
    lines = text.splitlines()
    if text.count("[") > MANY_BRACKETS:
        lines = _shallow(lines)
    fenced = fenced_lines(lines)
    result: list[str] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if number in fenced:
            result.append(line)
        elif _FOREIGN_BULLET.match(line) and (not before.strip() or _FOREIGN_BULLET.match(before)):
            result.append(_FOREIGN_BULLET.sub(r"\1- ", line))
        elif UNDERLINE.match(line) and before.strip() and not keep_lines:
            result += ["", line]  # a rule below a paragraph, not a heading made of it
        else:
            result.append(line)
    return "\n".join(result)


MANY_BRACKETS, MAX_DEPTH = 200, 4


def _shallow(lines: list[str]) -> list[str]:
    """The lines with brackets inside brackets inside brackets … made plain text.

    The parser tries each opening bracket with each closing one.
    """
    depth, result = 0, []

    def plain(match: re.Match[str]) -> str:
        nonlocal depth
        mark = match[0]
        if mark == "]":
            depth = max(0, depth - 1)
        elif mark == "[":
            depth += 1
            return mark if depth <= MAX_DEPTH else f"\\{mark}"
        return mark

    for line in lines:
        if not line.strip():
            depth = 0
        result.append(re.sub(r"\\.|[\[\]]", plain, line))
    return result


def make_parser() -> MarkdownIt:
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


_parser = make_parser()
