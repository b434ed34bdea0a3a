import io
import shutil
import subprocess

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from implportal.documents.domain.images import store_image
from implportal.documents.models import StoredImage
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.word_import import read_word
from presales.models import Solution, SolutionSection
from presales.tests.factories import RequirementFactory, SolutionFactory, SolutionSectionFactory
from presales.tests.word_files import plain, rich

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def solution(project):
    solution = SolutionFactory(project=project, keys_given=1)
    SolutionSectionFactory(solution=solution, key="s1", order=1, title="Scope", markdown="Two.")
    return solution


def address(route, project):
    return reverse(f"presales:{route}", kwargs={"project_pk": project.pk})


def upload(data, name="solution.docx"):
    return SimpleUploadedFile(name, data)


def test_a_word_file_becomes_a_solution_with_its_pictures(sign_in, ines, project, png):
    browser, url = sign_in(ines), address("solution_import", project)

    preview = browser.post(url, {"file": upload(rich(png))})

    assert len(preview.context["document"].images) == 1
    assert not Solution.objects.exists()
    assert not StoredImage.objects.exists()
    browser.post(url, preview.context["form"].initial)
    assert Solution.objects.get().title == "Records"
    image = StoredImage.objects.get(project=project)
    assert f"image:{image.sha256}" in SolutionSection.objects.get(title="Sites").markdown


def test_a_revised_word_file_is_shown_before_it_is_carried_out(sign_in, ines, sam, solution, png):
    browser, url = sign_in(ines), address("solution_reimport", solution.project)

    preview = browser.post(url, {"file": upload(rich(png))})

    plan = preview.context["plan"]
    assert (plan.added, plan.changed) == (1, 1)
    assert SolutionSection.objects.get().markdown == "Two."
    assert not StoredImage.objects.exists()
    form = preview.context["form"]
    hidden = {name: form[name].value() for name in ("text", "kept", "state_token")}
    assert sign_in(sam).post(url, hidden).status_code == 404
    browser.post(url, hidden)
    assert solution.sections.count() == 2
    assert StoredImage.objects.count() == 1


def test_a_preview_that_is_not_kept_any_more_asks_for_the_file(sign_in, ines, solution):
    response = sign_in(ines).post(
        address("solution_reimport", solution.project),
        {"text": "", "kept": "gone", "state_token": "x"},
    )

    assert response.context["form"].errors["file"] == [
        "This preview is too old. Choose the file again."
    ]
    assert SolutionSection.objects.get().markdown == "Two."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04" + b"\0" * 21 * 1024 * 1024, "The file is 21.0 MB. At most 20 MB"),
        (b"%PDF-1.7", "The name says Word, but this is no Word file."),
        (plain()[:500], "The file is damaged"),
    ],
    ids=["too large", "wrong type", "torn"],
)
def test_a_bad_word_file_is_told_at_the_field_and_nothing_is_stored(
    sign_in, ines, project, data, message
):
    response = sign_in(ines).post(address("solution_import", project), {"file": upload(data)})

    (error,) = response.context["form"].errors["file"]
    assert error.startswith(message)
    assert not Solution.objects.exists()


def test_fifty_megabytes_are_turned_away_before_they_are_read(sign_in, ines, project):
    response = sign_in(ines).generic(
        "POST",
        address("solution_import", project),
        data=b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(50 * 1024 * 1024),
    )

    assert response.status_code == 413


TEXT = (
    "**Bold** and *slanted*, see [here](https://example.com/a).\n\n- one\n  - deeper\n- two\n\n"
    "1. first\n\nNew:\n\n1. again\n\n| A | B |\n|---|--:|\n| x | 12 |\n\n"
    "> said\n\n```\ncode\n```\n\n![Map](image:{})"
)


@pytest.fixture
def word(sign_in, ines, solution, png, noon):
    image = store_image(project=solution.project, data=png, actor=ines, at=noon)
    section = solution.sections.get()
    section.markdown = TEXT.format(image.sha256)
    section.save()
    section.requirements.add(RequirementFactory(project=solution.project, number=7))
    SolutionSectionFactory(solution=solution, key="s2", order=9, level=2, title="Price")
    response = sign_in(ines).get(address("solution_word", solution.project))
    assert response["Content-Disposition"] == f'attachment; filename="{solution.number}.docx"'
    return b"".join(response.streaming_content)


def test_the_word_file_holds_what_the_solution_holds(word, solution):
    document = Document(io.BytesIO(word))

    styles = [(one.style.name, one.text) for one in document.paragraphs]
    assert styles[0] == ("Title", "Records for everybody")
    assert ("Heading 1", "1 Scope") in styles
    assert ("Heading 2", "1.1 Price") in styles
    assert ("List Bullet", "one") in styles
    assert ("List Bullet 2", "deeper") in styles
    assert ("List Number", "first") in styles
    assert ("Quote", "said") in styles
    assert any(text == "Answers: R-007" for _style, text in styles)
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["A", "B"],
        ["x", "12"],
    ]
    assert len(document.inline_shapes) == 1
    assert "TOC" in document.element.xml


def test_what_went_out_to_word_comes_back_the_same(word, png):
    scope = next(one for one in read_word(word).sections if one.title == "Scope")

    assert "**Bold** and *slanted*, see [here](<https://example.com/a>)." in scope.body
    assert "- one\n  - deeper\n- two" in scope.body
    assert "1. first\n\nNew:\n\n1. again" in scope.body
    assert "| A | B |\n| --- | --- |\n| x | 12 |" in scope.body
    assert "![Map](image:" in scope.body


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_the_word_file(word, tmp_path):
    (tmp_path / "a.docx").write_bytes(word)

    subprocess.run(
        ["soffice", "--headless", "--convert-to", "txt", "--outdir", tmp_path, tmp_path / "a.docx"],
        check=True,
        timeout=120,
    )

    assert "1.1 Price" in (tmp_path / "a.txt").read_text()
