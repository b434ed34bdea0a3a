from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import Meeting
from implportal.projects.models import Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class KickoffQuerySet(models.QuerySet["Kickoff"]):
    def visible_to(self, user: User) -> KickoffQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> Kickoff:
        """Re-read one kick-off, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Kickoff(models.Model):
    """The conference with which the delivery begins; one for each project."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        HELD = "HELD", _("Held")

    MOVES = {State.PLANNED: frozenset({State.HELD})}
    """From -> to. A state without an entry is final."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="kickoff")
    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="kickoff")
    goals = models.TextField(_("goals"), blank=True)
    milestones = models.TextField(_("milestones agreed"), blank=True)
    rules = models.TextField(_("rules of working together"), blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PLANNED)
    held_at = models.DateTimeField(null=True, editable=False)
    number = models.CharField(_("number"), max_length=20, blank=True, editable=False)

    objects = KickoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("kick-off")
        constraints = [
            models.CheckConstraint(
                name="kickoff_held_has_moment_and_number",
                condition=Q(state="PLANNED", held_at=None, number="")
                | (Q(state="HELD", held_at__isnull=False) & ~Q(number="")),
            ),
            models.UniqueConstraint(
                fields=["number"], name="kickoff_number_is_unique", condition=~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("delivery:kickoff_detail", kwargs={"project_pk": self.project_id})

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD
