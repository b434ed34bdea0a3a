"""What comes out of a meeting, besides what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models.meetings import Meeting
from implportal.projects.models import Contact, Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class Decision(models.Model):
    """One thing that was decided, in a sentence."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    text = models.CharField(_("decision"), max_length=1000)

    class Meta:
        verbose_name = _("decision")

    def __str__(self) -> str:
        return self.text


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def visible_to(self, user: User) -> ActionItemQuerySet:
        return self.filter(meeting__project__in=Project.objects.visible_to(user))

    def open(self) -> ActionItemQuerySet:
        """What is still to be done, in projects that run and from meetings that took place."""
        return self.filter(done_at=None, meeting__project__in=Project.objects.running()).exclude(
            meeting__state="CANCELLED"
        )

    def locked(self, pk: int) -> ActionItem:
        """Re-read one action item, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ActionItem(models.Model):
    """Something that one person, of ours or of the customer, does until a day."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(_("what is to be done"), max_length=500)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="actions"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="actions"
    )
    due_on = models.DateField(_("due"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("action item")
        indexes = [models.Index(fields=["due_on"], name="action_to_do", condition=Q(done_at=None))]
        constraints = [
            models.CheckConstraint(
                name="action_has_one_owner", condition=Q(user=None) | Q(contact=None)
            ),
            models.CheckConstraint(
                name="action_done_by_somebody",
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def owner(self) -> User | Contact | None:
        """Who does it; read together with ``user`` and ``contact``."""
        return self.user or self.contact
