"""A customer with a phone and without an account: reads, asks, signs."""

import pytest
from django.utils import timezone
from playwright.sync_api import Download, expect

from implportal.documents.verification import verify
from implportal.portal.tests.browser.scene import CARL, DORA, sent_project
from implportal.portal.tests.browser.visitor import Visitor
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.models import SharedLink
from presales.domain.review import send_for_signature
from presales.models import Solution

pytestmark = pytest.mark.browser


def test_a_customer_reads_understands_and_asks(visit, phone, company, mailed):
    project = sent_project(company)
    carl = phone()
    carl.go(mailed(CARL, "link"))
    assert "/s/" not in carl.page.url
    carl.reads("Demo Software Ltd", "Ines Example", "0 of 6 sections understood")
    carl.page.wait_for_load_state("networkidle")
    link = SharedLink.objects.get(email=CARL)
    assert link.opened_at is not None

    first, second = (carl.page.locator("section.ip-document").nth(place) for place in (0, 1))
    carl.press("I have understood this", within=first)
    carl.reads("1 of 6 sections understood")
    second.get_by_text("I have a question").click()
    carl.fill(within=second, text="Does this include pier 3?")
    carl.press("Send question", within=second)
    expect(second).to_contain_text("Does this include pier 3?")

    ines = visit(company.ines)
    ines.go("/")
    ines.reads("Carl Sample asks about")
    ines.go(f"{project.get_absolute_url()}questions/")
    ines.fill(text="Yes; pier 3 as well.")
    ines.press("Send answer")
    carl.go(carl.page.url.partition("#")[0])
    expect(second).to_contain_text("Yes; pier 3 as well.")
    carl.press("That answers it", within=second)
    carl.reads("You have understood this")


def test_two_sign_in_order_and_a_stranger_can_check_it(phone, company, mailed, tmp_path):
    project = sent_project(company, is_understood=True)
    request = send_for_signature(
        solution=Solution.objects.get(project=project),
        signers=[
            SignerSpec(contact, order=order)
            for order, contact in enumerate(project.customer.contacts.order_by("pk")[:2], 1)
        ],
        terms=Terms(), actor=company.ines, at=timezone.now(),
    )  # fmt: skip
    carl = phone()
    sign(carl, link=mailed(CARL, "link"), code=lambda: mailed(CARL, "code"), name="Carl Sample")
    carl.reads("Others still have to sign.")

    dora = phone(java_script_enabled=False)
    sign(dora, link=mailed(DORA, "link"), code=lambda: mailed(DORA, "code"), name="Dora Sample")
    dora.reads("Everybody has signed and the document is sealed.")
    request.refresh_from_db()
    assert request.state == "COMPLETED"

    carl.go(carl.page.url)
    with carl.page.expect_download() as arriving:
        carl.page.get_by_role("link", name="Download the signed PDF").click()
    sealed = read(arriving.value)
    assert verify(sealed).is_valid

    stranger = phone()
    stranger.go("/verify/")
    assert check(stranger, sealed) == "Valid"
    half = len(sealed) // 2
    assert check(stranger, sealed[:half] + bytes([sealed[half] ^ 1]) + sealed[half + 1 :]) == (
        "Not valid"
    )


def sign(person: Visitor, *, link: str, code, name: str) -> None:
    """Follow the link, show by the mailed code who it is, and sign; a wrong code comes first."""
    person.go(link)
    person.press("Go to signing")
    person.press("Send me the code")
    right = code()
    person.fill(code="000000" if right != "000000" else "111111")
    person.press("Check code")
    expect(person.page.locator("[name=code]")).to_have_attribute("aria-invalid", "true")
    person.fill(code=right)
    person.press("Check code")
    person.fill(typed_name=name, consent=True)
    person.press("Sign version 1 of")
    assert person.heading == "You have signed"
    person.reads(name)


def check(person: Visitor, pdf: bytes) -> str:
    """Hand the file to the verification page and return its verdict."""
    file = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": pdf}
    person.fill(file=file)
    person.press("Check this file")
    return person.page.locator("#verdict-title").inner_text()


def read(download: Download) -> bytes:
    return download.path().read_bytes()
