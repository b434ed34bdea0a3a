"""What must hold before documents are sealed for real."""

from __future__ import annotations

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def seal_key_is_real(**_kwargs: object) -> list[checks.CheckMessage]:
    """Refuse the self-made key chain in production."""
    if settings.SEAL_KEY != "dev":
        return []
    return [
        checks.Error(
            "Documents would be sealed with a development key, marked TEST SEAL.",
            hint="Set SEAL_KEY=p12 or pkcs11 (.env.example); then try it: manage.py check_seal.",
            id="documents.E001",
        )
    ]
