"""The cast and the clock that every test may ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client


def pytest_configure() -> None:
    """Tests read static files as they lie, and passwords cost nothing."""
    from django.conf import settings

    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"] = {"BACKEND": plain}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
