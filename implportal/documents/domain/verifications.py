from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import BinaryIO

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from implportal.documents.registry import verification_listeners
from implportal.documents.verification import MAX_BYTES, Verdict, verify
from implportal.kernel.errors import DomainError

UPLOADS, WITHIN = 20, timedelta(minutes=10)
"""So many files one network address may hand in within so long."""


class TooLarge(DomainError):
    """The file is larger than anything we seal."""


class TooMany(DomainError):
    """One address has handed in too many files lately."""


def verify_upload(*, file: BinaryIO, at: datetime) -> Verdict:
    """Verify a file that somebody handed in; nothing of it is kept.

    That one of our sealed files was handed in is told to whoever keeps its record.

    Raises:
        TooLarge: it has more than MAX_BYTES.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLarge(too_large())
    verdict = verify(data)
    if verdict.is_sealed_file:
        for listener in verification_listeners():
            listener(verdict.version, verdict.is_valid, at)
    return verdict


def too_large() -> str:
    return _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024 // 1024}


def network(address: str) -> str:
    """What counts as one address. Of IPv6 everybody has 2^64 at home, so these count as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped:  # noqa: PLR2004
        return str(found.ipv4_mapped)
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)  # noqa: PLR2004


def count_upload(*, address: str, at: datetime) -> None:
    """Take one of the places that an address has; they are counted where all processes look.

    A place is taken by adding its key, which of two requests at once only one can. The
    address itself is not stored.

    Raises:
        TooMany: all places within this period are taken.
    """
    seconds = int(WITHIN.total_seconds())
    period = int(at.timestamp()) // seconds
    who = salted_hmac(
        "implportal.documents.verify", network(address), algorithm="sha256"
    ).hexdigest()[:32]
    key = f"verify:{who}:{period}"
    if not cache.get(f"{key}:full"):
        for place in range(UPLOADS):
            if cache.add(f"{key}:{place}", 1, timeout=seconds):
                return
        cache.set(f"{key}:full", 1, timeout=seconds)
    minutes = seconds // 60
    raise TooMany(
        _(
            "More than %(count)s files came from your network within %(minutes)s minutes. Please "
            "wait a little and try again."
        )
        % {"count": UPLOADS, "minutes": minutes}
    )
