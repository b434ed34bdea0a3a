"""Requirements from the first sentence to the matrix on paper."""

import pytest
from playwright.sync_api import expect

from implportal.portal.tests.browser.scene import begun_project
from presales.models import Requirement

pytestmark = pytest.mark.browser
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99"
    b"=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def test_requirements_are_written_imported_changed_ordered_and_traced(visit, company):
    project = begun_project(company)
    ines = visit(company.ines)
    ines.go(f"{project.get_absolute_url()}requirements/")
    ines.press("Add the first requirement")
    ines.fill(text="A clerk finds a paper within two seconds.", priority="Must")
    ines.press("Add requirement", exact=True)

    ines.press("Import")
    ines.fill(
        text="Code,Requirement,Priority\n"
        "R-001,A clerk finds a paper within one second.,\n"
        ",Papers can be scanned at the docks.,Should\n"
        ",Labels are printed in colour.,Could\n"
        "R-099,This one is not there.,Must\n"
    )
    ines.press("Show requirements")
    ines.reads("1 changed", "2 new", "1 left out", "There is no R-099 in this project")
    assert Requirement.objects.count() == 1
    ines.press("Keep 3 requirements")
    ines.reads("From the file: 2 new requirements, 1 changed.")

    ines.page.get_by_label("Choose R-002").check()
    ines.page.get_by_label("Choose R-003").check()
    expect(ines.page.locator("[data-chosen]")).to_have_text("2 chosen")
    ines.press("Change the chosen")
    ines.fill(priority="Must")
    ines.press("See what changes")
    ines.reads("2 changed")
    ines.press("Change 2 requirements")
    ines.reads("2 requirements are changed.")

    handle = ines.page.get_by_role("button", name="Move “R-003” with the arrow keys")
    handle.focus()
    with ines.page.expect_response("**/order/"):
        handle.press("Home")
    expect(ines.page.locator("#order-status")).to_have_text("R-003 is now number 1 of 3.")
    expect(handle).to_be_focused()
    with ines.page.expect_response("**/order/"):
        ines.page.get_by_role("button", name="Move “R-001”").drag_to(
            ines.page.get_by_label("Choose R-002")
        )
    assert [one.code for one in project.requirements.in_order()] == ["R-003", "R-002", "R-001"]

    ines.press("R-003", exact=True)
    ines.page.set_input_files(
        "#attachments input[type=file]",
        [
            {"name": "label.png", "mimeType": "image/png", "buffer": PNG},
            {"name": "false.pdf", "mimeType": "application/pdf", "buffer": b"<script>"},
        ],
    )
    ines.press("Attach", exact=True)
    ines.reads("label.png is attached.", "false.pdf is not what its name says")

    ines.press("All requirements")
    ines.press("Traceability")
    ines.press("Missing: Promised in")
    ines.press("PDF", exact=True)
    ready = ines.page.get_by_role("link", name="Download PDF")
    expect(ready).to_be_visible()
    with ines.page.expect_download() as download:
        ready.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert ines.faults == []
