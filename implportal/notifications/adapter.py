from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from implportal.notifications.domain.outbox import queue_mail


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators, and all mail goes through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        secrets = {
            name: str(context[name])
            for name in ("password_reset_url", "activate_url", "code")
            if context.get(name)
        }
        queue_mail(
            to=email,
            subject=message.subject.removeprefix(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX or ""),
            text=message.body,
            secrets=secrets,
            at=timezone.now(),
        )
