from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from implportal.portal.demo.company import password_file
from implportal.portal.walk.browser import WalkFailed
from implportal.portal.walk.forms import upload
from implportal.portal.walk.steps import walk_through


class Command(BaseCommand):
    help = (
        "Take one new project through the running portal, from the first meeting to the last "
        "payment, as people would: through its pages and its mail."
    )
    # It may be far from the database of the portal that it visits.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--solution", type=Path, required=True, help="version 1 of a solution, in Markdown"
        )
        parser.add_argument("--revised", type=Path, required=True, help="its revised text")
        parser.add_argument(
            "--out", type=Path, required=True, help="folder for the PDFs and report.md"
        )
        parser.add_argument(
            "--base-url", default=settings.BASE_URL, help="where the portal runs: %(default)s"
        )
        parser.add_argument(
            "--password", default="", help="of the demo people; else the one kept in VAR_DIR"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        password = options["password"]
        if not password and password_file().is_file():
            password = password_file().read_text().strip()
        if not password:
            raise CommandError(
                f"There are no demo people: {password_file()} is missing. Start the portal once, "
                "or give their password with --password."
            )
        texts = []
        for name in ("solution", "revised"):
            try:
                texts.append(upload(options[name]))
            except OSError as error:
                raise CommandError(f"--{name} cannot be read: {error}") from error
        try:
            options["out"].mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"--out cannot be made: {error}") from error
        try:
            report = walk_through(
                base_url=options["base_url"],
                password=password,
                solution=texts[0],
                revised=texts[1],
                out=options["out"],
                say=self.say,
            )
        except WalkFailed as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(self.style.SUCCESS(f"The whole way. What happened is in {report}"))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
