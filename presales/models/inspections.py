"""Company inspection: where the visitors are when, and what must be arranged before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import Meeting
from implportal.projects.models import Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class ItineraryItem(models.Model):
    """One stop of the visit: from when to when, where, and who of us receives the visitors."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="itinerary")
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"))
    title = models.CharField(_("what"), max_length=160)
    place = models.CharField(_("place"), max_length=120, blank=True)
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("host"),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("item of the itinerary")
        constraints = [
            models.CheckConstraint(
                name="itinerary_item_ends_after_it_starts", condition=Q(end_at__gt=F("start_at"))
            ),
            models.CheckConstraint(name="itinerary_item_has_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class ArrangementQuerySet(models.QuerySet["Arrangement"]):
    def visible_to(self, user: User) -> ArrangementQuerySet:
        return self.filter(meeting__project__in=Project.objects.visible_to(user))

    def open(self) -> ArrangementQuerySet:
        """What is still to be arranged, for visits that may still take place."""
        return self.filter(
            done_at=None, meeting__state="PLANNED", meeting__project__in=Project.objects.running()
        )

    def locked(self, pk: int) -> Arrangement:
        """Re-read one arrangement, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Arrangement(models.Model):
    """Something that must be seen to before the visitors come."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="arrangements")
    order = models.PositiveIntegerField(_("order"))
    text = models.CharField(_("what is to be arranged"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="arrangements",
        verbose_name=_("who"),
    )
    due_on = models.DateField(_("until"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ArrangementQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrangement")
        constraints = [
            models.CheckConstraint(name="arrangement_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="arrangement_done_by_somebody",
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text
