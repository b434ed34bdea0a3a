"""Who answers a survey, and what each of them said."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Contact
from presales.models.surveys import Answer, Survey, SurveyQuestion, speak


class Respondent(models.Model):
    """A person at the customer who answers a survey through a link.

    ``sections`` are the headings that are this person's part; none means all.
    """

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="respondents")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    sections = models.JSONField(_("sections"), default=list, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    handed_in_at = models.DateTimeField(_("handed in"), null=True)

    class Meta:
        verbose_name = _("respondent")
        constraints = [
            models.UniqueConstraint(name="respondent_is_asked_once", fields=["survey", "contact"]),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def answers(self, question: SurveyQuestion) -> bool:
        """Say whether the question is part of what this person answers."""
        return not self.sections or question.section in self.sections


class Statement(models.Model):
    """What one person said to a question; ``value`` as in ``Answer``.

    Without ``contact`` it was typed in an interview and nobody was named.
    """

    question = models.ForeignKey(
        SurveyQuestion, on_delete=models.CASCADE, related_name="statements"
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+")
    value = models.JSONField(_("answer"))
    said_by = models.CharField(_("said by"), max_length=160)
    via = models.CharField(_("how"), max_length=9, choices=Answer.Via)
    said_at = models.DateTimeField(_("said"))

    class Meta:
        verbose_name = _("statement")
        constraints = [
            models.UniqueConstraint(
                name="statement_one_of_each_person", fields=["question", "contact"]
            ),
            models.UniqueConstraint(
                name="statement_one_of_nobody_named",
                fields=["question"],
                condition=Q(contact=None),
            ),
            models.CheckConstraint(
                name="statement_via_is_known",
                condition=Q(via__in=["INTERVIEW", "LINK", "SHEET"]),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} ({self.via})"

    @property
    def spoken(self) -> str:
        """What was said, as a person reads it. Needs ``question``."""
        return speak(self.question, self.value)
