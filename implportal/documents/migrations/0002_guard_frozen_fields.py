"""Frozen is frozen for the database too: an UPDATE of a frozen column is refused.

On SQLite a later migration that rebuilds the table drops its triggers; such a migration
must run ``guard`` again as its last operation. A test notices when it is forgotten.
"""

from django.db import migrations

TABLE = "documents_documentversion"
FROZEN = [
    *("kind", "content_type_id", "object_id", "project_id", "number", "title", "version"),
    *("language", "content", "content_sha256", "public_id", "frozen_at", "frozen_by_id"),
]
ONCE = ["pdf", "pdf_sha256", "sealed_pdf", "sealed_sha256", "evidence_sha256"]
MESSAGE = "a frozen document version cannot be changed"


def conditions(differs):
    frozen = [f"OLD.{column} {differs} NEW.{column}" for column in FROZEN]
    once = [f"(OLD.{column} <> '' AND OLD.{column} {differs} NEW.{column})" for column in ONCE]
    return " OR ".join(frozen + once)


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {TABLE}_frozen() RETURNS trigger AS $$ BEGIN "
            f"IF {conditions('IS DISTINCT FROM')} THEN RAISE EXCEPTION '{MESSAGE}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_frozen ON {TABLE}")
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE ON {TABLE} "
            f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_frozen()"
        )
    else:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_frozen")
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_frozen BEFORE UPDATE ON {TABLE} "
            f"WHEN {conditions('IS NOT')} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_frozen ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_frozen()")
    else:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_frozen")


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
