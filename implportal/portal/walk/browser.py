"""A person's browser made of standard library parts: cookies, pages, links, forms."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from implportal.portal.walk.forms import CannotFill, Form, Upload, multipart
from implportal.portal.walk.markup import Node, read_markup

SECONDS_TO_ANSWER = 120
EXCERPT_CHARACTERS = 600
REFUSALS = ("ip-errors", "ip-field-error", "alert-danger")


class WalkFailed(Exception):
    """A page refused, or does not hold what the walk needs."""


class Page:
    """What an address answered."""

    def __init__(self, browser: Browser, url: str, status: int, headers: Message, body: bytes):
        self.browser = browser
        self.url = url
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @cached_property
    def tree(self) -> Node:
        return read_markup(self.body.decode("utf-8", "replace"))

    @cached_property
    def main(self) -> Node:
        """The page without its frame of menus."""
        return next(iter(self.tree.all("main")), self.tree)

    @cached_property
    def text(self) -> str:
        return self.main.text()

    @cached_property
    def heading(self) -> str:
        return next((node.text() for node in self.tree.all("h1")), "")

    @cached_property
    def messages(self) -> list[str]:
        """What the page says of what was just done."""
        return [note.text() for box in self.tree.walk() if box.get("id") == "messages"
                for note in box.with_class("ip-note")]  # fmt: skip

    @cached_property
    def refusals(self) -> list[str]:
        """What the page says was wrong with what was sent."""
        said = [node for name in REFUSALS for node in self.tree.with_class(name)]
        said += [
            note
            for box in self.tree.walk()
            if box.get("id") == "messages"
            for note in box.with_class("ip-tone-danger")
        ]
        # A place where a script would say something is empty.
        return list(dict.fromkeys(text for node in said if (text := node.text())))

    @cached_property
    def forms(self) -> list[Form]:
        """Those of the page's own content; its frame has some, too."""
        forms = [Form(node, self.tree) for node in self.main.all("form")]
        return forms + [
            Form(form.node, self.tree, through=button)
            for form in forms
            for button in form.buttons
            if button.get("formaction")
        ]

    def fail(self, sentence: str) -> WalkFailed:
        """Return the error to raise, telling where it happened and what is to be seen there."""
        lines = [sentence, f"  at {self.url} (answer {self.status}), as {self.browser.who}"]
        lines += [f"  it says: {refusal}" for refusal in self.refusals]
        lines.append(f"  the page begins: {self.text[:EXCERPT_CHARACTERS]}")
        return WalkFailed("\n".join(lines))

    def expect(self, *words: str) -> Page:
        """Refuse to go on unless all these words are on the page."""
        seen = self.tree.text()
        for word in words:
            if word not in seen:
                raise self.fail(f"“{word}” is not on the page.")
        return self

    def links(self, words: str = "", *, to: str = "") -> list[tuple[str, str]]:
        """Return words and address of each link with ``words`` in it, leading to ``to``."""
        return [
            (node.text(), urljoin(self.url, node.get("href")))
            for node in self.tree.all("a")
            if node.get("href") and words in node.text() and to in node.get("href")
        ]

    def follow(self, words: str = "", *, to: str = "") -> Page:
        found = self.links(words, to=to)
        if not found:
            raise self.fail(f"There is no link “{words or to}”.")
        return self.browser.get(found[0][1])

    def form(self, *, button: str = "", action: str = "", field: str = "") -> Form:
        """Return the first POST form with such a button, address and field."""
        for form in self.forms:
            if (
                form.is_post
                and (not button or form.button(button))
                and action in urljoin(self.url, form.action)
                and (not field or field in form.names)
            ):
                return form
        raise self.fail(f"There is no form “{button or action or field}”.")

    def holds(self, **values: str) -> Page:
        """Refuse to go on unless the form with these fields is filled with these values."""
        form = self.form(field=next(iter(values)))
        found = {name: str(value) for name, value in form.filled({}, None)}
        for name, value in values.items():
            if found.get(name, "") != value:
                raise self.fail(f"{name} is “{found.get(name, '')}”, not “{value}”.")
        return self

    def has_form(self, *, button: str = "", action: str = "") -> bool:
        return any(
            form.is_post
            and (not button or form.button(button))
            and action in urljoin(self.url, form.action)
            for form in self.forms
        )

    def submit(
        self, *, button: str = "", action: str = "", may_refuse: bool = False, **answers: Any
    ) -> Page:
        """Fill the form with this button or address and send it; return the page that follows.

        Raises:
            WalkFailed: there is no such form, field or choice; or, unless ``may_refuse``,
                the next page says that something was wrong.
        """
        form = self.form(button=button, action=action, field=next(iter(answers), ""))
        return self.send(form, button=button, may_refuse=may_refuse, **answers)

    def send(
        self, form: Form, *, button: str = "", may_refuse: bool = False, **answers: Any
    ) -> Page:
        """Send a form of this page; see ``submit``."""
        pressed = form.button(button) if button else next(iter(form.buttons), None)
        try:
            fields = form.filled(answers, pressed)
        except CannotFill as error:
            raise self.fail(f"The form cannot be filled: {error}.") from error
        address = urljoin(self.url, form.action)
        page = self.browser.post(address, fields, is_multipart=form.is_multipart)
        if page.refusals and not may_refuse:
            raise page.fail(f"{address} refused what was sent.")
        return page


class Browser:
    """One person at one machine; cookies are kept and redirects followed.

    ``sent`` is told the path of every form that is sent.
    """

    def __init__(self, base_url: str, *, who: str, sent: Callable[[str], object] = str) -> None:
        self.base_url = base_url.rstrip("/") + "/"
        self.who = who
        self.sent = sent
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def get(self, address: str, *, may_refuse: bool = False) -> Page:
        """Open an address of the portal.

        Raises:
            WalkFailed: nobody answers, or, unless ``may_refuse``, the answer is an error.
        """
        request = urllib.request.Request(self.url(address))  # noqa: S310 - url() checks it
        return self._open(request, may_refuse=may_refuse)

    def post(
        self, address: str, fields: list[tuple[str, Any]], *, is_multipart: bool = False
    ) -> Page:
        if is_multipart:
            body, kind = multipart(fields)
        else:
            # Without multipart a browser sends the name of a file only.
            plain = [(name, v.name if isinstance(v, Upload) else v) for name, v in fields]
            body, kind = urlencode(plain).encode(), "application/x-www-form-urlencoded"
        self.sent(urlsplit(self.url(address)).path)
        parts = urlsplit(self.base_url)
        headers = {"Content-Type": kind, "Origin": f"{parts.scheme}://{parts.netloc}"}
        request = urllib.request.Request(self.url(address), body, headers)  # noqa: S310 - as above
        return self._open(request)

    def url(self, address: str) -> str:
        """Return the full address; only this portal's own are ever opened."""
        url = urljoin(self.base_url, address.lstrip("/") if "://" not in address else address)
        if not url.startswith(self.base_url):
            raise WalkFailed(f"{url} is not an address of {self.base_url}")
        return url

    def _open(self, request: urllib.request.Request, *, may_refuse: bool = False) -> Page:
        try:
            answer = self._opener.open(request, timeout=SECONDS_TO_ANSWER)
        except urllib.error.HTTPError as error:
            answer = error
        except (OSError, HTTPException) as error:
            raise WalkFailed(
                f"{request.full_url} does not answer ({error}). Start the portal first, or say "
                "with --base-url where it runs."
            ) from error
        with answer:
            page = Page(self, answer.url, answer.status, answer.headers, answer.read())
        if page.status >= HTTPStatus.BAD_REQUEST and not may_refuse:
            raise page.fail(f"{request.get_method()} {request.full_url} is refused.")
        return page
