"""A real Chromium before a real server, and whoever sits at it.

Run them with ``pytest -m browser``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from implportal.accounts.models import User
from implportal.documents.keys.development import chain_file
from implportal.notifications.models import Message
from implportal.portal.demo.company import Cast, make_people
from implportal.portal.tests.browser.visitor import Visitor

# Playwright keeps an event loop in this thread; Django then takes ours for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, which keeps to this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    launch = {**browser_type_launch_args, "args": arguments}
    return launch | ({"executable_path": found} if found else {})


@pytest.fixture(scope="session")
def base_url() -> None:
    """Unused; Playwright's own is written in a way that pytest warns of."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """SQLite in a file: in memory all requests would share one connection and its transaction."""
    if django_settings.IS_SQLITE:
        database = django_settings.DATABASES["default"]
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(file)}
        # Nothing here has to outlive a power cut.
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def seal_keys(tmp_path_factory):
    """Return a folder with a development key; making one takes seconds."""
    folder = tmp_path_factory.mktemp("seal")
    with override_settings(VAR_DIR=folder):
        chain_file()
    return folder / "keys"


@pytest.fixture
def portal(transactional_db, live_server, settings, seal_keys) -> str:
    """Return the address of the running portal."""
    settings.BASE_URL = live_server.url
    shutil.copytree(seal_keys, settings.VAR_DIR / "keys")
    return live_server.url


@pytest.fixture
def company(portal) -> Cast:
    """Our people, as in the demo."""
    return make_people()


@pytest.fixture
def visit(portal, new_context) -> Callable[..., Visitor]:
    """Return a new browser; for ``user`` if there is one, of ``options`` as Playwright has them.

    At the end of the test no page may have written an error to the console: that is
    where the browser says what the content security policy forbade.
    """
    visitors: list[Visitor] = []

    def _visit(user: User | None = None, **options: object) -> Visitor:
        options = {"viewport": DESK, "reduced_motion": "reduce", "locale": "en-GB"} | options
        context = new_context(base_url=portal, **options)
        context.set_default_timeout(15_000)
        if user:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": cookie, "url": portal}])
        visitor = Visitor(context.new_page(), has_script=options.get("java_script_enabled", True))
        visitors.append(visitor)
        return visitor

    yield _visit
    for visitor in visitors:
        # A request that is still under way would meet an emptied database.
        visitor.page.wait_for_load_state("networkidle")
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def phone(visit) -> Callable[..., Visitor]:
    """Return a new browser, 360 pixels wide."""

    def _phone(**options: object) -> Visitor:
        return visit(viewport=PHONE, has_touch=True, **options)

    return _phone


@pytest.fixture
def mailed() -> Callable[[str, str], str]:
    """Return what only the newest mail to ``email`` holds: its "link" or its "code"."""

    def _mailed(email: str, secret: str) -> str:
        mail = Message.objects.filter(to=email, secrets__has_key=secret).order_by("-pk").first()
        assert mail is not None, f"no {secret} was mailed to {email}"
        return mail.secrets[secret]

    return _mailed
