"""Invoices, receipts, and the end."""

from __future__ import annotations

from implportal.portal.walk.journey import Walk
from implportal.portal.walk.steps_delivery import INSTALLMENTS
from implportal.portal.walk.steps_presales import CONTRACT_VALUE

FIRST_RECEIPT = 20_000
"""Less than any invoice."""


def say_what_is_missing(walk: Walk) -> None:
    """A project that is not paid cannot be closed, and says why."""
    page = walk.open("bea", "next-phase/").expect(INSTALLMENTS[-1][0])
    if page.has_form(action="/next-phase/"):
        raise page.fail("The project can be closed although it is not paid.")
    reasons = [line.text() for node in page.main.with_class("ip-line")
               for line in node.with_class("ip-line-text")]  # fmt: skip
    for reason in reasons:
        walk.report.note(f"before it closes: {reason}")


def invoice(walk: Walk) -> None:
    for _installment in INSTALLMENTS:
        page = walk.open("bea", "money/").follow(to="/invoice/")
        page = page.submit(action="/invoice/")
        walk.report.note(page.messages[0] if page.messages else "written")
    page = walk.staff("bea").get("payments/").expect(walk.customer)
    walk.report.note("they stand on the payment board")


def receive(walk: Walk) -> None:
    """One receipt that pays a part, then one for all that is left."""
    rest = CONTRACT_VALUE - FIRST_RECEIPT
    for amount in (FIRST_RECEIPT, rest):
        page = walk.open("bea", "money/receipts/new/").submit(
            amount=f"{amount}.00", reference=f"Walk {walk.mark}"
        )
        walk.report.note(page.messages[0] if page.messages else f"{amount:,} EUR")
        if amount == FIRST_RECEIPT:
            say_what_is_missing(walk)


def close(walk: Walk) -> None:
    page = walk.open("ines", "next-phase/").submit(action="/next-phase/")
    walk.open("ines").expect("Closed")
    walk.report.note(page.messages[0] if page.messages else "closed")
    walk.report.fact("End", f"closed, {CONTRACT_VALUE:,}.00 EUR of {CONTRACT_VALUE:,}.00 EUR paid")


STEPS = (
    ("Before it closes: what is missing", say_what_is_missing),
    ("Invoices", invoice),
    ("Receipts, the first for a part", receive),
    ("Closed", close),
)
