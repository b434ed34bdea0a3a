"""An introduction is composed, put in order by keyboard, given, read on a phone and answered."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from implportal.portal.demo.company import make_catalogue
from implportal.portal.tests.browser.scene import CARL, begun_project
from presales.models import Recipient

pytestmark = pytest.mark.browser


def test_an_introduction_is_composed_given_and_answered(visit, phone, company, mailed):
    make_catalogue(cast=company, today=timezone.localdate())
    project = begun_project(company)
    ines = visit(company.ines)
    ines.go(f"/projects/{project.pk}/introductions/")
    ines.press("Compose an introduction")
    ines.fill(title="Demo Software for the harbour", greeting="Dear **Mr Sample**,\n\nwelcome.")
    ines.press("Begin")

    # What has ended is there, with its reason, and cannot be ticked.
    expect(ines.page.get_by_label("Quality management (demo)")).to_be_disabled()
    ines.fill(chosen=["Information security", "Records found", "Demo Documents"])
    ines.press("Add what is ticked")

    # With the keyboard the last part goes to the top, and the preview follows.
    parts, preview = ines.page.locator(".ip-order > li"), ines.page.locator("#introduction-shown")
    ines.page.get_by_role("button", name="Move “Demo Documents”").press("Home")
    expect(parts.first).to_contain_text("Demo Documents")
    expect(preview.locator("h3").nth(1)).to_have_text("Demo Documents")
    expect(ines.page.locator("#order-status")).to_have_text(
        f"Demo Documents is now number 1 of {parts.count()}."
    )

    # Words of its own are seen while they are written, and take the place of the catalogue's.
    ines.press("Words for “Demo Documents”")
    ines.fill(text="Keeps *bills of lading*.", replaces_text="instead of the words")
    expect(ines.page.locator("#part-preview em")).to_have_text("bills of lading")
    ines.press("Keep", exact=True)
    expect(preview).not_to_contain_text("with a full history")

    ines.page.locator("summary", has_text="Finish and make the PDF").click()
    ines.press("Finish and make the PDF")
    expect(ines.page.get_by_role("link", name="PDF")).to_be_visible()
    ines.fill(contacts="Carl Sample")
    ines.press("Send the link")
    ines.reads("Not read yet")

    carl = phone()
    carl.go(mailed(CARL, "link"))
    carl.reads("bills of lading")
    carl.press("Say what you think")
    carl.fill(confidence="4 – mostly", note="Who else on the quay uses it?")
    carl.press("Send my answer")
    carl.reads("Thank you")
    assert Recipient.objects.get().is_own_answer

    ines.go(ines.page.url)
    ines.reads("Confidence 4 of 5", "Who else on the quay uses it?", "Answered through the link")
    ines.press("Begin a new one with it")
    ines.press("Begin", exact=True)
    expect(parts).to_have_count(6)
