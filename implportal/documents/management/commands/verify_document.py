from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from implportal.documents.verification import Outcome, verify


class Command(BaseCommand):
    help = "Say whether a PDF is a sealed document of ours; ends with an error if it is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        verdict = verify(data)
        marks = {Outcome.OK: "ok  ", Outcome.FAILED: "NO  ", Outcome.NOT_APPLICABLE: "–   "}
        self.stdout.write(f"SHA-256 {verdict.sha256}")
        for line in verdict.lines:
            self.stdout.write(f"{marks[line.outcome]} {line.question} {line.meaning}")
        if not verdict.is_valid:
            raise CommandError("NOT VALID")
        self.stdout.write(f"VALID: {verdict.version.number}, version {verdict.version.version}")
