"""The whole thread over HTTP, as `make walk` takes it against a running portal."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from aftersales.models import Installment
from implportal.documents.models import DocumentVersion
from implportal.documents.tests.authority import Authority
from implportal.documents.verification import Outcome, verify
from implportal.portal.demo.company import (
    demo_password,
    make_catalogue,
    make_people,
    make_survey_template,
)
from implportal.portal.tests.walk_texts import VERSION_1, VERSION_2
from implportal.portal.walk.steps import STEPS
from implportal.projects.models import Phase, Project, State
from presales.models import Solution


@pytest.fixture
def company(transactional_db):
    """Our side alone: people, catalogue, a survey template; no customer yet."""
    cast = make_people()
    make_catalogue(cast=cast, today=timezone.localdate())
    make_survey_template()
    return cast


@pytest.fixture
def walk(tmp_path, live_server):
    """Run the command on two texts; return what it said."""

    def _walk(version_1: str = VERSION_1, version_2: str = VERSION_2, **options) -> str:
        (tmp_path / "v1.md").write_text(version_1)
        (tmp_path / "v2.md").write_text(version_2)
        said = StringIO()
        files = {"solution": tmp_path / "v1.md", "revised": tmp_path / "v2.md"}
        options = {"out": tmp_path / "out", "base_url": live_server.url, **files, **options}
        try:
            call_command("walk_through", **options, stdout=said)
        except CommandError as error:
            error.said = said.getvalue()
            raise
        return said.getvalue()

    return _walk


def bytes_of(stored) -> bytes:
    with stored.open() as file:
        return file.read()


@pytest.fixture
def authority(settings, tmp_path):
    """A time-stamp authority that the portal asks."""
    with Authority() as authority:
        authority.use(settings, tmp_path)
        yield authority


def test_a_project_goes_from_the_first_meeting_to_the_last_payment(
    company, walk, tmp_path, authority
):
    said = walk()

    project = Project.objects.get()
    assert (project.phase, project.state) == (Phase.CLOSED, State.CLOSED)
    assert project.paid_minor == project.contract_value_minor == 12_000_000
    assert project.delivery_granted_at is not None
    assert set(project.installments.values_list("state", flat=True)) == {Installment.State.PAID}
    assert Solution.objects.get().state == Solution.State.SIGNED
    sealed = DocumentVersion.objects.exclude(sealed_pdf="").order_by("pk")
    assert [version.kind for version in sealed] == ["presales.solution", "aftersales.acceptance"]
    assert [version.version for version in sealed] == [2, 1]
    pdfs = [bytes_of(version.sealed_pdf) for version in sealed]
    assert all(verify(pdf).is_valid for pdf in pdfs)
    assert [version.seal.level for version in sealed] == ["B-T", "B-T"]
    assert all(verify(pdf).line("time").outcome == Outcome.OK for pdf in pdfs)
    names = ("solution-signed.pdf", "acceptance-signed.pdf")
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == pdfs
    report = (tmp_path / "out" / "report.md").read_text()
    assert [title for title, _take in STEPS if title not in report or title not in said] == []
    assert "- Sections of version 1: 5, from 6 headings in v1.md; none is lost" in report
    assert "- Between the versions: 1 changed, 1 gone, 1 new; 3 sections are the same" in report
    assert report.count("Test time stamps") == report.count("(PAdES B-T).") == 2
    assert "**Done**" in report


def test_a_walk_that_is_refused_says_where_and_why_and_keeps_its_report(company, walk, tmp_path):
    with pytest.raises(CommandError) as refusal:
        walk("A text without any heading.")

    assert "/solution/import/ (answer 200), as ines" in str(refusal.value)
    assert "The text has no headings" in str(refusal.value)
    assert "✗  6. The solution, imported from a file" in refusal.value.said
    assert "**Failed**" in (tmp_path / "out" / "report.md").read_text()


def test_a_wrong_password_is_named(company, walk):
    with pytest.raises(CommandError, match=r"ines@example\.com cannot sign in.*--password"):
        walk(password="no-such-password")


def test_a_portal_that_does_not_run_is_named(walk):
    with pytest.raises(CommandError, match=r"does not answer .* Start the portal first"):
        walk(base_url="http://127.0.0.1:9", password="any")


def test_without_demo_people_a_password_is_asked_for(walk):
    with pytest.raises(CommandError, match="There are no demo people"):
        walk()


def test_a_file_that_is_not_there_is_named(walk, tmp_path):
    demo_password()

    with pytest.raises(CommandError, match=r"--solution cannot be read: .*absent\.md"):
        walk(solution=tmp_path / "absent.md")


def test_a_folder_that_cannot_be_made_is_named(walk, tmp_path):
    demo_password()
    (tmp_path / "file").touch()

    with pytest.raises(CommandError, match="--out cannot be made"):
        walk(out=tmp_path / "file" / "out")
