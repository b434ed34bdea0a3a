"""Product demonstration: what is shown in a meeting, how it was received, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import step_lines
from implportal.meetings.models import ActionItem, Attendee, Meeting
from implportal.projects.models import Project
from presales.models.requirements import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User


class ShownScenarioQuerySet(models.QuerySet["ShownScenario"]):
    def visible_to(self, user: User) -> ShownScenarioQuerySet:
        return self.filter(meeting__project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> ShownScenario:
        """Re-read one scenario, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ShownScenario(models.Model):
    """A script of the catalogue, or one of its own, as it is shown to this customer.

    Its words are copies: the catalogue may change without changing what was shown.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="scenarios")
    source = models.ForeignKey(
        "catalogue.Scenario", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    order = models.PositiveIntegerField(_("order"))
    title = models.CharField(_("title"), max_length=160)
    goal = models.CharField(_("goal"), max_length=500, blank=True)
    steps = models.TextField(_("steps"), blank=True)
    prepared_data = models.TextField(_("prepared data"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    shown_at = models.DateTimeField(_("shown"), null=True)
    reaction = models.TextField(_("reaction"), blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    """Counts the saves of the reaction, so that nobody overwrites what they have not seen."""

    objects = ShownScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = _("scenario of a demonstration")
        constraints = [
            models.CheckConstraint(name="shown_scenario_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="shown_scenario_takes_time", condition=Q(minutes__range=(1, 480))
            ),
            models.CheckConstraint(
                name="shown_scenario_rating_is_one_to_five",
                condition=Q(rating=None) | Q(rating__range=(1, 5)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def step_lines(self) -> list[str]:
        return step_lines(self.steps)


class RemarkQuerySet(models.QuerySet["Remark"]):
    def visible_to(self, user: User) -> RemarkQuerySet:
        return self.filter(scenario__meeting__project__in=Project.objects.visible_to(user))

    def open(self) -> RemarkQuerySet:
        """Those that led to nothing yet and were not answered either."""
        return self.filter(answer="", action=None, requirement=None)

    def locked(self, pk: int) -> Remark:
        """Re-read one remark, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Remark(models.Model):
    """What somebody asked or wished for when they saw a scenario.

    A question is answered, or becomes an action item of the meeting; a wish becomes a
    requirement, or ``answer`` says why not.
    """

    class Kind(models.TextChoices):
        QUESTION = "QUESTION", _("Question")
        WISH = "WISH", _("Wish")

    scenario = models.ForeignKey(ShownScenario, on_delete=models.CASCADE, related_name="remarks")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    text = models.CharField(_("what was said"), max_length=500)
    said_by = models.ForeignKey(
        Attendee, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    noted_at = models.DateTimeField(_("noted"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    action = models.OneToOneField(
        ActionItem, on_delete=models.SET_NULL, null=True, related_name="demonstration_remark"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, related_name="wishes"
    )

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark at a demonstration")
        constraints = [
            models.CheckConstraint(name="remark_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="remark_leads_where_its_kind_does",
                condition=Q(kind="QUESTION", requirement=None) | Q(kind="WISH", action=None),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        return not (self.answer or self.action_id or self.requirement_id)
