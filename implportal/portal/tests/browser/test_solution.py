"""A solution comes from a file, is worked on and goes to its readers."""

import pytest
from playwright.sync_api import expect

from implportal.documents.models import DocumentVersion
from implportal.portal.demo.texts import SOLUTION
from implportal.portal.tests.browser.scene import CARL, DORA, begun_project
from implportal.signing.models import SharedLink

pytestmark = pytest.mark.browser


def test_a_file_becomes_a_solution_that_two_people_read(visit, company, tmp_path, mailed):
    project = begun_project(company)
    ines = visit(company.ines)
    ines.go(f"{project.get_absolute_url()}solution/import/")
    empty, file = tmp_path / "empty.md", tmp_path / "solution.md"
    empty.touch()
    file.write_text(SOLUTION)
    ines.fill(file=empty, title="Papers, found")
    ines.press("Import file")
    expect(ines.page.locator("[name=file]")).to_have_attribute("aria-invalid", "true")
    expect(ines.page.locator("[name=title]")).to_have_value("Papers, found")
    ines.fill(file=file)
    ines.press("Import file")
    assert ines.heading == "Papers, found"
    expect(ines.page.locator("#contents li")).to_have_count(6)

    ines.press("Scope")
    ines.press("Edit", exact=True)
    ines.fill(markdown="All papers of the **last ten years**.\n\n- pier 1\n- pier 2\n")
    ines.page.get_by_role("button", name="Preview").click()
    preview = ines.page.locator("#preview")
    expect(preview.locator("strong")).to_have_text("last ten years")
    expect(preview.locator("li")).to_have_text(["pier 1", "pier 2"])
    ines.look()
    ines.press("Save section")
    ines.reads("pier 2")

    ines.go(f"{project.get_absolute_url()}solution/")
    ines.press("Send version 1")
    ines.press("Send version 1")
    ines.reads("Choose at least one person who reads it.")
    ines.fill(contacts=["Carl Sample", "Dora Sample"], message="Please ask.")
    ines.press("Send version 1")
    version = DocumentVersion.objects.get(project=project)
    assert (version.version, version.is_ready) == (1, True)
    assert SharedLink.objects.filter(object_id=version.pk).count() == 2
    assert mailed(CARL, "link") != mailed(DORA, "link")
