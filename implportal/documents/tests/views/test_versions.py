import pytest
from django.urls import reverse

from implportal.documents.domain.images import store_image
from implportal.documents.tests.domain.test_content import png
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 25])
def test_version_list_costs_the_same_for_any_number(
    ines, sign_in, django_assert_num_queries, count
):
    project = ProjectFactory(implementation_manager=ines)
    DocumentVersionFactory.create_batch(count, project=project, ready=True, frozen_by=ines)
    browser = sign_in(ines)
    address = reverse("documents:version_list", kwargs={"project_pk": project.pk})
    browser.get(address)

    # session, user, project, count, versions, what they are versions of, unseen mail
    with django_assert_num_queries(7):
        response = browser.get(address)

    assert len(response.context["versions"]) == count


def test_an_empty_list_says_what_belongs_there(ines, sign_in):
    project = ProjectFactory(implementation_manager=ines)

    response = sign_in(ines).get(reverse("documents:version_list", args=[project.pk]))

    assert "No documents yet" in response.content.decode()


@pytest.mark.parametrize(("trait", "waits"), [("ready", False), (None, True)])
def test_the_list_looks_again_while_a_pdf_is_prepared(ines, sign_in, trait, waits):
    version = DocumentVersionFactory(
        project__implementation_manager=ines, **({trait: True} if trait else {})
    )

    page = sign_in(ines).get(version.get_absolute_url()).content.decode()

    assert ("hx-trigger" in page) is waits


def test_a_failed_pdf_shows_its_reason_and_a_button(ines, bea, sign_in):
    version = DocumentVersionFactory(project__implementation_manager=ines, failed=True)

    assert "Out of paper." in sign_in(ines).get(version.get_absolute_url()).content.decode()
    assert "Try again" in sign_in(ines).get(version.get_absolute_url()).content.decode()
    assert "Try again" not in sign_in(bea).get(version.get_absolute_url()).content.decode()


def test_files_are_handed_to_those_who_see_the_project(ines, sign_in):
    version = DocumentVersionFactory(project__implementation_manager=ines, sealed=True)
    browser = sign_in(ines)

    frozen = browser.get(reverse("documents:version_pdf", args=[version.pk]))
    sealed = browser.get(reverse("documents:version_sealed", args=[version.pk]))

    assert b"".join(frozen.streaming_content) == b"%PDF-1.7 frozen"
    assert frozen["Content-Disposition"].endswith(f'v{version.version}.pdf"')
    assert b"".join(sealed.streaming_content) == b"%PDF-1.7 sealed"


@pytest.mark.parametrize("route", ["version_pdf", "version_sealed", "version_retry"])
def test_a_stranger_gets_404(sam, sign_in, route):
    version = DocumentVersionFactory(sealed=True)
    browser = sign_in(sam)
    method = browser.post if route == "version_retry" else browser.get

    assert method(reverse(f"documents:{route}", args=[version.pk])).status_code == 404
    assert browser.get(version.get_absolute_url()).status_code == 404


def test_a_file_that_is_not_there_yet_is_404(ines, sign_in):
    version = DocumentVersionFactory(project__implementation_manager=ines)

    response = sign_in(ines).get(reverse("documents:version_pdf", args=[version.pk]))

    assert response.status_code == 404


def test_a_picture_is_for_those_who_see_its_project(ines, sam, noon, sign_in):
    project = ProjectFactory(implementation_manager=ines)
    image = store_image(project=project, data=png(), actor=ines, at=noon)
    address = reverse("documents:image_file", args=[project.pk, image.sha256])

    response = sign_in(ines).get(address)

    assert response["Content-Type"] == "image/png"
    assert b"".join(response.streaming_content) == png()
    assert sign_in(sam).get(address).status_code == 404


def test_retry_asks_again(ines, sign_in):
    version = DocumentVersionFactory(project__implementation_manager=ines, failed=True)

    response = sign_in(ines).post(reverse("documents:version_retry", args=[version.pk]))

    version.refresh_from_db()
    assert (response.url, version.state) == (version.get_absolute_url(), "RENDERING")


def test_retry_says_when_there_is_nothing_to_retry(ines, sign_in):
    version = DocumentVersionFactory(project__implementation_manager=ines, ready=True)

    page = (
        sign_in(ines)
        .post(reverse("documents:version_retry", args=[version.pk]), follow=True)
        .content.decode()
    )

    assert "is there already" in page
