"""Reads the forms of a page as a browser does, and fills them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

LINES = {"text", "search", "", "tel"}
TYPES = {
    "email": "carl@customer.example",
    "url": "https://example.com/",
    "number": "1",
    "date": "2026-03-03",
    "datetime-local": "2026-03-03T12:00",
    "time": "12:00",
    "month": "2026-03",
    "password": "",
}
BUTTONS = {"submit", "button", "file", "image", "reset"}


@dataclass
class Form:
    action: str
    method: str
    lines: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    others: list[tuple[str, str]] = field(default_factory=list)


class FormReader(HTMLParser):
    """Reads the forms of a page with what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.pressed: list[str] = []
        self._is_inert = False
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "template":  # nobody sees what a script may make of it
            self._is_inert = True
        if self._is_inert:
            return
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        if tag in {"button", "input"} and "formaction" in given:
            self.pressed.append(given["formaction"])
        if self._form is None or "disabled" in given:
            return
        self._take_field(tag, given)

    def _take_field(self, tag, given):
        name, kind = given.get("name", ""), given.get("type", "")
        longest = int(given.get("maxlength") or 100_000)
        if tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
        elif tag == "textarea" and name:
            self._form.texts[name] = longest
        elif tag == "input" and name and kind in LINES:
            self._form.lines[name] = longest
        elif tag == "input" and name and kind not in BUTTONS:
            self._fill_in(name, kind, given)

    def _fill_in(self, name, kind, given):
        if kind not in {"checkbox", "radio"}:
            self._form.others.append((name, given.get("value") or TYPES.get(kind, "")))
        elif "checked" in given or name not in dict(self._form.others):
            self._form.others.append((name, given.get("value", "on")))

    def handle_endtag(self, tag):
        if tag == "template":
            self._is_inert = False
        if tag == "select" and self._select and self._form:
            name, options = self._select
            chosen = [value for value, selected in options if selected and value]
            chosen = chosen or [value for value, _selected in options if value][:1]
            self._form.others += [(name, value) for value in chosen]
            self._select = None
        elif tag == "form":
            self._form = None


def forms_of(html: str) -> list[Form]:
    reader = FormReader()
    reader.feed(html)
    return [form for form in reader.forms if form.method == "post" and (form.lines or form.texts)]


def wordless_of(html: str) -> list[str]:
    """Where the forms of a page go that take no words: buttons, choices and files."""
    reader = FormReader()
    reader.feed(html)
    wordless = [form for form in reader.forms if not (form.lines or form.texts)]
    return [form.action for form in wordless if form.method == "post"] + reader.pressed


def fill(form: Form, sample: str, *, end: str = "") -> dict[str, list[str]]:
    """Return what a browser would send with ``sample`` in every field that takes words.

    With another ``end`` each time, nothing is refused for being there already.
    """
    data: dict[str, list[str]] = {}
    for key, value in form.others:
        data.setdefault(key, []).append(value)
    for key, longest in form.lines.items():
        data[key] = [sample.split("\n", maxsplit=1)[0][: max(longest - len(end), 1)] + end]
    for key, longest in form.texts.items():
        data[key] = [sample[:longest]]
    return data


def said_against(answer: Any) -> str:
    """Why the form of an answer was refused, in the words of the page; empty where it was not."""
    said: list[str] = []
    for name in ("form", "formset"):
        form = answer.context.get(name) if answer.context else None
        errors = getattr(form, "errors", None) or {}
        for one in errors if isinstance(errors, list) else [errors]:
            said += [f"{field}: {text}" for field, texts in one.items() for text in texts]
        if hasattr(form, "non_form_errors"):
            said += form.non_form_errors()
    if not said and not answer.redirect_chain and answer.status_code not in {200, 204}:
        said.append(f"answer {answer.status_code}")
    return " ".join(said)
