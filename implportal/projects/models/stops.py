from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.projects.models.projects import Phase, Project, State

if TYPE_CHECKING:
    from implportal.accounts.models import User

STOPPED = (State.SUSPENDED, State.LOST, State.CANCELLED)
STOPPED_CHOICES = [(state.value, state.label) for state in STOPPED]


class Cause(models.TextChoices):
    PRICE = "PRICE", _("Price")
    BUDGET = "BUDGET", _("No budget")
    COMPETITOR = "COMPETITOR", _("Another supplier suits them better")
    PRODUCT = "PRODUCT", _("The product lacks something")
    TIMING = "TIMING", _("Not the right time")
    PEOPLE = "PEOPLE", _("The people who decide have changed")
    NO_DECISION = "NO_DECISION", _("The customer does not decide")
    OURS = "OURS", _("We have no capacity")
    OTHER = "OTHER", _("Something else")


class StopQuerySet(models.QuerySet["Stop"]):
    def visible_to(self, user: User) -> StopQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))


class Stop(models.Model):
    """Why a project rests or ended, from when to when. A project stops once at a time."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="stops")
    state = models.CharField(_("state"), max_length=9, choices=STOPPED_CHOICES)
    phase = models.CharField(_("phase"), max_length=10, choices=Phase)
    cause = models.CharField(_("cause"), max_length=11, choices=Cause)
    reason = models.CharField(_("reason"), max_length=1000)
    lost_to = models.CharField(_("lost to"), max_length=160, blank=True)
    look_again_on = models.DateField(_("look again on"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("since"))
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resumed_at = models.DateTimeField(_("until"), null=True)
    resumed_reason = models.CharField(_("why it goes on"), max_length=1000, blank=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        indexes = [models.Index(fields=["state", "-stopped_at"], name="stop_standing")]
        constraints = [
            models.CheckConstraint(name="stop_state_is_known", condition=Q(state__in=[*STOPPED])),
            models.CheckConstraint(name="stop_cause_is_known", condition=Q(cause__in=Cause.values)),
            models.UniqueConstraint(
                name="stop_one_at_a_time", fields=["project"], condition=Q(resumed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_state_display()}"
