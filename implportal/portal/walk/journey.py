"""What the walk carries along: its people, their browsers, the mail, the project."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from implportal.portal.walk.browser import Browser, Page, WalkFailed
from implportal.portal.walk.forms import Upload
from implportal.portal.walk.report import Report

SECONDS_TO_WAIT = 180
LINK = re.compile(r"https?://\S+?/s/[\w-]+/?")
CODE = re.compile(r"^(\d{6})$", re.MULTILINE)
MAIL = re.compile(r"/mail/\d+/")
ANYTHING = re.compile("")

Found = TypeVar("Found")


@dataclass
class Person:
    """Somebody at the customer, with a browser of their own."""

    name: str
    email: str
    browser: Browser
    desk: str = ""
    """The address behind the link that was opened last."""


@dataclass
class Walk:
    """One walk through one portal.

    ``mark`` tells the names of this walk from those of others in the same portal.
    """

    base_url: str
    password: str
    solution: Upload
    revised: Upload
    out: Path
    mark: str
    report: Report
    customer: str = ""
    project: str = ""
    """The path of the project, ending in a slash."""
    people: dict[str, Person] = field(default_factory=dict)
    requirements: int = 0
    sealed: dict[str, bytes] = field(default_factory=dict)
    _staff: dict[str, Browser] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)

    def staff(self, name: str) -> Browser:
        """Return the browser of one of us, signed in.

        Raises:
            WalkFailed: the password is not taken.
        """
        if name not in self._staff:
            browser = self.browser(name)
            page = browser.get("accounts/login/").submit(
                login=f"{name}@example.com", password=self.password,
                may_refuse=True,
            )  # fmt: skip
            if page.path.startswith("/accounts/login"):
                raise page.fail(
                    f"{name}@example.com cannot sign in. Is the demo there, and is this the "
                    "password that the portal printed when it started (--password)?"
                )
            self._staff[name] = browser
        return self._staff[name]

    def browser(self, who: str) -> Browser:
        """Return a new browser; what it sends is told in the report."""
        return Browser(self.base_url, who=who, sent=self.report.sent)

    def open(self, name: str, address: str = "") -> Page:
        """Open a page of the project as one of us; ``address`` is relative to the project."""
        return self.staff(name).get(self.project + address)

    def activity(self, name: str, key: str, *, pages: str) -> Page:
        """Go from one of the seventeen activities to its own pages as one of us."""
        return self.open(name, f"steps/{key}/").follow(to=self.project + pages)

    def step(self, name: str, key: str, **answers: object) -> Page:
        """Say something of one of the seventeen activities as one of us."""
        page = self.open(name, f"steps/{key}/")
        return page.submit(**answers)

    def wait(self, what: str, attempt: Callable[[], Found | None]) -> Found:
        """Try until ``attempt`` gives something.

        Raises:
            WalkFailed: nothing has come within three minutes.
        """
        end = time.monotonic() + SECONDS_TO_WAIT
        pause = 0.1
        while True:
            if found := attempt():
                return found
            if time.monotonic() > end:
                raise WalkFailed(
                    f"Waited {SECONDS_TO_WAIT} seconds in vain for {what}. Is a worker running?"
                )
            time.sleep(pause)
            pause = min(1.0, pause * 1.5)

    def mail(self, person: Person, holding: re.Pattern[str] = ANYTHING) -> str:
        """Return the newest mail to ``person`` with ``holding`` in it, not read by the walk yet.

        The administrator reads it: in a portal without a mail server all mail is kept.
        """
        adam = self.staff("adam")
        other: set[str] = set()

        def arrived() -> str | None:
            page = adam.get(f"mail/?q={person.email}")
            if "nothing leaves this machine" not in page.text:
                raise page.fail("This portal sends its mail away, so nobody can read it here.")
            for _words, address in page.links(to="/mail/"):
                path = urlsplit(address).path
                if not MAIL.fullmatch(path) or path in self._read | other:
                    continue
                letter = "\n".join(
                    line
                    for text in adam.get(path).tree.with_class("ip-mail-text")
                    for line in text.lines()
                )
                if holding.search(letter):
                    self._read.add(path)
                    return letter
                other.add(path)
            return None

        return self.wait(f"a mail to {person.name}", arrived)

    def come_by_link(self, person: Person) -> Page:
        """Open the newest link that was mailed to ``person``, in their own browser.

        The page's own script tells the portal that it is open; the walk does that, too.
        """
        link = LINK.search(self.mail(person, LINK))
        page = person.browser.get(urlsplit(link.group()).path)
        person.desk = page.path
        if page.has_form(action="/opened/"):
            page.submit(action="/opened/")
            page = person.browser.get(page.path)
        return page

    def code_for(self, person: Person) -> str:
        """Return the one-time code that was just mailed to ``person``."""
        return CODE.search(self.mail(person, CODE)).group(1)

    def download(self, page: Page, name: str) -> bytes:
        """Keep a PDF in the folder of the walk and note its digest.

        Raises:
            WalkFailed: it is no PDF.
        """
        if not page.body.startswith(b"%PDF-"):
            raise page.fail("This is not a PDF.")
        self.report.keep(name, page.body)
        return page.body


def sign(walk: Walk, person: Person) -> Page:
    """Let ``person`` come by the mailed link, prove the address, and sign."""
    page = walk.come_by_link(person)
    page = page.follow(to="/sign/")
    page = page.submit(action="/sign/code/")
    page = page.submit(action="/sign/verify/", code=walk.code_for(person))
    page = page.submit(typed_name=person.name, consent=True)
    if page.has_form(action="/sign/"):
        raise page.fail(f"{person.name} is still asked to sign.")
    walk.report.note(f"{person.name} signed with a one-time code")
    return page
