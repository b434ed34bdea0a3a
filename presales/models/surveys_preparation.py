"""What is done before a survey is held: a standard list of the template, ticked per survey."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from presales.models.surveys import Survey, SurveyTemplate


class PreparationItem(models.Model):
    """A line of the standard list of a template; a survey takes a copy of it."""

    template = models.ForeignKey(
        SurveyTemplate, on_delete=models.CASCADE, related_name="preparation"
    )
    order = models.PositiveIntegerField(_("order"))
    text = models.CharField(_("to prepare"), max_length=300)

    class Meta:
        verbose_name = _("preparation of a survey template")
        constraints = [
            models.CheckConstraint(name="preparation_item_has_text", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.text


class Preparation(models.Model):
    """One thing to have ready before a survey, from the template or the manager's own."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="preparation")
    order = models.PositiveIntegerField(_("order"))
    text = models.CharField(_("to prepare"), max_length=300)
    is_own = models.BooleanField(_("own item"), default=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("preparation of a survey")
        constraints = [
            models.CheckConstraint(name="preparation_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="preparation_done_together",
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text
