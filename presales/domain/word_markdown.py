"""The plain HTML that a Word file is read as, written as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils.translation import gettext as _

_MEANING = re.compile(r"([\\`*_\[\]<>|~])")
_AT_THE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|=+$|-{2,}$|\d+(?=[.)]\s))")
_LINKS = ("http://", "https://", "mailto:")
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~"}


@dataclass(frozen=True)
class Piece:
    """``kind``: heading, title, subtitle or text (then ``text`` is Markdown)."""

    kind: str
    text: str
    level: int = 0


def pieces_of(html: str) -> list[Piece]:
    """Cut HTML at its headings. Unknown tags are left out, their words stay."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    writer.end_block()
    return writer.pieces


@dataclass
class _List:
    ordered: bool
    items: int = 0


@dataclass
class _Table:
    rows: list[list[str]] = field(default_factory=list)


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self.words = ""
        self.marks: list[tuple[str, int]] = []
        self.lists: list[_List] = []
        self.tables: list[_Table] = []
        self.links: list[tuple[str, int]] = []
        self.kind = "text"
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"p", *_HEADINGS}:
            self._start_block(tag, given)
        elif tag in _MARKS:
            self.marks.append((_MARKS[tag], len(self.words)))
        elif tag == "a":
            self.links.append((given.get("href", ""), len(self.words)))
        elif tag == "br":
            self.words += "<br>" if self.tables else "\\\n"
        elif tag == "img":
            self._picture(given)
        elif tag in {"ul", "ol"}:
            self.end_block()
            self.lists.append(_List(tag == "ol"))
        elif tag == "li":
            self.end_block()
            if self.lists:
                self.lists[-1].items += 1
                self.item_begins = True
        elif tag == "blockquote":
            self.end_block()
            self.quoted += 1
        else:
            self._start_of_table(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "li", *_HEADINGS}:
            self.end_block(between=tag == "p")
        elif tag in _MARKS and self.marks:
            self._end_mark()
        elif tag == "a" and self.links:
            self._end_link()
        elif tag in {"ul", "ol"} and self.lists:
            self.end_block()
            self.lists.pop()
        elif tag == "blockquote":
            self.end_block()
            self.quoted = max(0, self.quoted - 1)
        elif tag == "table" and self.tables:
            self._end_table()

    def handle_data(self, data: str) -> None:
        self.words += _MEANING.sub(r"\\\1", re.sub(r"[\s\xa0]+", " ", data))

    item_begins = False

    def _start_block(self, tag: str, given: dict[str, str]) -> None:
        if self.tables:
            if self.words.strip() and not self.words.endswith("<br>"):
                self.words += "<br>"
            return
        self.end_block()
        self.kind = given.get("class", "") or ("text" if tag == "p" else tag)

    def end_block(self, *, between: bool = False) -> None:
        """Write the words so far as one paragraph, list item or heading."""
        if self.tables:
            return  # in a cell everything is one paragraph
        words, self.words, kind, self.kind = self.words.strip(), "", self.kind, "text"
        words = words.removesuffix("\\").strip()
        self.marks, self.links = [], []
        if not words:
            return
        if kind in {"title", "subtitle"} and not self.lists:
            self.pieces.append(Piece(kind, _plain(words)))
        elif kind in _HEADINGS and not self.lists:
            self.pieces.append(Piece("heading", _plain(words), _HEADINGS[kind]))
        elif self.lists:
            self._write_item(words)
        else:
            lines = _AT_THE_START.sub(_escaped_start, words).split("\n")
            self._write("\n".join(f"{'> ' * self.quoted}{line}" for line in lines))

    def _write_item(self, words: str) -> None:
        indent = "".join(" " * len(_bullet(one)) for one in self.lists[:-1])
        bullet = _bullet(self.lists[-1])
        first = bullet if self.item_begins else " " * len(bullet)
        text = indent + first + words.replace("\n", f"\n{indent}{' ' * len(bullet)}")
        is_next = self.lists[0].items > 1 or len(self.lists) > 1 or not self.item_begins
        self.item_begins = False
        last = self.pieces[-1] if self.pieces else None
        if is_next and last and last.kind == "text":
            self.pieces[-1] = Piece("text", f"{last.text}\n{text}")
        else:
            self._write(text)

    def _write(self, text: str) -> None:
        self.pieces.append(Piece("text", text))

    def _end_mark(self) -> None:
        mark, start = self.marks.pop()
        inside = self.words[start:]
        words = inside.strip()
        if not words or words == "<br>":
            return
        before = inside[: len(inside) - len(inside.lstrip())]
        after = inside[len(inside.rstrip()) :]
        self.words = f"{self.words[:start]}{before}{mark}{words}{mark}{after}"

    def _end_link(self) -> None:
        address, start = self.links.pop()
        words = self.words[start:].strip()
        if words and address.lower().startswith(_LINKS) and not re.search(r"[\s<>]", address):
            self.words = f"{self.words[:start]}[{words}](<{address}>)"

    def _picture(self, given: dict[str, str]) -> None:
        described = " ".join(given.get("alt", "").split())
        if given.get("src"):
            described = re.sub(r"[\[\]\\<>|]", "", described)
            self.words += f"![{described}]({given['src']})"
        else:
            said = described or _("not carried over")
            self.words += _MEANING.sub(r"\\\1", f"[{_('Picture')}: {said}]")

    def _start_of_table(self, tag: str) -> None:
        if tag == "table":
            self.end_block()
            self.tables.append(_Table())
        elif self.tables and len(self.tables) == 1:
            if tag == "tr":
                self._end_cell()
                self.tables[0].rows.append([])
            elif tag in {"td", "th"}:
                self._end_cell()
                if not self.tables[0].rows:
                    self.tables[0].rows.append([])
                self.tables[0].rows[-1].append("")

    def _end_cell(self) -> None:
        words, self.words = self.words.strip().removesuffix("<br>").strip(), ""
        self.marks, self.links = [], []
        rows = self.tables[0].rows
        if words and rows and rows[-1]:
            rows[-1][-1] = words

    def _end_table(self) -> None:
        if len(self.tables) > 1:  # a table in a cell: its words stay in the cell
            self.tables.pop()
            return
        self._end_cell()
        rows = [row for row in self.tables.pop().rows if row]
        if not rows:
            return
        width = max(map(len, rows))
        lines = [row + [""] * (width - len(row)) for row in rows]
        # The first row is the head, which is bold already.
        lines[0] = [re.sub(r"^\*\*([^*]+)\*\*$", r"\1", cell) for cell in lines[0]]
        lines.insert(1, ["---"] * width)
        self._write("\n".join(f"| {' | '.join(line)} |" for line in lines))


_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def _bullet(one: _List) -> str:
    return f"{one.items}. " if one.ordered else "- "


def _plain(words: str) -> str:
    """A heading holds no formatting."""
    words = re.sub(
        r"(?<!\\)(\*\*|\*|~~)|!\[[^\]]{0,1000}\]\([^)]{0,1000}\)", "", words.replace("\\\n", " ")
    )
    words = re.sub(r"(?<!\\)\[([^\]]{0,1000})\]\(<[^>]{0,2000}>\)", r"\1", words)
    return " ".join(re.sub(r"\\([\\`*_\[\]<>|~])", r"\1", words).split())


def _escaped_start(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark}\\" if mark.isdecimal() else f"{match[1]}\\{mark}"
