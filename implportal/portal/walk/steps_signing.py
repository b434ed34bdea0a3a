"""The solution signed by two, sealed, and checked by anybody."""

from __future__ import annotations

from implportal.portal.walk.browser import Page
from implportal.portal.walk.forms import Upload
from implportal.portal.walk.journey import Walk, sign

SIGNERS = ("carl", "dora")


def sign_solution(walk: Walk) -> None:
    first, second = (walk.people[key] for key in SIGNERS)
    page = walk.open("ines", "solution/sign/")
    form = page.form(button="for signature")
    names = {one.get("aria-label"): one.get("name") for one in form.controls}
    answers = {
        names[f"{words} of {person.name}"]: answer
        for turn, person in enumerate((first, second), 1)
        for words, answer in (("Part", "Signs"), ("Turn", turn))
    }
    page.send(form, button="for signature", **answers)
    sign(walk, first)
    sign(walk, second)


def wait_for_seal(walk: Walk) -> None:
    page = walk.wait("the seal of the solution", lambda: _sealed(walk))
    walk.sealed["solution-signed.pdf"] = walk.download(page, "solution-signed.pdf")


def _sealed(walk: Walk) -> Page | None:
    links = walk.open("ines", "solution/versions/").links(to="/sealed.pdf")
    return walk.staff("ines").get(links[0][1]) if links else None


def verify(walk: Walk, name: str) -> None:
    """A stranger hands in the sealed file, then the same file with one byte changed."""
    stranger = walk.browser("a stranger")
    data = walk.sealed[name]
    page = stranger.get("verify/").submit(file=Upload(name, data))
    if verdict(page) != "Valid":
        raise page.fail(f"{name} is not called valid.")
    lines = page.main.with_class("ip-line")
    walk.report.note(f"{name}: {verdict(page)} ({len(lines)} checks)")
    (trusted_time,) = (line for line in lines if line.get("data-line") == "time")
    walk.report.note(f"{name}: {trusted_time.text()}")
    place = len(data) // 2
    forged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    page = stranger.get("verify/").submit(file=Upload(name, forged))
    if verdict(page) != "Not valid":
        raise page.fail(f"{name} with byte {place} changed is not called invalid.")
    walk.report.note(f"{name} with byte {place:,} changed: {verdict(page)}")


def verdict(page: Page) -> str:
    """Return the one word of the verification page."""
    found = [node for node in page.tree.walk() if node.get("id") == "verdict-title"]
    return found[0].text() if found else ""


def verify_solution(walk: Walk) -> None:
    verify(walk, "solution-signed.pdf")


STEPS = (
    ("The solution, signed by two in order", sign_solution),
    ("The seal", wait_for_seal),
    ("Checked by a stranger: valid, and with one byte changed not valid", verify_solution),
)
