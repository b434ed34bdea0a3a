"""The cast and the clock that every test may ask for."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client


def pytest_configure() -> None:
    """Tests read static files as they lie, and passwords cost nothing."""
    from django.conf import settings
    from django.db.backends.base.operations import BaseDatabaseOperations

    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"] = {"BACKEND": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    # Between two tests even what is kept for ever has to go.
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_all(self, statements):
        with guards_lifted(self.connection):
            flush(self, statements)

    BaseDatabaseOperations.execute_sql_flush = flush_all


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items) -> None:
    """Mark what asks no database: on another one it would show nothing new."""
    for item in items:
        fixtures = {"db", "transactional_db", "live_server"}.intersection(item.fixturenames)
        if not fixtures and not item.get_closest_marker("django_db"):
            item.add_marker("one_database")


@contextmanager
def guards_lifted(database):
    """Do what the database refuses to everybody but its owner (see kernel.guards)."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
                " WHERE tgname LIKE '%_guard_%' AND NOT tgisinternal"
            )
            tables = [table for (table,) in cursor.fetchall()]
            lift = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
            restore = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            lift = [f"DROP TRIGGER {name}" for name, _sql in triggers]
            restore = [sql for _name, sql in triggers]
        if database.vendor == "postgresql" and database.in_atomic_block:
            lift.insert(0, "SET CONSTRAINTS ALL IMMEDIATE")  # else the table is in use
        for statement in lift:
            cursor.execute(statement)
        try:
            yield
        finally:
            for statement in restore:
                cursor.execute(statement)


@pytest.fixture
def noon() -> datetime:
    """A Monday, long past."""
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def sign_in():
    """Return a browser in which the given person is signed in."""

    def _sign_in(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _sign_in


@pytest.fixture
def as_owner_of_the_database(db):
    """Give a context in which a test may tamper with what the database guards."""
    return lambda: guards_lifted(connection)


@pytest.fixture
def together(transactional_db, tmp_path):
    """Run what it is given at once, each in a thread with its own connection.

    Returns what each gave or raised, in order. An SQLite database in memory belongs to one
    thread, so the test goes on in a copy of it in a file.
    """
    is_in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    if is_in_memory:
        connection.ensure_connection()
        memory, name = connection.connection, connection.settings_dict["NAME"]
        file = tmp_path / "threads.sqlite3"
        with closing(sqlite3.connect(file)) as copy:
            memory.backup(copy)
        connection.connection, connection.settings_dict["NAME"] = None, str(file)
    yield _at_once
    if is_in_memory:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = memory, name


def _at_once(*works):
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        try:
            barrier.wait()
            results[number] = work()
        except Exception as error:  # noqa: BLE001 - what it raised is the result
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _person(role: str, name: str, **fields):
    @pytest.fixture(name=name.lower())
    def person(db):
        from implportal.accounts.tests.factories import UserFactory

        return UserFactory(
            name=f"{name} Example", email=f"{name.lower()}@example.com", role=role, **fields
        )

    return person


ines = _person("IMPLEMENTATION_MANAGER", "Ines")
sam = _person("IMPLEMENTATION_MANAGER", "Sam")
piet = _person("PROJECT_MANAGER", "Piet")
bea = _person("BUSINESS_MANAGER", "Bea")
cora = _person("COMMERCE", "Cora")
conny = _person("CONSULTANT", "Conny")
adam = _person("ADMINISTRATOR", "Adam", is_staff=True, is_superuser=True)


@pytest.fixture(autouse=True)
def _own_var_dir(settings, tmp_path):
    """Files, keys and mail of a test stay in its own folder."""
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _own_cache(settings):
    """Rate limits that one test used up must not meet the next, here or in another process."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}}


@pytest.fixture(autouse=True)
def _queue_at_once(settings):
    """Tasks run when their transaction commits, in the same process."""
    from implportal.celery import app

    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
