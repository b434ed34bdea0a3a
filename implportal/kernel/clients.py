from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address that the outermost trusted proxy saw.

    Each proxy appends whom it talked to, so with n proxies of ours the n-th from the
    right is true, and everything left of it is hearsay.
    """
    proxies = settings.TRUSTED_PROXIES
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(seen) >= proxies and seen[-proxies]:
        return seen[-proxies][:64]
    return request.META.get("REMOTE_ADDR", "")
