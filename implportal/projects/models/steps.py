from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.projects.registry import ACTIVITIES

if TYPE_CHECKING:
    from implportal.accounts.models import User


class StepQuerySet(models.QuerySet["Step"]):
    def visible_to(self, user: User) -> StepQuerySet:
        from implportal.projects.models.projects import Project

        return self.filter(project__in=Project.objects.visible_to(user))


class Step(models.Model):
    """Where one of the seventeen activities of a project stands.

    Every project has one row for each, made with it. The rows are kept up to date by
    the domain of the phases, so that a list of projects can show them with one query.
    """

    class State(models.TextChoices):
        NOT_STARTED = "NOT_STARTED", _("Not started")
        IN_PROGRESS = "IN_PROGRESS", _("In progress")
        WAITING = "WAITING", _("Waiting for the customer")
        DONE = "DONE", _("Done")
        WAIVED = "WAIVED", _("Waived")

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=16)
    order = models.PositiveSmallIntegerField()
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.NOT_STARTED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="steps_owned",
        verbose_name=_("owner"),
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    waiting_on = models.CharField(_("waiting on"), max_length=200, blank=True)
    waived_reason = models.CharField(_("why it is not needed"), max_length=1000, blank=True)
    started_at = models.DateTimeField(null=True)
    state_since = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="step_is_unique"),
            models.CheckConstraint(
                name="step_state_is_known",
                condition=Q(state__in=["NOT_STARTED", "IN_PROGRESS", "WAITING", "DONE", "WAIVED"]),
            ),
            models.CheckConstraint(
                name="step_waived_has_reason",
                condition=~Q(state="WAIVED") | ~Q(waived_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse(
            "projects:step_detail", kwargs={"project_pk": self.project_id, "key": self.key}
        )

    @property
    def title(self) -> str:
        return str(ACTIVITIES[self.key].title)

    @property
    def phase(self) -> str:
        return ACTIVITIES[self.key].phase

    @property
    def purpose(self) -> str:
        return str(ACTIVITIES[self.key].purpose)

    @property
    def pages_url(self) -> str:
        """The activity's own pages, or an empty text where it has none yet."""
        route = ACTIVITIES[self.key].route
        return reverse(route, kwargs={"project_pk": self.project_id}) if route else ""

    @property
    def url(self) -> str:
        """Where to go on with it: its own pages, or the page every activity has."""
        return self.pages_url or self.get_absolute_url()

    @property
    def is_open(self) -> bool:
        return self.state not in {self.State.DONE, self.State.WAIVED}
