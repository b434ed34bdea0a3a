from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from delivery.models.workdays import working_days
from implportal.projects.models import Project

if TYPE_CHECKING:
    from implportal.accounts.models import User

DONE_PERCENT = 100


class PlanQuerySet(models.QuerySet["Plan"]):
    def locked_for(self, project: Project) -> Plan:
        """Re-read the plan of ``project``, made if need be; its row locks all of its tasks."""
        self.get_or_create(project=project)
        return self.select_for_update(of=("self",)).get(project=project)


class Plan(models.Model):
    """What the tasks of one project share: the lock, and the last number given out."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="plan")
    last_number = models.PositiveIntegerField(default=0)

    objects = PlanQuerySet.as_manager()

    def __str__(self) -> str:
        return f"#{self.pk}"


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def open(self) -> TaskQuerySet:
        return self.filter(progress_percent__lt=DONE_PERCENT)


class Task(models.Model):
    """One line of the plan: when, where, who, what, and what else it needs."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        IN_PROGRESS = "IN_PROGRESS", _("In progress")
        DONE = "DONE", _("Done")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    number = models.PositiveIntegerField(_("number"), editable=False)
    position = models.PositiveIntegerField(default=0, editable=False)
    phase_label = models.CharField(_("part of the plan"), max_length=80, blank=True)
    title = models.CharField(_("what"), max_length=160)
    description = models.TextField(_("description"), blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    place = models.CharField(_("where"), max_length=120, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks_owned",
        verbose_name=_("who"),
    )
    owner_name = models.CharField(_("who at the customer"), max_length=120, blank=True)
    needs = models.TextField(_("what else it needs"), blank=True)
    is_milestone = models.BooleanField(_("milestone"), default=False)
    progress_percent = models.PositiveSmallIntegerField(_("progress (percent)"), default=0)
    progress_note = models.CharField(_("last word"), max_length=300, blank=True)
    done_at = models.DateTimeField(null=True, editable=False)
    requirements = models.ManyToManyField(
        "presales.Requirement", blank=True, related_name="tasks", verbose_name=_("requirements")
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        indexes = [
            models.Index(fields=["project", "position"], name="task_in_plan"),
            models.Index(
                fields=["ends_on"], name="task_open_by_end", condition=Q(progress_percent__lt=100)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="task_number_is_unique"),
            models.CheckConstraint(
                name="task_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="task_milestone_is_one_day",
                condition=Q(is_milestone=False) | Q(ends_on=F("starts_on")),
            ),
            models.CheckConstraint(
                name="task_progress_is_a_share", condition=Q(progress_percent__lte=DONE_PERCENT)
            ),
            models.CheckConstraint(
                name="task_done_has_moment",
                condition=Q(progress_percent=DONE_PERCENT, done_at__isnull=False)
                | Q(progress_percent__lt=DONE_PERCENT, done_at=None),
            ),
            models.CheckConstraint(
                name="task_has_one_owner", condition=Q(owner=None) | Q(owner_name="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse(
            "delivery:task_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def code(self) -> str:
        return f"T{self.number}"

    @property
    def state(self) -> Task.State:
        if self.progress_percent == DONE_PERCENT:
            return self.State.DONE
        return self.State.IN_PROGRESS if self.progress_percent else self.State.PLANNED

    @property
    def is_done(self) -> bool:
        return self.progress_percent == DONE_PERCENT

    @property
    def duration_days(self) -> int:
        """Working days from the first to the last day, both counted; a milestone takes none."""
        return 0 if self.is_milestone else working_days(self.starts_on, self.ends_on)

    @property
    def who(self) -> str:
        """Who does it; read together with ``owner``."""
        return self.owner.name if self.owner else self.owner_name

    def is_late(self, today: date) -> bool:
        return not self.is_done and self.ends_on < today


class TaskLink(models.Model):
    """One task comes after another."""

    class Kind(models.TextChoices):
        FINISH_TO_START = "FS", _("starts when the other has ended")

    predecessor = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="links_out")
    successor = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(_("kind"), max_length=2, choices=Kind, default=Kind.FINISH_TO_START)
    lag_days = models.PositiveSmallIntegerField(_("working days between"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"], name="task_link_is_unique"
            ),
            models.CheckConstraint(
                name="task_link_joins_two_tasks",
                condition=~Q(predecessor=F("successor")),
            ),
            models.CheckConstraint(name="task_link_kind_is_known", condition=Q(kind="FS")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"
