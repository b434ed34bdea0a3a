"""What was written once is refused by the database itself, whoever asks and in whatever way."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test import RequestFactory

from implportal.audit.models import Chain, Entry
from implportal.documents.domain.images import store_image
from implportal.documents.models import (
    DocumentVersion,
    Seal,
    SealCertificate,
    StoredImage,
    TimeAuthority,
)
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.documents.tests.test_renderer import png
from implportal.kernel.guards import GuardRows
from implportal.signing.models import SignaturePicture, Signer, SignerState
from implportal.tests.test_access import scene  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
SHA = "0" * 64
DAY = "2030-01-01 00:00:00+00:00"


def columns_of(table):
    """Every column of a table and a value that is not in it."""
    fields = next(
        model for model in apps.get_models() if model._meta.db_table == table
    )._meta.concrete_fields
    values = {
        "DateTimeField": DAY,
        "JSONField": '{"other": 1}',
        "BooleanField": True,
        "UUIDField": "0" * 32,
    }
    return {
        field.column: values.get(
            field.get_internal_type(), "99" if field.get_internal_type().endswith("Field") else 99
        )
        for field in fields
        if not field.primary_key and not field.is_relation
    }


@pytest.fixture
def kept(scene, noon):  # noqa: F811
    """One row of each table that is guarded, by table."""
    sealed = DocumentVersionFactory(project=scene.project, kind="presales.solution", sealed=True)
    signer = Signer.objects.get()
    signer.evidence, signer.statement_sha256 = {"typed_name": "Carl"}, "ab" * 32
    signer.state, signer.decided_at = SignerState.SIGNED, noon
    signer.save()
    certificate = SealCertificate.objects.create(
        fingerprint="cd" * 32, subject="CN=Seal", chain_pem="PEM", valid_from_at=noon,
        valid_until_at=noon, first_used_at=noon,
    )  # fmt: skip
    authority = TimeAuthority.objects.create(
        fingerprint="ef" * 32, subject="Stamps", chain_pem="PEM", first_used_at=noon
    )
    seal = Seal.objects.create(version=sealed, level="B-T", stamped_at=noon, stamped_by=authority)
    picture = SignaturePicture.objects.create(
        signer=signer, content_type="image/png", sha256=SHA, data=b"PNG"
    )
    rows = [
        picture,
        authority,
        seal,
        sealed,
        scene.image,
        signer,
        certificate,
        Entry.objects.first(),
        Chain.objects.first(),
    ]
    return {row._meta.db_table: row for row in rows}


MAY_CHANGE = {
    "documents_documentversion": {
        *("state", "claimed_at", "attempts", "failure", "status"),
    },
    "documents_storedimage": {"name", "uploaded_at"},
    "documents_sealcertificate": {"chain_pem", "first_used_at"},
    "documents_timeauthority": set(),
    "documents_seal": set(),
    "signing_signer": {
        *("invited_at", "viewed_at", "decline_reason", "reminders", "reminded_at"),
        *("verified_at", "verified_session", "code_tries", "code_tries_on", "locked_at"),
    },
    "signing_signaturepicture": set(),
    "audit_entry": set(),
    "audit_chain": set(),
}
"""What goes on changing in a row that is kept: where it stands, never what it says."""


@pytest.mark.parametrize("table", MAY_CHANGE)
def test_raw_sql_cannot_change_what_is_kept(kept, table):
    accepted = set()
    for column, value in columns_of(table).items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE {table} SET "{column}" = %s WHERE id = %s', [value, kept[table].pk]
                )
        except DatabaseError as refusal:
            if "cannot be changed" in str(refusal):
                continue
        accepted.add(column)

    assert accepted - MAY_CHANGE[table] == set()
    kept[table].refresh_from_db()


@pytest.mark.parametrize("table", MAY_CHANGE)
def test_raw_sql_cannot_delete_what_is_kept(kept, table):
    with (
        pytest.raises(DatabaseError, match="cannot be changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [kept[table].pk])

    kept[table].refresh_from_db()


@pytest.mark.parametrize("table", MAY_CHANGE)
def test_postgresql_cannot_empty_a_table_of_what_is_kept(kept, table):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows TRUNCATE")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "length = length - 1, head = 'x'",
        "length = length + 2, head = 'x'",
        "length = length + 1",
        "head = 'x'",
        "name = 'x', length = length + 1, head = 'x'",
    ],
)
def test_the_head_of_a_chain_moves_by_one_entry_and_only_forward(kept, change):
    chain = kept["audit_chain"]

    with (
        pytest.raises(DatabaseError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE audit_chain SET {change} WHERE id = %s", [chain.pk])

    Chain.objects.filter(pk=chain.pk).update(length=chain.length + 1, head="next")
    assert Chain.objects.get(pk=chain.pk).length == chain.length + 1


def test_what_is_not_frozen_yet_can_still_be_written(noon):
    version = DocumentVersionFactory()

    DocumentVersion.objects.filter(pk=version.pk).update(
        state="READY", pdf="a.pdf", pdf_sha256=SHA, claimed_at=noon, attempts=2
    )
    DocumentVersion.objects.filter(pk=version.pk).update(
        sealed_pdf="b.pdf", sealed_sha256=SHA, sealed_at=noon, evidence_sha256=SHA
    )

    assert DocumentVersion.objects.get(pk=version.pk).is_sealed


def test_a_signer_who_has_not_signed_may_still_be_taken_out(scene):  # noqa: F811
    Signer.objects.get().delete()

    assert not Signer.objects.exists()


def guards() -> dict[str, GuardRows]:
    """The newest guard of each table, as the migrations have it."""
    loader = MigrationLoader(connection)
    newest = {}
    for key in loader.graph.leaf_nodes():
        for node in loader.graph.forwards_plan(key):
            for operation in loader.graph.nodes[node].operations:
                if isinstance(operation, GuardRows):
                    newest[operation.table] = operation
    return newest


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


def test_no_later_migration_has_dropped_a_guard():
    wanted = {f"{table}_guard_{event}" for table in guards() for event in ("update", "delete")}

    assert set(MAY_CHANGE) <= set(guards())
    assert wanted - triggers() == set(), "end the migration with GuardRows of that table again"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", MAY_CHANGE)
def test_a_guard_can_be_taken_back_and_put_on_again(table):
    before, guard = triggers(), guards()[table]

    with connection.schema_editor() as editor:
        guard.database_backwards("", editor, None, None)
    assert not {name for name in triggers() if name.startswith(f"{table}_guard")}

    with connection.schema_editor() as editor:
        guard.database_forwards("", editor, None, None)
        guard.database_forwards("", editor, None, None)
    assert triggers() == before


@pytest.mark.parametrize(
    "model", [DocumentVersion, StoredImage, SealCertificate, Entry, Chain, Signer]
)
def test_the_administration_offers_nothing_that_the_database_refuses(model, adam):
    request = RequestFactory().get("/")
    request.user = adam
    page = admin.site._registry.get(model)

    offered = page and (
        page.has_add_permission(request),
        page.has_change_permission(request),
        page.has_delete_permission(request),
    )

    assert offered in (None, (False, False, False))


def test_a_picture_that_is_stored_again_stays_the_first(noon, ines):
    from implportal.projects.tests.factories import ProjectFactory

    project = ProjectFactory()
    first = store_image(project=project, data=png(), actor=ines, at=noon)

    assert store_image(project=project, data=png(), actor=None, at=noon) == first
