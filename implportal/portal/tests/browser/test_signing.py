"""Signing as customers do it: on a phone, by keyboard, enlarged, without script."""

import gzip

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from implportal.documents.verification import verify
from implportal.portal.tests.browser.scene import CARL, DORA, sent_project
from implportal.portal.tests.browser.visitor import Visitor
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.models import SharedLink, SignaturePicture, Signer
from presales.domain.review import send_for_signature
from presales.models import Solution

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000


@pytest.fixture
def asked(company):
    """Return a function that asks Carl, or Carl and then Dora, to sign the solution."""

    def _asked(project, people=1):
        contacts = project.customer.contacts.order_by("pk")[:people]
        return send_for_signature(
            solution=Solution.objects.get(project=project),
            signers=[SignerSpec(contact, order=n) for n, contact in enumerate(contacts, 1)],
            terms=Terms(), actor=company.ines, at=timezone.now(),
        )  # fmt: skip

    return _asked


def show_the_code(person: Visitor, code) -> None:
    person.press("Send me the code")
    person.fill(code=code())
    person.press("Check code")


def draw(person: Visitor) -> None:
    """Draw a wave and a stroke through it."""
    box = person.page.locator("canvas")
    box.scroll_into_view_if_needed()
    field = box.bounding_box()
    mouse, left, top = person.page.mouse, field["x"] + 30, field["y"] + 60
    mouse.move(left, top)
    mouse.down()
    for step in range(24):
        mouse.move(left + 9 * step, top + (30 if step % 4 < 2 else -20))
    mouse.up()
    mouse.move(left, top + 50)
    mouse.down()
    mouse.move(left + 180, top + 40, steps=5)
    mouse.up()


def test_the_whole_signing_on_a_phone(visit, phone, company, mailed, asked):  # noqa: PLR0915 - one story
    project = sent_project(company)
    carl = phone()
    carl.go(mailed(CARL, "link"))
    first, second = (carl.page.locator("section.ip-document").nth(place) for place in (0, 1))
    carl.press("I have understood this", within=first)
    expect(carl.page.locator("section.ip-document:focus")).to_have_count(1)
    second.get_by_text("I have a question").click()
    expect(second.locator("textarea")).to_be_focused()
    carl.look()
    carl.fill(within=second, text="Does this include pier 3?")
    carl.press("Send question", within=second)

    ines = visit(company.ines)
    ines.go(f"{project.get_absolute_url()}questions/")
    ines.fill(text="Yes; pier 3 as well.")
    ines.press("Send answer")
    carl.page.reload()
    carl.reads("Yes; pier 3 as well.")
    carl.press("That answers it", within=second)
    for _section in range(carl.page.get_by_role("button", name="I have understood this").count()):
        carl.press("I have understood this")
    carl.reads("That was all, thank you")

    request = asked(project, people=2)
    carl.go(mailed(CARL, "link"))
    carl.press("Go to signing")
    show_the_code(carl, lambda: mailed(CARL, "code"))
    carl.page.get_by_label("Draw it").check()
    carl.fill(typed_name="Carl Sample", consent=True)
    carl.page.get_by_role("button", name="Sign version 1 of").click()
    carl.reads("Draw your signature in the field first")
    draw(carl)
    expect(carl.page.get_by_role("status").get_by_text("Drawn")).to_be_visible()
    carl.page.get_by_role("button", name="Undo").click()
    carl.page.set_viewport_size({"width": 400, "height": 740})
    carl.page.set_viewport_size({"width": 360, "height": 740})
    carl.look()
    carl.press("Sign version 1 of")
    assert carl.heading == "You have signed"
    carl.reads("Others still have to sign.", "Dora Sample")
    picture = SignaturePicture.objects.get()
    assert picture.content_type == "image/svg+xml"
    assert bytes(picture.data).count(b"M") == 1

    dora = phone(java_script_enabled=False)
    dora.go(mailed(DORA, "link"))
    dora.press("Go to signing")
    show_the_code(dora, lambda: mailed(DORA, "code"))
    dora.fill(typed_name="Dora Sample", consent=True)
    dora.press("Sign version 1 of")
    dora.reads("Everybody has signed and the document is sealed.")
    request.refresh_from_db()
    assert request.state == "COMPLETED"

    carl.go(carl.page.url)
    with carl.page.expect_download() as arriving:
        carl.page.get_by_role("link", name="Download the signed PDF").click()
    assert verify(arriving.value.path().read_bytes()).is_valid


def test_a_reader_without_script_asks_on_a_page_of_its_own(phone, company, mailed):
    sent_project(company)
    carl = phone(java_script_enabled=False)
    carl.go(mailed(CARL, "link"))
    second = carl.page.locator("section.ip-document").nth(1)

    carl.press("I have understood this", within=second)
    carl.reads("1 of 6 sections understood")
    carl.press("I have a question", within=second)
    assert carl.heading == "Your question"
    carl.fill(text="Does this include pier 3?")
    carl.press("Send question")

    expect(second).to_contain_text("Does this include pier 3?")


def test_signing_by_keyboard_alone(visit, company, mailed, asked):
    asked(sent_project(company, is_understood=True))
    carl = visit()
    carl.go(mailed(CARL, "link"))
    key = carl.page.keyboard

    def tab_to(name: str) -> None:
        for _try in range(60):
            key.press("Tab")
            focused = carl.page.locator(":focus")
            label = focused.evaluate(
                "one => (one.labels?.[0] || one).innerText || one.getAttribute('aria-label') || ''"
            )
            if name in label:
                assert focused.evaluate("one => one.matches(':focus-visible')")
                return
        raise AssertionError(f"no way to “{name}” with the tab key")

    def press_enter() -> None:
        with carl.page.expect_navigation():
            key.press("Enter")
        carl.look()

    key.press("Tab")
    expect(carl.page.locator(":focus")).to_have_text("Skip to content")
    tab_to("Go to signing")
    press_enter()
    tab_to("Send me the code")
    press_enter()
    tab_to("Code from the mail")
    key.type(mailed(CARL, "code"))
    press_enter()
    tab_to("Your full name")
    key.type("Carl Sample")
    tab_to("Type it")
    key.press("ArrowRight")
    carl.reads("If you use a keyboard or a screen reader, choose “Type it”")
    key.press("ArrowLeft")
    tab_to("I have read this version")
    key.press("Space")
    tab_to("Sign version 1 of")
    press_enter()

    assert carl.heading == "You have signed"
    assert Signer.objects.get(email=CARL).evidence["method"] == "TYPED"


def test_every_page_of_a_signer_holds_at_twice_the_size_and_in_the_dark(
    visit, company, mailed, asked
):
    asked(sent_project(company, is_understood=True))
    for options in (
        {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
        {"color_scheme": "dark"},
    ):
        carl = visit(**options)
        carl.go(mailed(CARL, "link"))
        carl.press("Go to signing")
        carl.look()
    show_the_code(carl, lambda: mailed(CARL, "code"))
    for method in ("Draw it", "Upload a picture"):
        carl.page.get_by_label(method, exact=True).check()
        carl.look()
    carl.page.get_by_text("What exactly is signed").click()
    carl.page.get_by_text("I do not want to sign").click()
    carl.look()
    carl.fill(reason="The price is another one.")
    carl.press("Decline to sign")
    assert carl.heading == "You have declined to sign"


def test_the_first_load_is_below_100_kilobytes(phone, company, mailed):
    sent_project(company)
    carl = phone()
    came: dict[str, int] = {}

    def weigh(answer) -> None:
        if answer.status == 200:  # texts travel packed; the server of tests packs pages alone
            body = answer.body()
            kept = answer.url.endswith((".woff2", ".png"))
            came[answer.url] = len(body if kept else gzip.compress(body))

    carl.page.on("response", weigh)
    carl.go(mailed(CARL, "link"))
    carl.page.wait_for_load_state("networkidle")

    assert sum(came.values()) < MOST_BYTES, came
    assert not any("signature_pad" in address for address in came)
    assert SharedLink.objects.filter(email=CARL, opened_at__isnull=False).exists()
