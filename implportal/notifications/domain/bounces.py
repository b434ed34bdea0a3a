"""Mails that come back later. The report (RFC 3464) names the mail by the id that we gave it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import unquote

from django.utils.crypto import constant_time_compare

from implportal.notifications.domain.outbox import message_id, settle_message
from implportal.notifications.models import Message

logger = logging.getLogger(__name__)

LARGEST_BYTES = 20 * 1024 * 1024
"""A report may carry the whole mail with its files; what is larger is cut off."""

OUR_ID = re.compile(r"<(\d{1,18})\.[0-9a-f]{32}@[^<>@\s]{1,255}>")


@dataclass(frozen=True)
class Bounce:
    """One report that a mail was not delivered for good; ``ids`` are the mails it names."""

    ids: tuple[str, ...]
    reason: str


def note_bounce(*, raw: bytes, now: datetime) -> Message | None:
    """Note that a mail of ours came back, as a mail server reports; the mail it is about.

    None where ``raw`` is no such report, speaks of no mail of ours, or was noted before.
    """
    bounce = read_bounce(raw)
    for found in bounce.ids if bounce else ():
        match = OUR_ID.fullmatch(found)
        if match is None or not constant_time_compare(found, message_id(int(match[1]))):
            continue
        message = Message.objects.filter(pk=int(match[1])).first()
        if message is not None and settle_message(
            message, Message.Status.BOUNCED, error=bounce.reason, now=now
        ):
            return message
    return None


def read_bounce(raw: bytes) -> Bounce | None:
    """Return what a mail says if it reports a failure for good, whatever its form otherwise."""
    try:
        mail = message_from_bytes(raw[:LARGEST_BYTES], policy=policy.default)
        return _read(mail)
    except Exception as error:  # noqa: BLE001 - anybody may send anything to this address
        logger.warning("A mail that came back could not be read: %s", type(error).__name__)
        return None


def _read(mail: EmailMessage) -> Bounce | None:
    if mail.get_content_type() != "multipart/report":
        return None
    reasons, ids = [], []
    for part in mail.iter_parts():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            reasons += [words for block in part.get_payload() if (words := _reason(block))]
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            ids += _ids(part)
    if not reasons:
        return None
    return Bounce(ids=tuple(ids), reason=reasons[0][:300])


def _reason(block: EmailMessage) -> str:
    """What is said about one recipient, empty unless the mail failed for good."""
    status = str(block.get("Status", "")).strip()
    if str(block.get("Action", "")).strip().lower() != "failed" or not status.startswith("5"):
        return ""
    _kind, _semicolon, words = str(block.get("Diagnostic-Code", "")).partition(";")
    return " ".join((words or status).replace("\x00", "").split())


def _ids(part: EmailMessage) -> Iterator[str]:
    if part.get_content_type() == "message/rfc822":
        headers = part.get_payload(0)
    else:
        headers = message_from_bytes(part.get_payload(decode=True) or b"", policy=policy.compat32)
    for value in headers.get_all("Message-ID", []):
        yield f"<{unquote(str(value).strip())}>"
