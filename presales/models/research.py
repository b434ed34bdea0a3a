"""User research: who works with it every day, what they told us, what hinders them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import Meeting
from implportal.projects.models import Contact, Project
from presales.models.requirements import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User


class UserGroupQuerySet(models.QuerySet["UserGroup"]):
    def locked(self, pk: int) -> UserGroup:
        """Re-read one group, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class UserGroup(models.Model):
    """People at the customer with the same daily work."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="user_groups")
    name = models.CharField(_("group"), max_length=120)
    headcount = models.PositiveIntegerField(_("people"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    daily_work = models.TextField(_("daily work"), blank=True)
    planned_interviews = models.PositiveSmallIntegerField(_("interviews planned"), default=2)

    objects = UserGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of direct users")
        constraints = [
            models.UniqueConstraint("project", Lower("name"), name="user_group_is_unique"),
            models.CheckConstraint(name="user_group_has_name", condition=~Q(name="")),
            models.CheckConstraint(name="user_group_has_people", condition=Q(headcount__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class InterviewQuerySet(models.QuerySet["Interview"]):
    def visible_to(self, user: User) -> InterviewQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def held(self) -> InterviewQuerySet:
        return self.filter(state=Interview.State.HELD)

    def locked(self, pk: int) -> Interview:
        """Re-read one interview, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Interview(models.Model):
    """A talk with one direct user: a contact of the customer, or somebody by name."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        HELD = "HELD", _("Held")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="interviews")
    group = models.ForeignKey(
        UserGroup, on_delete=models.PROTECT, related_name="interviews", verbose_name=_("group")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="interviews"
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    start_at = models.DateTimeField(_("when"))
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), default=45)
    interviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="interviews",
        verbose_name=_("interviewer"),
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.SET_NULL, null=True, related_name="interviews"
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PLANNED)
    notes = models.TextField(_("notes"), blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    """Counts the saves of the notes, so that nobody overwrites what they have not seen."""

    objects = InterviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("interview")
        constraints = [
            models.CheckConstraint(
                name="interview_state_is_known", condition=Q(state__in=["PLANNED", "HELD"])
            ),
            models.CheckConstraint(
                name="interview_is_with_one_person",
                condition=Q(contact__isnull=False, name="") | (Q(contact=None) & ~Q(name="")),
            ),
            models.CheckConstraint(
                name="interview_takes_time", condition=Q(duration_minutes__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} ({self.state})"

    def get_absolute_url(self) -> str:
        return reverse(
            "presales:interview_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def person(self) -> str:
        """Who was asked; read together with ``contact``."""
        return self.contact.name if self.contact else self.name


class Severity(models.IntegerChoices):
    MINOR = 1, _("Minor")
    ANNOYING = 2, _("Annoying")
    SERIOUS = 3, _("Serious")
    BLOCKING = 4, _("Blocking")


class Frequency(models.TextChoices):
    DAILY = "DAILY", _("Daily")
    WEEKLY = "WEEKLY", _("Weekly")
    MONTHLY = "MONTHLY", _("Monthly")
    RARELY = "RARELY", _("Rarely")


FREQUENCY_RANKS = {
    Frequency.DAILY: 4,
    Frequency.WEEKLY: 3,
    Frequency.MONTHLY: 2,
    Frequency.RARELY: 1,
}


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, user: User) -> ProblemQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> Problem:
        """Re-read one problem, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def with_weight(self, *, everybody: int) -> ProblemQuerySet:
        """Add ``people``, ``frequency_rank`` and ``weight``.

        The weight is severity (1 to 4) times frequency (rarely 1, daily 4) times people: ranks,
        as in a risk matrix, so it orders problems and measures nothing. A problem of no group
        hinders ``everybody``, who are so many.
        """
        ranks = [When(frequency=key, then=Value(rank)) for key, rank in FREQUENCY_RANKS.items()]
        return self.annotate(
            people=Coalesce(F("group__headcount"), Value(everybody)),
            frequency_rank=Case(*ranks, output_field=IntegerField()),
        ).annotate(weight=F("severity") * F("frequency_rank") * F("people"))


class Problem(models.Model):
    """Something that hinders direct users; ``number`` counts from 1 per project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="problems")
    number = models.PositiveIntegerField(_("number"), editable=False)
    text = models.CharField(_("problem"), max_length=500)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity)
    frequency = models.CharField(_("how often"), max_length=7, choices=Frequency)
    group = models.ForeignKey(
        UserGroup,
        on_delete=models.PROTECT,
        null=True,
        related_name="problems",
        verbose_name=_("group"),
    )
    """None: everybody."""
    interviews = models.ManyToManyField(Interview, related_name="problems")
    requirements = models.ManyToManyField(Requirement, related_name="problems")
    noted_at = models.DateTimeField(_("noted"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("observed problem")
        constraints = [
            models.UniqueConstraint(name="problem_number_is_unique", fields=["project", "number"]),
            models.CheckConstraint(name="problem_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="problem_severity_is_known", condition=Q(severity__in=[1, 2, 3, 4])
            ),
            models.CheckConstraint(
                name="problem_frequency_is_known",
                condition=Q(frequency__in=["DAILY", "WEEKLY", "MONTHLY", "RARELY"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def get_absolute_url(self) -> str:
        return reverse(
            "presales:problem_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def code(self) -> str:
        return f"P-{self.number:03d}"
