from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from implportal.accounts.models import User

CLAIM_LASTS = timedelta(minutes=15)
"""A claim older than this belongs to a worker that died; another may take over."""

HIDDEN = "••••••"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Administrators see all mail; everybody sees what was sent to themselves."""
        return self if user.is_administrator else self.filter(user=user)

    def claimable(self, now: datetime) -> MessageQuerySet:
        """Due and waiting, or claimed by a worker not heard of for CLAIM_LASTS."""
        status = Message.Status
        return self.filter(
            Q(status=status.WAITING, due_at__lte=now)
            | Q(status=status.SENDING, claimed_at__lt=now - CLAIM_LASTS)
        )


class Message(models.Model):
    """One mail to one address, kept whether or not it could be sent.

    ``text`` holds ``[[name]]`` where a secret belongs (a link with its token, a
    one-time code). The secrets stand apart in ``secrets`` and are erased once the
    mail has left over SMTP; only where no mail can leave, an administrator sees them.
    """

    class Status(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        SENDING = "SENDING", _("Being sent")
        SENT = "SENT", _("Sent")
        KEPT = "KEPT", _("Kept here")
        FAILED = "FAILED", _("Could not be sent")
        BOUNCED = "BOUNCED", _("Came back")

    dedupe_key = models.CharField(max_length=200, unique=True)
    to = models.EmailField(_("to"))
    to_name = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="messages",
    )
    project_id = models.PositiveBigIntegerField(null=True)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    secrets = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=500, blank=True)
    attachments = models.JSONField(default=list, blank=True)
    """Pairs of the name that is shown and the name in the storage."""
    calendar = models.TextField(blank=True)
    """An iCalendar object with its METHOD, which calendars take out of the mail (RFC 6047)."""
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    is_new = False
    """Not stored: True on what the call that queued it returns."""

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_status_is_known",
                condition=Q(status__in=["WAITING", "SENDING", "SENT", "KEPT", "FAILED", "BOUNCED"]),
            )
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="message_due"),
            models.Index(fields=["user", "-created_at"], name="message_of_user"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"

    def full_text(self) -> str:
        """Return the text with its secrets, as it is sent."""
        return self._with({name: str(value) for name, value in self.secrets.items()})

    def text_without_secrets(self) -> str:
        return self._with(dict.fromkeys(self.secrets, HIDDEN))

    def _with(self, values: dict[str, str]) -> str:
        text = self.text
        for name, value in values.items():
            text = text.replace(f"[[{name}]]", value)
        return text
