from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from implportal.notifications.models import Message
from implportal.projects.models import Contact, Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class LinkKind(models.TextChoices):
    READ = "READ", _("To read")
    DISCUSS = "DISCUSS", _("To read and discuss")
    SIGN = "SIGN", _("To sign")
    ANSWER = "ANSWER", _("To answer a survey")
    REQUEST = "REQUEST", _("To send requests")
    ATTEND = "ATTEND", _("To attend a training")
    CONFIRM = "CONFIRM", _("To confirm minutes")
    FEEDBACK = "FEEDBACK", _("To say how a meeting was")


DECIDING_KINDS = frozenset({LinkKind.SIGN, LinkKind.CONFIRM})
"""Behind these, somebody's part in a signature request waits to be decided."""


class SharedLinkQuerySet(models.QuerySet["SharedLink"]):
    def visible_to(self, user: User) -> SharedLinkQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def to(self, subject: models.Model) -> SharedLinkQuerySet:
        """All links that lead to one thing."""
        return self.filter(
            content_type=ContentType.objects.get_for_model(subject), object_id=subject.pk
        )

    def open_at(self, now: datetime) -> SharedLinkQuerySet:
        """Neither expired nor taken back."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def locked(self, pk: int) -> SharedLink:
        """Re-read one link, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class SharedLink(models.Model):
    """One thing of one project, given to one person who has no account.

    The token stands in the mail alone; here is only its SHA-256. Sending again makes
    a new link and revokes this one (``replaced_by``). ``mail`` is what the mail was made
    from, without the address, so that it can be sent again.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=LinkKind)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_sha256 = models.CharField(max_length=64, unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="shared_links")
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey()
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, related_name="shared_links"
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent"))
    valid_days = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField(_("open until"))
    revoked_at = models.DateTimeField(null=True)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaces"
    )
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    mail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    delivered_at = models.DateTimeField(_("handed to the mail server"), null=True)
    undelivered_at = models.DateTimeField(_("could not be delivered"), null=True)
    undelivered_reason = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True)
    copied_by_hand = models.BooleanField(default=False)
    """Somebody of ours had the address in hand, so signing always asks for a code."""

    objects = SharedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared link")
        indexes = [
            models.Index(fields=["project", "-sent_at"], name="link_of_project"),
            models.Index(fields=["content_type", "object_id"], name="link_of_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="link_kind_is_known", condition=Q(kind__in=LinkKind.values)
            ),
            models.CheckConstraint(
                name="link_ends_after_sending", condition=Q(expires_at__gt=F("sent_at"))
            ),
            models.CheckConstraint(
                name="link_undelivered_has_reason",
                condition=Q(undelivered_at=None, undelivered_reason="")
                | (Q(undelivered_at__isnull=False) & ~Q(undelivered_reason="")),
            ),
            models.CheckConstraint(
                name="link_replaced_is_revoked",
                condition=Q(replaced_by=None) | Q(revoked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now
