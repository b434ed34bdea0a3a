from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.test import override_settings

from implportal.portal.bench.measure import Limit, Ratio
from implportal.portal.bench.run import fill, measure


class Command(BaseCommand):
    help = "Measure our pages as ratios to bare Django pages with the same rows, in one run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--projects", type=int, default=10_000)
        parser.add_argument("--rounds", type=int, default=60)

    def handle(self, *_args: Any, projects: int, rounds: int, **_options: Any) -> None:
        logging.disable(logging.INFO)
        # Pages name their files by what is in them, so these must have been collected.
        call_command("collectstatic", interactive=False, verbosity=0)
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            with (
                tempfile.TemporaryDirectory() as folder,
                override_settings(
                    MEDIA_ROOT=Path(folder), ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"]
                ),
            ):
                self.report(projects=projects, rounds=rounds)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)

    def report(self, *, projects: int, rounds: int) -> None:
        vendor = connection.vendor
        self.stdout.write(f"{projects} projects on {vendor}, median of {rounds} rounds\n\n")
        self.stdout.write(
            f"{'page':<40}{'ratio':>8}{'goal':>8}{'queries':>9}{'ours ms':>9}{'bare ms':>9}"
        )
        user = fill(projects)
        for found in measure(user=user, projects=projects, rounds=rounds):
            words = self.limit(found) if isinstance(found, Limit) else self.ratio(found)
            self.stdout.write(words + ("   met" if found.is_met else "   MISSED"))

    def ratio(self, found: Ratio) -> str:
        return (
            f"{found.name:<40}{found.ratio:>7.2f}x{found.goal:>7.2f}x{found.queries:>9}"
            f"{found.ours_ms:>9.1f}{found.bare_ms:>9.1f}"
        )

    def limit(self, found: Limit) -> str:
        goal = "–" if found.goal_seconds is None else f"{found.goal_seconds:.2f}s"
        return f"{found.name:<40}{found.seconds:>7.2f}s{goal:>8}{'':>27}"
