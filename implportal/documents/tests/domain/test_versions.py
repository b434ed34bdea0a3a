from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from implportal.audit.models import Entry
from implportal.documents.canonical import content_digest, digest
from implportal.documents.domain import versions
from implportal.documents.domain.versions import (
    AlreadySealed,
    NothingToRetry,
    freeze,
    hand_out_renderings,
    render_version,
    retry_rendering,
    withdraw,
)
from implportal.documents.models import DocumentVersion
from implportal.documents.tests.factories import DocumentVersionFactory, plain_content
from implportal.kernel.errors import NotAllowed
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


def frozen(project, actor, at, **changes):
    return freeze(
        kind="documents.test",
        subject=project,
        project=project,
        number="SD-2026-0001",
        title="Roll-out",
        content=plain_content(**changes),
        actor=actor,
        at=at,
    )


def test_freeze_counts_up_and_takes_the_digest_of_what_it_stores(ines, noon):
    project = ProjectFactory(implementation_manager=ines)

    first = frozen(project, ines, noon)
    second = frozen(project, ines, noon)

    first.refresh_from_db()
    assert [first.version, second.version] == [1, 2]
    assert second.content["version"] == 2
    assert second.content_sha256 == content_digest(second.content)
    assert second.state == DocumentVersion.State.RENDERING
    assert (first.status, first.superseded_by) == ("SUPERSEDED", second)
    assert [entry.action for entry in Entry.objects.order_by("pk")] == ["documents.frozen"] * 2


def test_freeze_refuses_an_unknown_kind(ines, noon):
    project = ProjectFactory()
    with pytest.raises(KeyError):
        freeze(
            kind="nobody.knows",
            subject=project,
            project=project,
            number="X",
            title="X",
            content=plain_content(),
            actor=ines,
            at=noon,
        )

    assert not DocumentVersion.objects.exists()


def test_freeze_leaves_a_sealed_version_current(ines, noon):
    project = ProjectFactory()
    sealed = DocumentVersionFactory(project=project, sealed=True, version=1)

    frozen(project, ines, noon)

    sealed.refresh_from_db()
    assert sealed.status == "ACTIVE"


def test_the_pdf_follows_the_commit(ines, noon, renderer, kind, django_capture_on_commit_callbacks):
    project = ProjectFactory()
    with django_capture_on_commit_callbacks(execute=True):
        version = frozen(project, ines, noon)

    version.refresh_from_db()
    assert version.state == "READY"
    with version.pdf.open() as file:
        assert digest(file.read()) == version.pdf_sha256
    assert [pk for pk, _at in kind.rendered] == [version.pk]


def test_render_version_twice_renders_once(noon, renderer, kind):
    version = DocumentVersionFactory()

    assert render_version(version_id=version.pk, now=noon) is True
    assert render_version(version_id=version.pk, now=noon) is False
    assert len(renderer) == 1
    assert kind.rendered == [(version.pk, noon)]


def test_render_version_leaves_another_workers_claim_until_it_expires(noon, renderer):
    version = DocumentVersionFactory(claimed_at=noon)

    assert render_version(version_id=version.pk, now=noon + timedelta(minutes=4)) is False
    assert render_version(version_id=version.pk, now=noon + timedelta(minutes=6)) is True


def test_a_worker_that_comes_late_throws_its_pages_away(noon, renderer, kind):
    version = DocumentVersionFactory()
    render_version(version_id=version.pk, now=noon)
    version.refresh_from_db()

    assert versions._rendering_done(version, b"other pages", at=noon) is False
    folder = version.pdf.name.rpartition("/")[0]
    assert version.pdf.storage.listdir(folder)[1] == ["frozen.pdf"]
    assert len(kind.rendered) == 1


def test_a_failure_is_kept_with_its_reason_and_can_be_retried(
    ines, noon, monkeypatch, django_capture_on_commit_callbacks
):
    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("implportal.documents.renderer.render_document", fail)
    version = DocumentVersionFactory(project__implementation_manager=ines)

    assert render_version(version_id=version.pk, now=noon) is False

    version.refresh_from_db()
    assert (version.state, version.pdf_sha256) == ("FAILED", "")
    assert version.failure == "Rendering stopped with an error (MemoryError)."
    monkeypatch.setattr(
        "implportal.documents.renderer.render_document", lambda *_all, **_named: b"%PDF-1.7"
    )
    with django_capture_on_commit_callbacks(execute=True):
        retry_rendering(version=version, actor=ines, at=noon)
    version.refresh_from_db()
    assert (version.state, version.failure) == ("READY", "")


def test_a_document_that_takes_too_long_fails_in_words_and_can_be_tried_again(
    ines, noon, settings, sign_in, django_capture_on_commit_callbacks
):
    settings.RENDER_SECONDS = 1
    endless = plain_content()
    endless["sections"][0]["html"] = "<table><tr><td>a</td><td>" * 400
    version = DocumentVersionFactory(
        project__implementation_manager=ines,
        content=endless,
        content_sha256=content_digest(endless),
    )

    assert render_version(version_id=version.pk, now=noon) is False

    page = sign_in(ines).get(version.get_absolute_url()).content.decode()
    assert "It took longer than 1 seconds." in page
    retry = reverse("documents:version_retry", kwargs={"pk": version.pk})
    assert retry in page
    settings.RENDER_SECONDS = 60
    with django_capture_on_commit_callbacks():
        sign_in(ines).post(retry)
    version.refresh_from_db()
    assert (version.state, version.failure, version.attempts) == ("RENDERING", "", 0)


def test_retry_is_for_those_who_run_the_project(sam, noon):
    version = DocumentVersionFactory(failed=True)

    with pytest.raises(NotAllowed):
        retry_rendering(version=version, actor=sam, at=noon)


def test_retry_refuses_what_has_not_failed(ines, noon):
    version = DocumentVersionFactory(ready=True, project__implementation_manager=ines)

    with pytest.raises(NothingToRetry):
        retry_rendering(version=version, actor=ines, at=noon)


def test_content_that_was_changed_behind_our_back_is_not_rendered(noon, renderer):
    version = DocumentVersionFactory(content_sha256="0" * 64)

    assert render_version(version_id=version.pk, now=noon) is False

    version.refresh_from_db()
    assert version.failure == "The frozen content has been changed in the database."
    assert renderer == []


def test_the_sweep_hands_out_what_was_lost(noon, renderer, django_capture_on_commit_callbacks):
    lost = DocumentVersionFactory(frozen_at=noon - timedelta(minutes=2))
    DocumentVersionFactory(frozen_at=noon - timedelta(minutes=2), claimed_at=noon)
    DocumentVersionFactory(frozen_at=noon)

    with django_capture_on_commit_callbacks(execute=True):
        assert hand_out_renderings(now=noon) == 1

    lost.refresh_from_db()
    assert lost.state == "READY"


def test_the_sweep_gives_up_on_what_kills_its_worker(noon):
    version = DocumentVersionFactory(claimed_at=noon - timedelta(minutes=6), attempts=3)

    assert hand_out_renderings(now=noon) == 0

    version.refresh_from_db()
    assert version.state == "FAILED"


def test_withdraw_refuses_a_sealed_version(ines, noon):
    sealed = DocumentVersionFactory(sealed=True)
    with pytest.raises(AlreadySealed):
        withdraw(version=sealed, actor=ines, at=noon, reason="x")

    unsigned = DocumentVersionFactory(ready=True)
    withdraw(version=unsigned, actor=ines, at=noon, reason="wrong price")
    unsigned.refresh_from_db()
    assert unsigned.status == "WITHDRAWN"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content", '{"price": 1}'),
        ("content_sha256", "0" * 64),
        ("title", "Other"),
        ("version", 99),
        ("pdf_sha256", "0" * 64),
        ("sealed_sha256", "0" * 64),
    ],
)
def test_the_database_refuses_to_change_what_is_frozen(column, value):
    version = DocumentVersionFactory(sealed=True)

    with (
        pytest.raises((IntegrityError, DatabaseError)) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE documents_documentversion SET {column} = %s WHERE id = %s",
            [value, version.pk],
        )

    assert "cannot be changed" in str(refusal.value)


def test_one_subject_cannot_have_a_version_twice():
    first = DocumentVersionFactory(version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentVersionFactory(version=1, project=first.project)
