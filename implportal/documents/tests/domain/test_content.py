import io
from datetime import date

import pytest
from PIL import Image

from implportal.documents.canonical import canonical_bytes, digest
from implportal.documents.domain.content import MissingImage, SectionInput, build_content
from implportal.documents.domain.images import BadImage, store_image
from implportal.documents.models import StoredImage
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


def png(color="red"):
    target = io.BytesIO()
    Image.new("RGB", (20, 10), color).save(target, "PNG")
    return target.getvalue()


def built(project, *sections):
    return build_content(
        project=project,
        number="SD-2026-0001",
        title="Roll-out",
        sections=sections,
        date=date(2026, 3, 2),
        facts=[("Contact", "Carl")],
    )


def test_it_has_the_agreed_shape(settings):
    settings.ORGANISATION_NAME = "We Ltd"
    project = ProjectFactory(code="IP-2026-0007", customer__name="They Ltd")

    content = built(
        project,
        SectionInput(key="s1", title="Scope", markdown="**all**", requirements=["R-001"]),
    )

    assert content == {
        "schema": 1,
        "language": "en",
        "number": "SD-2026-0001",
        "title": "Roll-out",
        "subtitle": "",
        "version": 0,
        "customer": "They Ltd",
        "supplier": "We Ltd",
        "project": "IP-2026-0007",
        "date": "2026-03-02",
        "facts": [{"label": "Contact", "value": "Carl"}],
        "sections": [
            {
                "key": "s1",
                "number": "1",
                "level": 1,
                "title": "Scope",
                "markdown": "**all**",
                "html": "<p><strong>all</strong></p>",
                "requirements": ["R-001"],
            }
        ],
        "images": {},
    }
    assert canonical_bytes(content)


def test_it_numbers_sections_that_have_no_number_of_their_own():
    sections = [
        SectionInput(key=str(n), title=title, level=level, markdown="")
        for n, (level, title) in enumerate([(1, "A"), (2, "B"), (2, "C"), (1, "D"), (3, "E")])
    ]

    content = built(ProjectFactory(), *sections)

    assert [s["number"] for s in content["sections"]] == ["1", "1.1", "1.2", "2", "2.1"]


def test_it_keeps_the_numbers_their_author_gave():
    content = built(
        ProjectFactory(),
        SectionInput(key="a", title="5.6 Deliverables", markdown=""),
        SectionInput(key="b", title="Table 1", level=2, markdown=""),
    )

    assert [(s["number"], s["title"]) for s in content["sections"]] == [
        ("5.6", "Deliverables"),
        ("", "Table 1"),
    ]


def test_it_lists_the_pictures_it_shows(ines, noon):
    project = ProjectFactory()
    image = store_image(project=project, data=png(), actor=ines, at=noon, name="plan.png")
    section = SectionInput(key="a", title="A", markdown=f"![plan](image:{image.sha256})")

    assert built(project, section)["images"] == {digest(png()): "image/png"}


def test_it_refuses_a_picture_of_another_project(ines, noon):
    image = store_image(project=ProjectFactory(), data=png(), actor=ines, at=noon)
    section = SectionInput(key="a", title="A", markdown=f"![plan](image:{image.sha256})")

    with pytest.raises(MissingImage):
        built(ProjectFactory(), section)


def test_the_same_picture_is_kept_once(ines, noon):
    project = ProjectFactory()

    first = store_image(project=project, data=png(), actor=ines, at=noon)
    second = store_image(project=project, data=png(), actor=ines, at=noon)

    assert first == second
    assert (first.content_type, first.width, first.height) == ("image/png", 20, 10)
    with first.file.open() as file:
        assert file.read() == png()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a....",
        png()[:40],
        b"0" * 6_000_000,
    ],
)
def test_it_refuses_what_is_no_picture(ines, noon, data):
    with pytest.raises(BadImage):
        store_image(project=ProjectFactory(), data=data, actor=ines, at=noon)

    assert not StoredImage.objects.exists()
