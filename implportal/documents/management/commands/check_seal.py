from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from implportal.documents import keys, sealing
from implportal.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Seal and verify one empty page with the present settings; ends with an error if not."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = keys.load_signer()
            plan = sealing.rehearse(key)
        except DomainError as error:
            raise CommandError(f"Documents cannot be sealed: {error}") from error
        ends = key.certificate.not_valid_after_utc
        self.stdout.write(f"key      {key.subject}{' (TEST SEAL)' if key.is_test else ''}")
        self.stdout.write(f"SHA-256  {key.fingerprint}")
        self.stdout.write(f"until    {ends:%Y-%m-%d}")
        self.stdout.write(f"stamps   {plan.stamper.authority if plan.stamper else 'none'}")
        self.stdout.write(f"level    {plan.level.label}")
        if plan.remark:
            self.stdout.write(f"         not higher: {plan.remark}")
