"""A page as a tree: what a person looks for on it, found without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
UNSEEN = frozenset({"script", "style", "template", "svg", "head"})
BLOCKS = frozenset(
    {"p", "div", "li", "tr", "dt", "dd", "h1", "h2", "h3", "h4", "section", "form", "option"}
)


class Node:
    """An element; ``children`` holds elements and the words between them."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Node | None = None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Node | str] = []

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def has_class(self, name: str) -> bool:
        return name in self.get("class").split()

    def walk(self) -> Iterator[Node]:
        """Yield this element and all below it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, *tags: str) -> list[Node]:
        return [node for node in self.walk() if node.tag in tags]

    def with_class(self, name: str) -> list[Node]:
        return [node for node in self.walk() if node.has_class(name)]

    def raw_text(self) -> str:
        """Return the words exactly as they were sent, for text areas."""
        return "".join(
            child if isinstance(child, str) else child.raw_text() for child in self.children
        )

    def lines(self) -> list[str]:
        """Return the words that are seen, one line for each block."""
        return [line for part in self._words().split("\n") if (line := " ".join(part.split()))]

    def text(self) -> str:
        return " ".join(self.lines())

    def _words(self) -> str:
        if self.tag in UNSEEN:
            return ""
        if self.tag == "br":
            return "\n"
        words = "".join(
            " ".join(("", *child.split(), "")) if isinstance(child, str) and child.isspace()
            else child.replace("\n", " ") if isinstance(child, str)
            else child._words()
            for child in self.children
        )  # fmt: skip
        return f"\n{words}\n" if self.tag in BLOCKS else words


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.open = Node("document", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(node)
        if tag not in VOID:
            self.open = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # In SVG `<path …/>` has no end tag; HTML's own void elements have none either.
        self.handle_starttag(tag, attrs)
        if self.open.tag == tag and tag not in VOID:
            self.open = self.open.parent or self.root

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.open
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self.open = node.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)


def read_markup(text: str) -> Node:
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.root
