import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from implportal.documents.models import StoredImage
from implportal.projects.tests.factories import ProjectFactory
from presales.models import Solution
from presales.tests.factories import SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(ines):
    project = ProjectFactory(implementation_manager=ines)
    return SolutionSectionFactory(solution=SolutionFactory(project=project), key="s1")


@pytest.fixture
def paste(sign_in, ines, section):
    def _paste(data, name="image.png"):
        kwargs = {"project_pk": section.solution.project_id, "key": "s1"}
        picture = SimpleUploadedFile(name, data, content_type="image/png")
        return sign_in(ines).post(
            reverse("presales:section_paste", kwargs=kwargs), {"picture": picture}
        )

    return _paste


@pytest.mark.parametrize(
    ("name", "described"), [("image.png", "Picture"), ("map_[1].png", "map (1)")]
)
def test_a_pasted_picture_is_kept_and_answered_with_its_line(paste, section, png, name, described):
    response = paste(png, name)

    image = StoredImage.objects.get(project=section.solution.project)
    assert response.json() == {"markdown": f"![{described}](image:{image.sha256})"}
    section.refresh_from_db()
    assert (section.markdown, section.lock_version) == ("Text.", 1)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<svg/>", "This is not a PNG, JPEG or WebP picture"),
        (b"x" * 6_000_000, "The picture is larger than 5 MB."),
        (b"", "The submitted file is empty."),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(paste, data, problem):
    response = paste(data)

    assert response.status_code == 422
    assert response.json()["problem"].startswith(problem)
    assert not StoredImage.objects.exists()


def test_text_that_rests_takes_no_picture(paste, png):
    Solution.objects.update(state="SIGNING")

    assert "so its text rests" in paste(png).json()["problem"]
    assert not StoredImage.objects.exists()
