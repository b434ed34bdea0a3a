"""The only sender of mail. A row in the database is the queue; a sweep hands out what is due."""

from __future__ import annotations

import logging
import mimetypes
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.html import escape, urlize

from implportal.accounts.models import User
from implportal.celery import send_on_commit
from implportal.notifications.models import HIDDEN, Message
from implportal.notifications.registry import DELIVERY_LISTENERS

logger = logging.getLogger(__name__)

CALENDAR_METHOD = re.compile(r"^METHOD:([A-Z]+)", re.MULTILINE)
PERMANENT = 500
"""From here on an answer of a mail server is final (RFC 5321, 4.2.1)."""
RETRY_AFTER = (1, 5, 15, 60, 240, 720, 1440)
"""Minutes until the next try, after the first, second, … failure; then it is given up."""


def notify(
    *,
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, object],
    dedupe_key: str,
    at: datetime,
    to_name: str = "",
    user: User | None = None,
    project_id: int | None = None,
    url: str = "",
    secrets: Mapping[str, str] | None = None,
    attachments: Sequence[tuple[str, str]] = (),
    calendar: str = "",
) -> Message:
    """Queue one message made from a text template; the same key queues it only once.

    ``is_new`` of what is returned tells whether this call did.

    In the template, each name in ``secrets`` is a variable. ``url`` (without any
    token) is where the person finds the matter in the portal. ``calendar`` is an
    iCalendar object with a METHOD, which the person's calendar takes out of the mail.
    """
    text = render_to_string(
        template,
        {
            **context,
            "to_name": to_name or (user.name if user else ""),
            "organisation": settings.ORGANISATION_NAME,
            "base_url": settings.BASE_URL,
            "url": url,
            **{name: f"[[{name}]]" for name in secrets or {}},
        },
    )
    return _queue(
        to=to, to_name=to_name or (user.name if user else ""), user=user, project_id=project_id,
        subject=subject, text=text, secrets=dict(secrets or {}), url=url,
        attachments=attachments, calendar=calendar, dedupe_key=dedupe_key, at=at,
    )  # fmt: skip


def queue_mail(
    *, to: str, subject: str, text: str, secrets: Mapping[str, str], at: datetime
) -> Message:
    """Queue a mail whose text is finished, hiding every value of ``secrets`` in it."""
    for name, value in secrets.items():
        text = text.replace(value, f"[[{name}]]")
    return _queue(
        to=to, subject=subject, text=text, secrets=dict(secrets), at=at,
        dedupe_key=f"mail:{uuid.uuid4()}",
    )  # fmt: skip


def _queue(
    *,
    to: str,
    subject: str,
    text: str,
    secrets: dict[str, str],
    dedupe_key: str,
    at: datetime,
    to_name: str = "",
    user: User | None = None,
    project_id: int | None = None,
    url: str = "",
    attachments: Sequence[tuple[str, str]] = (),
    calendar: str = "",
) -> Message:
    with transaction.atomic():
        message, is_new = Message.objects.get_or_create(
            dedupe_key=dedupe_key,
            defaults={
                "to": to,
                "to_name": to_name,
                "user": user,
                "project_id": project_id,
                "subject": " ".join(subject.split())[:250],
                "text": text.replace("\x00", ""),
                "secrets": secrets,
                "url": url,
                "attachments": [list(pair) for pair in attachments],
                "calendar": calendar,
                "created_at": at,
                "due_at": at,
            },
        )
        message.is_new = is_new
        if is_new:
            send_on_commit("notifications.deliver", message_id=message.pk)
    return message


def deliver_message(*, message_id: int, now: datetime) -> bool:
    """Send one message unless another worker has it. True if a mail left.

    The claim is one UPDATE, so of two workers one wins. A worker that dies between
    sending and recording leaves a claim that expires, and the mail goes out again
    with the same Message-ID: we prefer that to its never going out. Where no mail
    server is configured the message is kept for administrators to read.
    """
    mine = Message.objects.filter(pk=message_id)
    claimed = mine.claimable(now).update(
        status=Message.Status.SENDING, claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    if not settings.MAIL_LEAVES:
        mine.update(status=Message.Status.KEPT, sent_at=now)
        return False
    message = mine.get()
    try:
        _mail(message).send()
    except (OSError, SMTPException) as error:
        if refusal := _refusal(error):
            settle_message(message, Message.Status.BOUNCED, error=refusal, now=now)
        else:
            _put_back(message, error=error, now=now)
        return False
    settle_message(message, Message.Status.SENT, now=now)
    return True


def settle_message(
    message: Message, status: Message.Status, *, now: datetime, error: str = ""
) -> bool:
    """Note how the delivery ended and tell the listeners; False if it was noted before.

    Whatever was secret in the mail is erased, unless it is kept for another try.
    """
    with transaction.atomic():
        fields: dict[str, object] = {"status": status, "last_error": error[:300]}
        if status == Message.Status.SENT:
            fields["sent_at"] = now
        if status != Message.Status.FAILED:
            fields["secrets"] = dict.fromkeys(message.secrets, HIDDEN)
        changed = (
            Message.objects.filter(pk=message.pk)
            .exclude(status__in=[status, Message.Status.BOUNCED])
            .update(**fields)
        )
        if not changed:
            return False
        for name, value in fields.items():
            setattr(message, name, value)
        for listener in DELIVERY_LISTENERS:
            try:
                with transaction.atomic():
                    listener.handle(message, now)
            except Exception:
                logger.exception("Delivery listener %s failed", listener.key)
    return True


def deliver_due(*, now: datetime, limit: int = 500) -> int:
    """Send what is due and was not sent when it was queued; the number of mails that left."""
    due = Message.objects.claimable(now).order_by("due_at", "pk").values_list("pk", flat=True)
    return sum(deliver_message(message_id=pk, now=now) for pk in list(due[:limit]))


def send_again(*, message: Message, at: datetime) -> None:
    """Put a message that was given up back into the queue."""
    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, status=Message.Status.FAILED).update(
            status=Message.Status.WAITING, due_at=at, attempts=0
        )
        if changed:
            send_on_commit("notifications.deliver", message_id=message.pk)


def mark_seen(*, user: User, at: datetime) -> None:
    """Note that ``user`` has seen the messages in the portal."""
    Message.objects.filter(user=user, seen_at=None).update(seen_at=at)


def unseen_by(user: User) -> int:
    """Return how many messages ``user`` has not seen in the portal; one query."""
    return Message.objects.filter(user=user, seen_at=None).count()


def _put_back(message: Message, *, error: Exception, now: datetime) -> None:
    """Wait longer after each failure; ``attempts`` counts the one that just failed."""
    tries = message.attempts
    minutes = RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]
    words = f"{type(error).__name__}: {error}"[:300]
    Message.objects.filter(pk=message.pk).update(
        status=Message.Status.WAITING, due_at=now + timedelta(minutes=minutes), last_error=words
    )
    if tries > len(RETRY_AFTER):
        settle_message(message, Message.Status.FAILED, error=words, now=now)


def _refusal(error: Exception) -> str:
    """What the mail server said if it refused this mail for good, not us or for now."""
    if isinstance(error, SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPDataError):
        code, words = error.smtp_code, error.smtp_error
    else:
        return ""
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return f"{code} {' '.join(text.split())}" if code >= PERMANENT else ""


def _mail(message: Message) -> EmailMultiAlternatives:
    text = message.full_text()
    headers = {
        # The same on every try: a mail server drops the second copy.
        "Message-ID": message_id(message.pk),
        "Auto-Submitted": "auto-generated",
    }
    if settings.BOUNCE_ADDRESS:
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=text,
        from_email=settings.BOUNCE_ADDRESS or None,
        to=[f'"{_plain(message.to_name)}" <{message.to}>' if message.to_name else message.to],
        headers=headers,
    )
    mail.attach_alternative(
        render_to_string("email/message.html", {"paragraphs": _paragraphs(text)}), "text/html"
    )
    if message.calendar:
        method = CALENDAR_METHOD.search(message.calendar)[1]
        mail.attach_alternative(message.calendar, f"text/calendar; method={method}")
    for shown_name, stored_name in message.attachments:
        kind = mimetypes.guess_type(shown_name)[0] or "application/octet-stream"
        with default_storage.open(stored_name) as file:
            mail.attach(shown_name, file.read(), kind)
    return mail


def message_id(pk: int) -> str:
    """Return the Message-ID of a mail. Nobody who has not had it can name it in a bounce."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    proof = salted_hmac("implportal.notifications.message", str(pk), algorithm="sha256")
    return f"<{pk}.{proof.hexdigest()[:32]}@{host}>"


def _plain(name: str) -> str:
    return "".join(char for char in name if char.isprintable() and char not in '"\\<>')


def _paragraphs(text: str) -> list[str]:
    """Return HTML-safe paragraphs in which addresses are links."""
    return [
        urlize(escape(part), nofollow=True).replace("\n", "<br>")
        for part in text.strip().split("\n\n")
    ]
