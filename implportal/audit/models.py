from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from implportal.audit.registry import ACTIONS

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Chain(models.Model):
    """The end of one hash chain; its row is the lock under which the chain grows."""

    name = models.CharField(max_length=80, unique=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.length})"


class ChainCheckQuerySet(models.QuerySet["ChainCheck"]):
    def newest(self) -> ChainCheck | None:
        return self.order_by("-at", "-pk").first()


class ChainCheck(models.Model):
    """What was found when all chains were recomputed.

    ``broken`` lists the chains that do not fit, each with the first entry that does not;
    ``missing`` counts the chains that were there at an earlier check.
    """

    at = models.DateTimeField()
    chains = models.PositiveIntegerField()
    entries = models.PositiveBigIntegerField()
    missing = models.PositiveIntegerField(default=0)
    broken = models.JSONField(default=list)

    objects = ChainCheckQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="chain_check_newest")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.chains}"

    @property
    def is_whole(self) -> bool:
        return not self.broken and not self.missing


class EntryQuerySet(models.QuerySet["Entry"]):
    def of_project(self, project_id: int) -> EntryQuerySet:
        return self.filter(project_id=project_id)

    def of_subject(self, subject: models.Model) -> EntryQuerySet:
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)

    def told(self, *, with_money: bool) -> EntryQuerySet:
        """Those that may be shown to somebody who may, or may not, see the project's money."""
        money = [action.key for action in ACTIONS if action.tells_money]
        return self if with_money else self.exclude(action__in=money)

    def newest_first(self) -> EntryQuerySet:
        return self.order_by("-at", "-pk")


class Entry(models.Model):
    """One thing that happened to one object. Written once, never changed.

    ``project_id`` is a plain number: the record outlives its project, and this
    app knows nothing of projects.
    """

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="entries")
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=200, blank=True)
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_label = models.CharField(max_length=200)
    project_id = models.PositiveBigIntegerField(null=True)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["project_id", "-at", "-id"], name="entry_of_project"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="entry_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="entry_sequence_is_unique")
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.action} {self.subject_label}"

    @property
    def actor_label(self) -> str:
        """Who did it, as it was called then; the portal itself where nobody did."""
        return self.actor_name or _("The portal")

    @property
    def sentence(self) -> str:
        """What was done, in words; the key of an action that no longer exists."""
        if self.action not in ACTIONS:
            return self.action
        details = _Missing({name: _say(value) for name, value in self.details.items()})
        return str(ACTIONS[self.action].sentence) % details


def _say(value: Any) -> Any:
    """A date is kept as ISO 8601 and said as people say it."""
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        with suppress(ValueError):  # a text that only looks like a date
            return date_format(date.fromisoformat(value), "j F Y")
    return value


class _Missing(dict[str, Any]):
    """An old entry may lack a detail that today's sentence names."""

    def __missing__(self, key: str) -> str:
        return "…"
