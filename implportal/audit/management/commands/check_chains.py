from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from implportal.audit.domain import check_chains


class Command(BaseCommand):
    help = "Recompute every chain of the record; ends with an error where one does not fit."

    def handle(self, *_args: Any, **_options: Any) -> None:
        check = check_chains(at=timezone.now(), on_broken=self._tell)
        if check.missing:
            self.stdout.write(f"{check.missing} chains that were there before are gone")
        told = f"{check.chains} chains, {check.entries} entries"
        if not check.is_whole:
            raise CommandError(f"NOT WHOLE: {told}, {len(check.broken)} chains broken.")
        self.stdout.write(f"WHOLE: {told}.")

    def _tell(self, chain: str, sequence: int) -> None:
        self.stdout.write(f"{chain} does not fit from entry {sequence} on")
