"""How those who came found a meeting."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models.meetings import Attendee

RATINGS = range(1, 6)
"""From poor to excellent."""


class Feedback(models.Model):
    """What one person thought of a meeting; said by themselves, or noted by one of us."""

    attendee = models.OneToOneField(Attendee, on_delete=models.CASCADE, related_name="feedback")
    rating = models.PositiveSmallIntegerField(_("rating"))
    note = models.CharField(_("note"), max_length=1000, blank=True)
    given_at = models.DateTimeField(_("given"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    """Who of us noted it; None where the person gave it behind a link."""

    class Meta:
        verbose_name = _("feedback")
        constraints = [
            models.CheckConstraint(
                name="feedback_rating_is_one_to_five", condition=Q(rating__range=(1, 5))
            )
        ]

    def __str__(self) -> str:
        return f"{self.rating} {self.note}".strip()
