from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import Tags, register


@register(Tags.security, deploy=True)
def check_that_mail_leaves(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Without a mail server, administrators can read links and codes in the browser."""
    if settings.MAIL_LEAVES:
        return []
    return [
        checks.Warning(
            "EMAIL_URL is not set: no mail leaves, and administrators can read the links "
            "and one-time codes in it.",
            hint="Set EMAIL_URL to your SMTP server.",
            id="notifications.W001",
        )
    ]
