from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Project
from presales.models.requirements import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User

MAX_LEVEL = 6


class SolutionQuerySet(models.QuerySet["Solution"]):
    def visible_to(self, user: User) -> SolutionQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def live(self) -> SolutionQuerySet:
        """The one of each project that was not withdrawn."""
        return self.exclude(state=Solution.State.WITHDRAWN)

    def locked(self, pk: int) -> Solution:
        """Re-read one solution, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Solution(models.Model):
    """What we promise the customer; its state changes only through ``presales.domain``.

    What the customer sees are its frozen versions (``documents.DocumentVersion``);
    the sections here are the text that the next version is made of.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("Being written")
        IN_REVIEW = "IN_REVIEW", _("With the customer")
        SIGNING = "SIGNING", _("Out for signature")
        SIGNED = "SIGNED", _("Signed")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="solutions")
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=200, blank=True)
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=2000,
        help_text=_("Two or three sentences; they stand in the mail to the customer."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    state_since = models.DateTimeField()
    declined_reason = models.CharField(
        _("why signing was declined"), max_length=2000, blank=True, editable=False
    )
    keys_given = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("started"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = SolutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("solution")
        constraints = [
            models.UniqueConstraint(
                name="solution_one_live_per_project",
                fields=["project"],
                condition=~Q(state="WITHDRAWN"),
            ),
            models.CheckConstraint(
                name="solution_state_is_known",
                condition=Q(state__in=["DRAFT", "IN_REVIEW", "SIGNING", "SIGNED", "WITHDRAWN"]),
            ),
            models.CheckConstraint(name="solution_has_title", condition=~Q(title="")),
        ]
        indexes = [models.Index(name="solution_standing", fields=["state", "state_since"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("presales:solution_home", kwargs={"project_pk": self.project_id})

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


STATE_MOVES = {
    Solution.State.DRAFT: frozenset({Solution.State.IN_REVIEW, Solution.State.WITHDRAWN}),
    Solution.State.IN_REVIEW: frozenset(
        {Solution.State.DRAFT, Solution.State.SIGNING, Solution.State.WITHDRAWN}
    ),
    Solution.State.SIGNING: frozenset({Solution.State.IN_REVIEW, Solution.State.SIGNED}),
}
"""From -> to. A state without an entry is final."""


class SolutionSectionQuerySet(models.QuerySet["SolutionSection"]):
    def visible_to(self, user: User) -> SolutionSectionQuerySet:
        return self.filter(solution__project__in=Project.objects.visible_to(user))

    def in_order(self) -> SolutionSectionQuerySet:
        return self.order_by("order", "pk")


class SolutionSection(models.Model):
    """One heading and its text in Markdown, as it will stand in the next version.

    ``key`` ("s12") stays for the life of the solution and is never given twice: by it
    the customer's "understood" follows a section from version to version. A number
    that its author wrote is part of ``title``. ``hint`` says what belongs here and is
    never sent. ``lock_version`` counts the savings.
    """

    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=12, editable=False)
    order = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    title = models.CharField(_("heading"), max_length=250)
    hint = models.CharField(max_length=300, blank=True, editable=False)
    markdown = models.TextField(_("text"), blank=True)
    requirements = models.ManyToManyField(
        Requirement, blank=True, related_name="sections", verbose_name=_("requirements")
    )
    lock_version = models.PositiveIntegerField(default=1, editable=False)
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = SolutionSectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        constraints = [
            models.UniqueConstraint(name="section_key_is_unique", fields=["solution", "key"]),
            models.CheckConstraint(
                name="section_level_is_known", condition=Q(level__gte=1, level__lte=MAX_LEVEL)
            ),
            models.CheckConstraint(name="section_has_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title
