"""A solution comes from a file, is worked on and goes to its readers."""

import re

import pytest
from playwright.sync_api import expect

from implportal.documents.models import DocumentVersion
from implportal.portal.demo.texts import SOLUTION
from implportal.portal.tests.browser.scene import CARL, DORA, begun_project
from implportal.signing.models import SharedLink
from presales.models import SolutionSection

pytestmark = pytest.mark.browser
DROP_PICTURE = """async (text) => {
    const canvas = new OffscreenCanvas(8, 8);
    canvas.getContext("2d").fillRect(0, 0, 8, 8);
    const files = new DataTransfer();
    files.items.add(new File([await canvas.convertToBlob()], "image.png", { type: "image/png" }));
    text.setSelectionRange(text.value.length, text.value.length);
    text.dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
}"""


def import_solution(ines, project, tmp_path):
    ines.go(f"{project.get_absolute_url()}solution/import/")
    empty, file = tmp_path / "empty.md", tmp_path / "solution.md"
    empty.touch()
    file.write_text(SOLUTION)
    ines.fill(file=empty, title="Papers, found")
    ines.press("Show the sections")
    expect(ines.page.locator("[name=file]")).to_have_attribute("aria-invalid", "true")
    expect(ines.page.locator("[name=title]")).to_have_value("Papers, found")
    ines.fill(file=file)
    ines.press("Show the sections")
    ines.reads("Nothing is stored yet.")
    ines.look()
    ines.press("Create the solution")


def test_a_file_becomes_a_solution_that_two_people_read(visit, company, tmp_path, mailed):
    project = begun_project(company)
    ines = visit(company.ines)
    import_solution(ines, project, tmp_path)
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
    # While one writes it is saved, and a picture goes into the text where it is dropped.
    ines.page.locator("[name=markdown]").evaluate(DROP_PICTURE)
    expect(ines.page.locator("[name=markdown]")).to_have_value(re.compile(r"!\[Picture\]\(image:"))
    expect(ines.page.locator("#id_base")).to_have_value(re.compile("image:"))  # is saved
    section = SolutionSection.objects.get(solution__project=project, title__endswith="Scope")
    assert "image:" in section.markdown

    # The second writer sees both texts and joins them.
    SolutionSection.objects.filter(pk=section.pk).update(
        markdown=f"Says the other.\n\n{section.markdown}", lock_version=section.lock_version + 1
    )
    ines.page.locator("[name=markdown]").press("End")
    ines.page.locator("[name=markdown]").press_sequentially(" Mine.")
    ines.reads("saved this section while you were writing")
    ines.look()
    (told,) = ines.faults  # a browser writes each refusal to its console
    assert "409 (Conflict)" in told
    ines.faults.clear()
    ines.press("Join both texts")
    expect(ines.page.locator("[name=markdown]")).to_have_value(
        re.compile(r"^Says the other\.[\s\S]* Mine\.")
    )
    ines.press("Save section")
    ines.reads("Says the other.")
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
