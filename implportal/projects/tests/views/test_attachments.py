import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from implportal.projects.domain.stops import stop_project
from implportal.projects.models import Attachment
from implportal.projects.tests.factories import ProjectFactory
from presales.tests.factories import (
    IntroductionFactory,
    RequirementFactory,
    SolutionFactory,
    SolutionSectionFactory,
    SurveyFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(ines):
    return ProjectFactory(implementation_manager=ines).steps.get(key="inspection")


def add(browser, step, *files, label="projects.step"):
    url = reverse("projects:attachment_add", args=[label, step.pk])
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    return browser.post(url, {"file": uploads}, follow=True)


def said(page):
    return [str(message) for message in page.context["messages"]]


def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    return buffer.getvalue()


def test_several_files_are_attached_at_once_and_listed_with_their_digest(sign_in, ines, step):
    page = add(sign_in(ines), step, ("图纸.png", picture()), ("notes.txt", b"abc"))

    assert said(page) == ["图纸.png, notes.txt are attached."]
    html = page.content.decode()
    assert hashlib.sha256(b"abc").hexdigest() in html
    [drawn] = Attachment.objects.filter(content_type="image/png")
    assert f'<img class="ip-thumbnail" src="{drawn.get_absolute_url()}"' in html


def test_each_file_is_kept_or_refused_by_itself(sign_in, ines, step, settings):
    settings.UPLOAD_MAX_BYTES = 10

    page = add(
        sign_in(ines), step,
        ("good.txt", b"abc"), ("empty.txt", b""), ("large.txt", b"x" * 11), ("a.jpg", b"MZ\x90"),
    )  # fmt: skip

    assert said(page) == [
        "empty.txt is empty.",
        "large.txt is larger than 10\xa0bytes.",
        "a.jpg is a program, and programs are not kept here.",
        "good.txt is attached.",
    ]
    assert [one.name for one in Attachment.objects.all()] == ["good.txt"]


def test_no_file_and_too_many_say_so(sign_in, ines, step):
    browser = sign_in(ines)

    assert said(add(browser, step)) == ["Choose a file first."]
    assert said(add(browser, step, *[(f"{n}.txt", b"x") for n in range(21)])) == [
        "Attach at most 20 files at once."
    ]
    assert not Attachment.objects.exists()


def test_what_could_run_in_a_browser_is_saved_and_not_opened(sign_in, ines, sam, step):
    browser = sign_in(ines)
    add(browser, step, ("plan.svg", b"<svg onload='alert(1)'/>"))
    attachment = Attachment.objects.get()

    answer = browser.get(attachment.get_absolute_url())

    assert b"".join(answer.streaming_content) == b"<svg onload='alert(1)'/>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan.svg"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_picture_with_a_page_hidden_in_it_opens_as_a_picture_and_runs_nothing(
    sign_in, ines, step
):
    browser = sign_in(ines)
    add(browser, step, ("plan.gif", b"GIF89a/*<html><script>alert(1)</script>*/"))

    answer = browser.get(Attachment.objects.get().get_absolute_url())
    b"".join(answer.streaming_content)

    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_fifty_megabytes_are_turned_away_before_they_are_read(sign_in, ines, step):
    url = reverse("projects:attachment_add", args=["projects.step", step.pk])

    answer = sign_in(ines).post(url, CONTENT_LENGTH=str(50 * 1024 * 1024))

    assert answer.status_code == 413
    assert not Attachment.objects.exists()


def test_one_file_that_is_too_large_is_named(sign_in, ines, step, settings):
    page = add(sign_in(ines), step, ("film.mp4", b"\x00" * (settings.UPLOAD_MAX_BYTES + 1)))

    assert said(page) == ["film.mp4 is larger than 25.0\xa0MB."]
    assert not Attachment.objects.exists()


def test_files_are_for_those_who_see_the_project(sign_in, ines, sam, bea, step):
    add(sign_in(ines), step, ("notes.txt", b"abc"))
    attachment = Attachment.objects.get()
    remove = reverse("projects:attachment_remove", args=[attachment.pk])

    assert sign_in(sam).get(attachment.get_absolute_url()).status_code == 404
    assert sign_in(sam).post(remove).status_code == 404
    assert add(sign_in(sam), step, ("x.txt", b"x")).status_code == 404
    assert add(sign_in(bea), step, ("x.txt", b"x")).status_code == 403
    assert sign_in(bea).post(remove).status_code == 403
    assert [one.name for one in Attachment.objects.all()] == ["notes.txt"]


@pytest.mark.parametrize("label", ["accounts.user", "projects.customer", "nothing", "x.y.z"])
def test_only_records_that_carry_files_take_them(sign_in, ines, step, label):
    assert add(sign_in(ines), step, ("x.txt", b"x"), label=label).status_code == 404


def test_a_resting_project_takes_no_files(sign_in, ines, step, noon):
    stop_project(project=step.project, state="SUSPENDED", actor=ines, at=noon, reason="Budget")

    page = add(sign_in(ines), step, ("x.txt", b"x"))

    assert said(page) == ["This project is “Suspended”, so nothing in it can be changed."]
    assert "data-drop" not in page.content.decode()


@pytest.mark.parametrize("files", [1, 20])
def test_the_page_costs_the_same_for_any_number_of_files(
    sign_in, ines, step, django_assert_num_queries, files
):
    browser = sign_in(ines)
    add(browser, step, *[(f"{n}.txt", b"x") for n in range(files)])

    # session, user, news, project, step, owners, content type, entries, files
    with django_assert_num_queries(8):
        page = browser.get(step.get_absolute_url()).content.decode()
    assert page.count("ip-digest") == files


@pytest.mark.parametrize(
    "factory", [RequirementFactory, SurveyFactory, SolutionFactory, IntroductionFactory]
)
def test_what_is_made_before_the_sale_carries_files_too(sign_in, ines, sam, factory):
    record = factory(project=ProjectFactory(implementation_manager=ines))
    if factory is SolutionFactory:
        SolutionSectionFactory(solution=record)
    label = record._meta.label_lower

    page = add(sign_in(ines), record, ("notes.txt", b"abc"), label=label)

    assert said(page) == ["notes.txt is attached."]
    assert hashlib.sha256(b"abc").hexdigest() in page.content.decode()
    assert add(sign_in(sam), record, ("x.txt", b"x"), label=label).status_code == 404
    assert [one.subject for one in Attachment.objects.all()] == [record]
