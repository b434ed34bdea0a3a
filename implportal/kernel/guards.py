"""A migration step by which the database itself refuses to change what was written once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation


class GuardRows(Operation):
    """Refuse UPDATE and DELETE of what must stay, whoever asks, on SQLite and PostgreSQL.

    ``frozen`` columns never change. A column of ``once`` never changes after the column
    it names (mostly itself) was filled. ``refused`` is further SQL about OLD and NEW. Rows
    are kept for ever if ``kept`` is True, and once the column that it names was filled;
    PostgreSQL then refuses TRUNCATE as well.

    Run twice it replaces what it made before. On SQLite a later migration that rebuilds the
    table drops its triggers; such a migration must end with this step again. A test notices
    when that was forgotten.
    """

    reversible = True

    def __init__(
        self,
        table: str,
        *,
        message: str,
        frozen: Sequence[str] = (),
        once: Mapping[str, str] | None = None,
        refused: str = "",
        kept: bool | str = True,
    ) -> None:
        self.table, self.message = table, message
        self.frozen, self.once = tuple(frozen), dict(once or {})
        self.refused, self.kept = refused, kept

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        arguments = {
            name: getattr(self, name) for name in ("message", "frozen", "once", "refused", "kept")
        }
        return type(self).__name__, [self.table], arguments

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models know nothing of it."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._drop(schema_editor)
        changed = self._changed("IS DISTINCT FROM" if _is_postgresql(schema_editor) else "IS NOT")
        self._refuse(schema_editor, "UPDATE", changed)
        if self.kept is True:
            self._refuse(schema_editor, "DELETE", "")
        elif self.kept:
            self._refuse(schema_editor, "DELETE", _filled(self.kept))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self._drop(schema_editor)

    def describe(self) -> str:
        return f"Refuse to change what is kept in {self.table}"

    def _changed(self, differs: str) -> str:
        return " OR ".join(
            [f'OLD."{column}" {differs} NEW."{column}"' for column in self.frozen]
            + [
                f'({_filled(marker)} AND OLD."{column}" {differs} NEW."{column}")'
                for column, marker in self.once.items()
            ]
            + ([f"({self.refused})"] if self.refused else [])
        )

    def _refuse(self, schema_editor: Any, event: str, condition: str) -> None:
        name = f"{self.table}_guard_{event.lower()}"
        when = f"WHEN ({condition})" if condition else ""
        if not _is_postgresql(schema_editor):
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )
            return
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {self.table}_guard() RETURNS trigger AS $$ BEGIN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$ LANGUAGE plpgsql"
        )
        execute = f"EXECUTE FUNCTION {self.table}_guard()"
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {self.table} FOR EACH ROW {when} {execute}"
        )
        if event == "DELETE":
            schema_editor.execute(
                f"CREATE TRIGGER {self.table}_guard_truncate BEFORE TRUNCATE ON {self.table} "
                f"FOR EACH STATEMENT {execute}"
            )

    def _drop(self, schema_editor: Any) -> None:
        of_table = f" ON {self.table}" if _is_postgresql(schema_editor) else ""
        for event in ("update", "delete", "truncate"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_guard_{event}{of_table}")
        if _is_postgresql(schema_editor):
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.table}_guard()")


def _is_postgresql(schema_editor: Any) -> bool:
    return schema_editor.connection.vendor == "postgresql"


def _filled(column: str) -> str:
    """SQL for "there is something in it": text or not, NULL counts as nothing."""
    return f"COALESCE(CAST(OLD.\"{column}\" AS text), '') <> ''"
