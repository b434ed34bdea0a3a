from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class RequirementQuerySet(models.QuerySet["Requirement"]):
    def visible_to(self, user: User) -> RequirementQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> Requirement:
        """Re-read one requirement, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def in_force(self) -> RequirementQuerySet:
        """Those that still count."""
        return self.exclude(state=Requirement.State.DROPPED)

    def in_order(self) -> RequirementQuerySet:
        """As people put them; among those that nobody moved, the older one first."""
        return self.order_by("order", "number", "pk")

    def with_coverage(self) -> RequirementQuerySet:
        """Add ``is_covered``: a section of the project's live solution answers it."""
        from presales.models.solutions import Solution, SolutionSection

        answering = SolutionSection.requirements.through.objects.filter(
            requirement=OuterRef("pk")
        ).exclude(solutionsection__solution__state=Solution.State.WITHDRAWN)
        return self.annotate(is_covered=Exists(answering))

    def with_rank(self) -> RequirementQuerySet:
        """Add ``priority_rank``: 0 for a must, rising as it matters less."""
        return self.annotate(priority_rank=priority_rank())


class Requirement(models.Model):
    """One sentence that can be checked; the thread through the whole project.

    Never deleted: one that no longer counts is dropped, so codes have no gaps and
    everything that refers to it stays readable. ``number`` counts from 1 per project;
    ``order`` is the place that people gave it, until then that of its number.
    """

    class Source(models.TextChoices):
        SURVEY = "SURVEY", _("Customer survey")
        DIRECT_USER = "DIRECT_USER", _("Direct user")
        EXCHANGE = "EXCHANGE", _("Technical exchange")
        FIELD = "FIELD", _("Common in the field")
        CHANGE = "CHANGE", _("Change request")
        TRIAL = "TRIAL", _("Trial run")
        DEMO = "DEMO", _("Product demonstration")
        VISIT = "VISIT", _("Company inspection")

    class Priority(models.TextChoices):
        MUST = "MUST", _("Must")
        SHOULD = "SHOULD", _("Should")
        COULD = "COULD", _("Could")
        WONT = "WONT", _("Not this time")

    class State(models.TextChoices):
        OPEN = "OPEN", _("Open")
        PROMISED = "PROMISED", _("Promised")
        VERIFIED = "VERIFIED", _("Verified")
        ACCEPTED = "ACCEPTED", _("Accepted")
        DROPPED = "DROPPED", _("Dropped")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="requirements")
    number = models.PositiveIntegerField(_("number"), editable=False)
    text = models.CharField(_("requirement"), max_length=500)
    source = models.CharField(_("source"), max_length=11, choices=Source)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    order = models.PositiveIntegerField(_("place"), default=0, editable=False)
    dropped_reason = models.CharField(_("why it was dropped"), max_length=1000, blank=True)
    source_answer = models.ForeignKey(
        "presales.Answer",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="requirements",
        verbose_name=_("answer it came from"),
    )
    source_meeting = models.ForeignKey(
        "meetings.Meeting",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="requirements",
        verbose_name=_("meeting it came from"),
    )
    created_at = models.DateTimeField(_("added"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("requirement")
        constraints = [
            models.UniqueConstraint(
                name="requirement_number_is_unique", fields=["project", "number"]
            ),
            models.CheckConstraint(name="requirement_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="requirement_source_is_known",
                condition=Q(
                    source__in=[
                        "SURVEY",
                        "DIRECT_USER",
                        "EXCHANGE",
                        "FIELD",
                        "CHANGE",
                        "TRIAL",
                        "DEMO",
                        "VISIT",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="requirement_priority_is_known",
                condition=Q(priority__in=["MUST", "SHOULD", "COULD", "WONT"]),
            ),
            models.CheckConstraint(
                name="requirement_state_is_known",
                condition=Q(state__in=["OPEN", "PROMISED", "VERIFIED", "ACCEPTED", "DROPPED"]),
            ),
            models.CheckConstraint(
                name="requirement_dropped_has_reason",
                condition=~Q(state="DROPPED") | ~Q(dropped_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def get_absolute_url(self) -> str:
        return reverse(
            "presales:requirement_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def code(self) -> str:
        return f"R-{self.number:03d}"


def priority_rank() -> Case:
    ranks = [
        When(priority=priority, then=Value(rank))
        for rank, priority in enumerate(Requirement.Priority.values)
    ]
    return Case(*ranks, output_field=IntegerField())


class SuspectLinkQuerySet(models.QuerySet["SuspectLink"]):
    def open(self) -> SuspectLinkQuerySet:
        """Those of which nobody has said yet that they are still right."""
        return self.filter(cleared_at=None)


class SuspectLink(models.Model):
    """Something that refers to a requirement whose words or weight have changed since.

    ``source_key`` and ``object_id`` are those of a ``presales.registry`` link. ``times`` counts
    the changes, so that who looked before the last one does not clear it.
    """

    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="suspect_links"
    )
    source_key = models.CharField(max_length=40)
    object_id = models.PositiveBigIntegerField()
    times = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(_("suspect since"))
    cleared_at = models.DateTimeField(_("found right"), null=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = SuspectLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="suspect_link_is_unique", fields=["requirement", "source_key", "object_id"]
            ),
            models.CheckConstraint(
                name="suspect_link_cleared_by_somebody",
                condition=Q(cleared_at=None, cleared_by=None)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.source_key} {self.object_id}"

    @property
    def seen(self) -> str:
        """The mark as it stands now, which is what a page sends back to clear it."""
        return f"{self.pk}.{self.times}"


REQUIREMENT_MOVES = {
    Requirement.State.OPEN: frozenset({Requirement.State.PROMISED, Requirement.State.DROPPED}),
    Requirement.State.PROMISED: frozenset(
        {Requirement.State.VERIFIED, Requirement.State.ACCEPTED, Requirement.State.DROPPED}
    ),
    Requirement.State.VERIFIED: frozenset(
        {Requirement.State.PROMISED, Requirement.State.ACCEPTED, Requirement.State.DROPPED}
    ),
}
"""From -> to. Accepted and dropped are final."""
