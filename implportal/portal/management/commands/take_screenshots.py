from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread

from implportal.accounts.models import User
from implportal.notifications.models import Message
from implportal.projects.models import Project

PROJECT = "Terminals for the warehouse"
DESK = {"width": 1280, "height": 960}
PHONE = {"width": 390, "height": 1100}
MOST_BYTES = 300_000


@dataclass(frozen=True)
class Shot:
    """One picture: of which address, at which size, with whose session cookie."""

    name: str
    address: str
    size: dict[str, int]
    session: str = ""


class Command(BaseCommand):
    help = "Take the pictures of the README from the demo, on a server and a database of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "docs" / "images")

    def handle(self, *_args: Any, out: Path, **_options: Any) -> None:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise CommandError("Playwright is missing: install requirements-dev.txt.") from error
        if not (chromium := shutil.which("chromium") or shutil.which("google-chrome")):
            raise CommandError("There is no Chromium: apt install chromium.")
        out.mkdir(parents=True, exist_ok=True)
        # The database is read before Playwright's event loop runs in this thread.
        with demo_portal() as (base_url, shots), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
            )
            for shot in shots:
                file = out / f"{shot.name}.png"
                context = browser.new_context(
                    base_url=base_url, viewport=shot.size, locale="en-GB", reduced_motion="reduce"
                )
                if shot.session:
                    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": shot.session}
                    context.add_cookies([{**cookie, "url": base_url}])
                page = context.new_page()
                page.goto(shot.address, wait_until="networkidle")
                page.screenshot(path=file)
                context.close()
                if file.stat().st_size > MOST_BYTES:
                    raise CommandError(f"{file} is larger than {MOST_BYTES:,} bytes.")
                self.stdout.write(f"{file}: {file.stat().st_size:,} bytes")
            browser.close()


@contextmanager
def demo_portal() -> Iterator[tuple[str, list[Shot]]]:
    """Serve the demo from a throw-away database and folder; give its address and the shots."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
            place = {
                "VAR_DIR": Path(folder),
                "MEDIA_ROOT": Path(folder) / "media",
                "STORAGES": {**settings.STORAGES, "staticfiles": static},
                "ALLOWED_HOSTS": ["localhost", "testserver"],
            }
            with override_settings(**place), _served() as base_url:
                yield base_url, fill()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def _served() -> Iterator[str]:
    shared = {}
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        connection.inc_thread_sharing()
        shared[connection.alias] = connections[connection.alias]
    thread = LiveServerThread("localhost", StaticFilesHandler, connections_override=shared)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        if thread.error:
            raise thread.error
        base_url = f"http://localhost:{thread.port}"
        with override_settings(BASE_URL=base_url):
            yield base_url
    finally:
        thread.terminate()
        if shared:
            connection.dec_thread_sharing()


def fill() -> list[Shot]:
    """Fill the database with the demo and say what is worth a picture."""
    call_command("seed_demo")
    client = Client()
    client.force_login(
        User.objects.get(email="ines@example.com"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    project = Project.objects.get(title=PROJECT)
    mail = Message.objects.filter(secrets__has_key="link").order_by("-created_at", "-pk")[0]
    return [
        Shot("project", project.get_absolute_url(), DESK, session),
        Shot("customer", mail.secrets["link"], PHONE),
    ]
