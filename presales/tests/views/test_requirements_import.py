import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from implportal.projects.tests.factories import ProjectFactory
from presales.models import Requirement
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db
CHOICES = {"priority": "SHOULD", "source": "FIELD"}


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def url(project):
    return reverse("presales:requirement_import", kwargs={"project_pk": project.pk})


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return SimpleUploadedFile("wishes.xlsx", data.getvalue())


def test_rows_are_seen_first_and_kept_when_that_is_confirmed(sign_in, ines, project, url):
    browser = sign_in(ines)
    RequirementFactory(project=project, number=1, text="Prints.", priority="MUST")
    file = workbook(["Code", "Requirement"], ["R-001", "Prints in colour."], ["", "Scans."])

    preview = browser.post(url, {"file": file, **CHOICES})

    assert [row.kind for row in preview.context["rows"]] == ["CHANGE", "NEW"]
    assert "<del>Prints.</del> <ins>Prints in colour.</ins>" in preview.content.decode()
    assert Requirement.objects.count() == 1
    response = browser.post(url, {"rows": preview.context["sealed"]}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "From the file: 1 new requirements, 1 changed."
    ]
    assert list(Requirement.objects.order_by("number").values_list("text", "priority")) == [
        ("Prints in colour.", "MUST"),
        ("Scans.", "SHOULD"),
    ]


def test_our_own_export_comes_back_unchanged(sign_in, ines, project, url):
    RequirementFactory(project=project, number=1, text="=1+1 stays text.")
    browser = sign_in(ines)
    list_url = reverse("presales:requirement_list", kwargs={"project_pk": project.pk})
    exported = browser.get(list_url, {"export": "xlsx"}).content

    preview = browser.post(url, {"file": SimpleUploadedFile("r.xlsx", exported), **CHOICES})

    assert [(row.kind, row.error) for row in preview.context["rows"]] == [("SAME", "")]


def test_a_page_sent_twice_shows_the_rows_anew(sign_in, ines, project, url):
    browser = sign_in(ines)
    preview = browser.post(url, {"text": "Requirement\nScans.\n", **CHOICES})
    sealed = preview.context["sealed"]
    browser.post(url, {"rows": sealed})

    response = browser.post(url, {"rows": sealed})

    assert "since you looked" in response.context["stale"]
    assert response.context["rows"][0].hint == "R-001 has the same words."
    assert Requirement.objects.count() == 1


def test_rows_of_another_project_or_by_another_hand_are_not_kept(sign_in, ines, project, url):
    other = ProjectFactory(implementation_manager=ines)
    browser = sign_in(ines)
    other_url = reverse("presales:requirement_import", kwargs={"project_pk": other.pk})
    sealed = browser.post(other_url, {"text": "Requirement\nScans.\n", **CHOICES}).context["sealed"]

    for rows in (sealed, "made-up"):
        assert browser.post(url, {"rows": rows}).url == url

    assert not Requirement.objects.exists()


def bomb():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x" * (5 * 1024 * 1024 + 1), "The file is larger than"),
        (b"%PDF-1.7\x00\x01\x02", "This is not a table."),
        (b"PK\x03\x04 but broken", "The file is damaged or of another kind."),
        (bomb, "Unpacked, this file is far larger than it should be"),
        (b"Colour;Size\nred;5\n", "No column is called “Requirement”."),
        (b"Requirement\n", "There is nothing below the headings."),
    ],
)
def test_a_bad_file_is_refused_at_its_field_and_keeps_nothing(sign_in, ines, url, content, message):
    data = content() if callable(content) else content

    response = sign_in(ines).post(url, {"file": SimpleUploadedFile("wishes.xlsx", data), **CHOICES})

    assert response.context["form"].errors["file"][0].startswith(message)
    assert not Requirement.objects.exists()


def test_a_requirement_that_is_there_is_told_before_it_is_added_again(sign_in, ines, project):
    RequirementFactory(project=project, number=1, text="Prints labels.")
    browser = sign_in(ines)
    url = reverse("presales:requirement_create", kwargs={"project_pk": project.pk})
    typed = {"text": "prints LABELS", "priority": "MUST", "source": "EXCHANGE"}

    response = browser.post(url, typed)

    assert response.context["like"].name == "R-001"
    assert "prints LABELS" in response.content.decode()
    assert Requirement.objects.count() == 1
    browser.post(url, {**typed, "anyway": "R-001"})
    assert Requirement.objects.count() == 2
    list_url = reverse("presales:requirement_list", kwargs={"project_pk": project.pk})
    assert "R-002 has the same words" in browser.get(list_url).content.decode()


def test_sixty_rows_are_looked_at_and_kept_quickly(
    sign_in, ines, url, django_assert_max_num_queries
):
    text = "Requirement\n" + "".join(f"The system does thing {n}.\n" for n in range(60))
    browser = sign_in(ines)
    with django_assert_max_num_queries(12):
        preview = browser.post(url, {"text": text, **CHOICES})

    with django_assert_max_num_queries(60 * 8):
        browser.post(url, {"rows": preview.context["sealed"]})

    assert Requirement.objects.count() == 60
