from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from implportal.accounts.models import User
from implportal.notifications.models import Message
from implportal.portal.demo.company import CUSTOMER_TO_TRY, PEOPLE, password_file


class Command(BaseCommand):
    help = "Print how to sign in to the demo, and a link that a customer was sent."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not password_file().exists():
            return
        password = password_file().read_text().strip()
        there = set(User.objects.values_list("email", flat=True))
        self.stdout.write(f"  Sign in with the password {password} as")
        for key, _name, role, _title in PEOPLE:
            email = f"{key}@example.com"
            if email in there:
                self.stdout.write(f"    {email:<20} {role.label}")
        mail = (
            Message.objects.filter(to=CUSTOMER_TO_TRY, secrets__has_key="link")
            .order_by("-created_at", "-pk")
            .first()
        )
        if mail and not settings.MAIL_LEAVES:
            self.stdout.write(f"  As a customer ({mail.to_name}) open\n    {mail.secrets['link']}")
