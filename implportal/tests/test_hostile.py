"""Hostile texts go through every text field of every form, and come out as text.

As the person whom the access table lets in, each form of the portal is filled and sent as a
browser does; then the pages, tables and mails that show it are read.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from delivery.models import Plan
from implportal.kernel.exports import DANGEROUS
from implportal.notifications.models import Message
from implportal.tests.hostile import LONG, REFUSED, SHORT, what_is_wrong
from implportal.tests.test_access import ROLES, methods_of, our_routes, read_table, scene  # noqa: F401

pytestmark = pytest.mark.django_db
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
ENDS = ("delete", "remove", "cancel", "close", "withdraw", "revoke", "stop", "lose", "end", "retry")
"""Routes that take away what later forms need: sent, looked at and undone."""


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
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None or "disabled" in given:
            return
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


class Visitor:
    """Everybody of the scene, each with a browser; who goes where stands in the access table."""

    def __init__(self, scene, sign_in):  # noqa: F811
        self.scene = scene
        self.table = read_table()
        # The factories number by themselves; what is made in the portal must not meet it.
        Plan.objects.update_or_create(project=scene.project, defaults={"last_number": 10_000})
        type(scene.project).objects.filter(pk=scene.project.pk).update(code="IP-2020-0001")
        self.browsers = {role: sign_in(scene.people[role]) for role in ROLES[:-1]}
        self.pages = list(self._pages())
        self.wrong: list[str] = []
        self.sent: dict[str, int] = {}

    def entitled(self, name: str) -> Client | None:
        codes = self.table.get(f"{name} GET", [])
        order = ("ines", "bea", "piet", "cora", "adam")
        return next(
            (self.browsers[who] for who in order if codes and codes[ROLES.index(who)] == 200), None
        )

    def _pages(self):
        """Give route, address and the browser of somebody who may open it."""
        for name, view, places in our_routes():
            browser = self.entitled(name) if "GET" in methods_of(view) else None
            if browser:
                yield name, self.scene.address(name, places), browser

    def look(self, name, response) -> str:
        """Check one answer, and give its text if it is a page."""
        if response.streaming:
            list(response.streaming_content)
            return ""
        assert response.status_code < 500, name
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html"):
            html = response.content.decode()
            self.wrong += [f"{name}: {what}" for what in what_is_wrong(html)]
            return html
        if kind.startswith("text/csv"):
            rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
            cells = [cell for row in rows for cell in row]
            self.wrong += [
                f"{name}: {cell}"
                for cell in cells
                if cell.startswith(DANGEROUS) and not cell.lstrip("+-").replace(".", "").isdigit()
            ]
        if kind.startswith("text/calendar"):
            assert b"\nBcc:" not in response.content
        return ""

    def fill(self, name, form: Form, sample: str) -> dict[str, list[str]]:
        data: dict[str, list[str]] = {}
        for key, value in form.others:
            data.setdefault(key, []).append(value)
        for key, longest in form.lines.items():
            data[key] = [sample.split("\n", maxsplit=1)[0][:longest]]
        for key, longest in form.texts.items():
            data[key] = [sample[:longest]]
        self.sent[name] = self.sent.get(name, 0) + len(form.lines) + len(form.texts)
        return data

    def send_everywhere(self, sample: str) -> None:
        for name, address, browser in self.pages:
            for form in forms_of(self.look(name, browser.get(address))):
                with transaction.atomic():
                    data = self.fill(name, form, sample)
                    answer = browser.post(form.action or address, data, follow=True)
                    self.look(name, answer)
                    if any(word in name.rpartition(":")[2].split("_") for word in ENDS):
                        transaction.set_rollback(True)

    def look_everywhere(self) -> None:
        for name, address, browser in self.pages:
            self.look(name, browser.get(address))
            if name.endswith(("_list", "_board")):
                self.look(name, browser.get(f"{address}?export=csv"))
                self.look(name, browser.get(f"{address}?export=xlsx"))


@pytest.fixture
def visitor(scene, sign_in):  # noqa: F811
    return Visitor(scene, sign_in)


def check_mails():
    for message in Message.objects.order_by("pk"):
        assert "\n" not in message.subject
        assert "\r" not in message.subject
        assert "\n" not in message.to + message.to_name


LINES_OF_MANY = ("lists", "table", "laughs", "lines")
WORDS_OF_MANY = ("word", "quotes", "emphasis", "references")
TOGETHER = {
    "scripts": ("script", "closing", "attribute"),
    "events": ("single quote", "image", "svg"),
    "frames": ("frame", "meta"),
    "styles": ("css", "style"),
    "links": ("link", "autolink"),
    "pictures": ("picture", "reference"),
    "programs": ("formula", "template", "percent", "sql"),
    "more programs": ("formula plus", "path", "mail", "entities"),
    "characters": ("directions", "invisible", "astral", "combining"),
}
"""Samples that fit into one field together; one run through the portal takes its time."""


def test_no_sample_is_forgotten():
    assert sorted(name for names in TOGETHER.values() for name in names) == sorted(SHORT)


@pytest.mark.parametrize("names", TOGETHER)
def test_every_field_takes_it_for_text_and_every_page_shows_it_as_text(visitor, names):
    visitor.send_everywhere(" ".join(SHORT[name] for name in TOGETHER[names]))
    visitor.look_everywhere()

    assert visitor.wrong == []
    assert sum(visitor.sent.values()) > 100
    check_mails()


@pytest.mark.parametrize("sample", REFUSED)
def test_a_field_of_one_line_refuses_what_would_forge_a_mail_or_a_name(visitor, sample):
    project = visitor.scene.project
    address = reverse("projects:project_edit", kwargs={"project_pk": project.pk})
    (form,) = forms_of(visitor.browsers["ines"].get(address).content.decode())
    data = visitor.fill("projects:project_edit", form, "x") | {"title": [REFUSED[sample]]}

    answer = visitor.browsers["ines"].post(address, data)

    assert answer.status_code == 200
    assert "title" in answer.context["form"].errors


@pytest.mark.parametrize("samples", [LINES_OF_MANY, WORDS_OF_MANY], ids=["blocks", "words"])
def test_no_field_brings_a_page_down(visitor, samples):
    visitor.send_everywhere("\n\n".join(LONG[name] for name in samples))
    visitor.look_everywhere()

    assert visitor.wrong == []
    check_mails()
