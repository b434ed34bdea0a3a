"""The only sender of mail. A row in the database is the queue; a sweep hands out what is due."""

from __future__ import annotations

import mimetypes
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils.html import escape, urlize

from implportal.accounts.models import User
from implportal.celery import send_on_commit
from implportal.notifications.models import HIDDEN, Message

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
) -> Message:
    """Queue one message made from a text template; the same key queues it only once.

    ``is_new`` of what is returned tells whether this call did.

    In the template, each name in ``secrets`` is a variable. ``url`` (without any
    token) is where the person finds the matter in the portal.
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
        attachments=attachments, dedupe_key=dedupe_key, at=at,
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
        _put_back(message, error=error, now=now)
        return False
    mine.update(
        status=Message.Status.SENT,
        sent_at=now,
        last_error="",
        secrets=dict.fromkeys(message.secrets, HIDDEN),
    )
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
    given_up = tries > len(RETRY_AFTER)
    minutes = RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]
    Message.objects.filter(pk=message.pk).update(
        status=Message.Status.FAILED if given_up else Message.Status.WAITING,
        due_at=now + timedelta(minutes=minutes),
        last_error=f"{type(error).__name__}: {error}"[:300],
    )


def _mail(message: Message) -> EmailMultiAlternatives:
    text = message.full_text()
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=text,
        to=[f'"{_plain(message.to_name)}" <{message.to}>' if message.to_name else message.to],
        headers={
            # The same on every try: a mail server drops the second copy.
            "Message-ID": f"<message-{message.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(
        render_to_string("email/message.html", {"paragraphs": _paragraphs(text)}), "text/html"
    )
    for shown_name, stored_name in message.attachments:
        kind = mimetypes.guess_type(shown_name)[0] or "application/octet-stream"
        with default_storage.open(stored_name) as file:
            mail.attach(shown_name, file.read(), kind)
    return mail


def _plain(name: str) -> str:
    return "".join(char for char in name if char.isprintable() and char not in '"\\<>')


def _paragraphs(text: str) -> list[str]:
    """Return HTML-safe paragraphs in which addresses are links."""
    return [
        urlize(escape(part), nofollow=True).replace("\n", "<br>")
        for part in text.strip().split("\n\n")
    ]
