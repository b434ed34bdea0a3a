"""Frozen versions, pictures and seal certificates cannot be changed or deleted."""

import importlib

from django.db import migrations

from implportal.kernel.guards import GuardRows

before = importlib.import_module("implportal.documents.migrations.0002_guard_frozen_fields")

FROZEN = (
    *("kind", "content_type_id", "object_id", "project_id", "number", "title", "version"),
    *("language", "content", "content_sha256", "public_id", "frozen_at", "frozen_by_id"),
)
ONCE = {
    **{column: column for column in ("pdf", "pdf_sha256", "sealed_pdf", "sealed_sha256")},
    **{
        column: "sealed_sha256"
        for column in ("sealed_at", "sealed_with_id", "evidence_sha256", "has_trusted_time")
    },
}
PICTURE = ("project_id", "sha256", "content_type", "width", "height", "size", "file")


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_guard_frozen_fields")]

    operations = [
        migrations.RunPython(before.unguard, before.guard),
        GuardRows(
            "documents_documentversion",
            message="a frozen document version cannot be changed",
            frozen=FROZEN,
            once=ONCE,
        ),
        GuardRows(
            "documents_storedimage",
            message="a stored picture cannot be changed",
            frozen=PICTURE,
        ),
        GuardRows(
            "documents_sealcertificate",
            message="a certificate that has sealed cannot be changed",
            frozen=("fingerprint", "subject", "valid_from_at", "valid_until_at", "is_test"),
        ),
    ]
