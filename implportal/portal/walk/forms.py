"""Forms as a person fills them: what is prefilled stays, choices are made by their words."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from implportal.portal.walk.markup import Node

NOT_SENT = frozenset({"submit", "button", "image", "reset"})


class CannotFill(Exception):
    """The form has no such field, or the field no such choice."""


@dataclass(frozen=True)
class Upload:
    """A file to hand in."""

    name: str
    data: bytes


def upload(path: Path) -> Upload:
    return Upload(path.name, path.read_bytes())


class Form:
    """A form of a page, with what it holds at first.

    ``through`` is the button by which it is sent, where that leads to an address of its own.
    """

    def __init__(self, node: Node, page: Node, *, through: Node | None = None) -> None:
        self.node = node
        self.page = page
        self.action = through.get("formaction") if through else node.get("action")
        self.is_post = node.get("method").lower() == "post"
        self.is_multipart = node.get("enctype").lower() == "multipart/form-data"
        # A field may stand elsewhere and name its form.
        mine = [
            one
            for one in page.all("input", "select", "textarea", "button")
            if one.get("form", "") == node.get("id", "\0")
        ]
        inside = node.all("input", "select", "textarea", "button")
        self.controls = [one for one in [*inside, *mine] if "disabled" not in one.attributes]

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(one.get("name") for one in self.controls if one.get("name")))

    @property
    def buttons(self) -> list[Node]:
        return [
            one
            for one in self.controls
            if (one.tag == "button" and one.get("type", "submit") == "submit")
            or (one.tag == "input" and one.get("type") == "submit")
        ]

    def button(self, words: str) -> Node | None:
        """Return the button with this name, or with ``words`` on it."""
        found = (
            one
            for one in self.buttons
            if words == one.get("name") or words in (one.text() or one.get("value"))
        )
        return next(found, None)

    def filled(self, answers: dict[str, Any], button: Node | None) -> list[tuple[str, Any]]:
        """Return what is sent: hidden and prefilled values, ``answers``, and the button's own.

        An answer is the words or the value of a choice, True or False for a box, a list for
        several choices, an ``Upload``, or plain text.

        Raises:
            CannotFill: there is no such field or choice.
        """
        if unknown := sorted(set(answers) - set(self.names)):
            raise CannotFill(
                f"it has no field {', '.join(unknown)} but only {', '.join(self.names)}"
            )
        sent: list[tuple[str, Any]] = []
        for name in self.names:
            fields = [one for one in self.controls if one.get("name") == name]
            if name in answers:
                sent += [(name, value) for value in self._answer(name, fields, answers[name])]
            else:
                sent += [(name, value) for value in self._prefilled(fields)]
        if button is not None and button.get("name"):
            sent.append((button.get("name"), button.get("value")))
        return sent

    def _prefilled(self, fields: Iterable[Node]) -> Iterable[Any]:
        for field in fields:
            kind = field.get("type", "text") if field.tag == "input" else field.tag
            if kind in NOT_SENT:
                continue
            if kind in {"checkbox", "radio"}:
                if "checked" in field.attributes:
                    yield field.get("value", "on")
            elif kind == "file":
                yield Upload("", b"")
            elif kind == "select":
                yield from _selected(field)
            elif kind == "textarea":
                yield field.raw_text().removeprefix("\n")
            else:
                yield field.get("value")

    def _answer(self, name: str, fields: list[Node], answer: Any) -> Iterable[Any]:
        first = fields[0]
        kind = first.get("type", "text") if first.tag == "input" else first.tag
        if isinstance(answer, bool):
            return [first.get("value", "on")] if answer else []
        wanted = list(answer) if isinstance(answer, list | tuple) else [answer]
        if kind == "select":
            choices = [(one.get("value", one.text()), one.text()) for one in first.all("option")]
            return [_choose(name, choices, str(one)) for one in wanted]
        if kind in {"checkbox", "radio"}:
            choices = [(one.get("value", "on"), self.label_of(one)) for one in fields]
            return [_choose(name, choices, str(one)) for one in wanted]
        return [one if isinstance(one, Upload) else str(one) for one in wanted]

    def label_of(self, field: Node) -> str:
        """Return the words beside a field."""
        for label in self.page.all("label"):
            if label.get("for") and label.get("for") == field.get("id"):
                return label.text()
        node: Node | None = field
        while node is not None and node.tag != "label":
            node = node.parent
        return node.text() if node else ""

    def choices(self, name: str) -> list[str]:
        """Return the words of all choices of a field."""
        fields = [one for one in self.controls if one.get("name") == name]
        if fields and fields[0].tag == "select":
            return [one.text() for one in fields[0].all("option")]
        return [self.label_of(one) for one in fields]


def _selected(field: Node) -> list[str]:
    options = field.all("option")
    chosen = [one for one in options if "selected" in one.attributes]
    if not chosen and "multiple" not in field.attributes:
        chosen = options[:1]
    return [one.get("value", one.text()) for one in chosen]


def _choose(name: str, choices: list[tuple[str, str]], wanted: str) -> str:
    """Return the value of the choice meant: by its value, its words, or words within them."""
    by_value = [value for value, _words in choices if value == wanted]
    by_words = [value for value, words in choices if words == wanted]
    within = [value for value, words in choices if wanted and wanted in words]
    if found := [*by_value, *by_words, *within]:
        return found[0]
    offered = ", ".join(f"“{words or value}”" for value, words in choices) or "nothing"
    raise CannotFill(f"{name} offers {offered}, not “{wanted}”")


def multipart(fields: Iterable[tuple[str, Any]]) -> tuple[bytes, str]:
    """Return body and content type of a form that carries files."""
    boundary = f"walk-{secrets.token_hex(16)}"
    parts = []
    for name, value in fields:
        head = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, Upload):
            kind = mimetypes.guess_type(value.name)[0] or "application/octet-stream"
            head += f'; filename="{value.name}"\r\nContent-Type: {kind}'
            data = value.data
        else:
            data = value.encode()
        parts.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
