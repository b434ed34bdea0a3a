import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from implportal.documents.domain.printouts import lay_out_printout
from implportal.projects.tests.factories import ProjectFactory
from presales.tests.factories import RequirementFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def url(project):
    return reverse("presales:requirement_matrix", kwargs={"project_pk": project.pk})


@pytest.fixture
def three(project):
    """One that a section answers, one that nothing does, one that need not be answered."""
    answered = RequirementFactory(project=project, number=1, order=3)
    RequirementFactory(project=project, number=2, order=2, text="=Scans <b>fast</b>.")
    RequirementFactory(project=project, number=3, order=1, priority="WONT")
    SolutionSectionFactory(solution__project=project, title="Scanning").requirements.add(answered)


def codes(response):
    return [row.requirement.code for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["R-003", "R-002", "R-001"]),
        ("?missing=any", ["R-002", "R-001"]),
        ("?missing=promised", ["R-002"]),
        ("?missing=built", ["R-002", "R-001"]),
        ("?missing=nonsense", ["R-003", "R-002", "R-001"]),
        ("?suspect=1", []),
    ],
)
def test_holes_are_shown_alone_if_wanted(sign_in, ines, url, three, query, shown):
    response = sign_in(ines).get(url + query)

    assert codes(response) == shown
    assert [(one.query, len(one.rows)) for one in response.context["views"]][:3] == [
        ("", 3),
        ("missing=any", 2),
        ("missing=promised", 1),
    ]


def test_no_hole_left_is_said_so(sign_in, ines, project, url):
    RequirementFactory(project=project, priority="WONT")

    page = sign_in(ines).get(f"{url}?missing=any").content.decode()

    assert "Nothing is missing here" in page


def test_the_spreadsheet_holds_what_is_shown_and_no_formula(sign_in, ines, url, three):
    response = sign_in(ines).get(f"{url}?missing=promised&export=xlsx")

    sheet = load_workbook(io.BytesIO(response.content)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Code", "Requirement", "Priority", "State", "Promised in", "Built by", "Taught in",
         "Accepted by", "Changed by"],
        ["R-002", "'=Scans <b>fast</b>.", "Must", "Open", "missing", "missing", "missing",
         "missing", None],
    ]  # fmt: skip


def test_the_pdf_holds_what_is_shown(sign_in, ines, project, url, three, monkeypatch):
    pages = []
    monkeypatch.setattr(
        "implportal.documents.domain.printouts.lay_out_apart",
        lambda job: pages.append(job.html) or b"%PDF-1.7",
    )
    browser = sign_in(ines)

    asked = browser.post(f"{reverse('presales:requirement_matrix_print', args=[project.pk])}"
                         "?missing=promised")  # fmt: skip
    lay_out_printout(word=asked["Location"].rstrip("/").rpartition("/")[2])
    page = browser.get(asked["Location"]).content.decode()

    assert "R-002" in pages[0]
    assert "R-001" not in pages[0]
    assert "=Scans &lt;b&gt;fast&lt;/b&gt;." in pages[0]
    assert "Missing: Promised in" in pages[0]
    assert "Download PDF" in page
    assert f'href="{url}?missing=promised"' in page


def test_strangers_print_nothing(sign_in, sam, project, three):
    url = reverse("presales:requirement_matrix_print", args=[project.pk])

    assert sign_in(sam).post(url).status_code == 404
