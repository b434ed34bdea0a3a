"""Technical exchange: what is talked about in its meetings, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import ActionItem, Meeting
from implportal.projects.models import Project
from presales.models.requirements import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User


class TopicKind(models.TextChoices):
    DOMAIN_FIT = "DOMAIN_FIT", _("Domain fit")
    METHOD = "METHOD", _("Method")
    USABILITY = "USABILITY", _("Usability")
    TECHNOLOGY = "TECHNOLOGY", _("Technology")


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, user: User) -> TopicQuerySet:
        return self.filter(meeting__project__in=Project.objects.visible_to(user))

    def with_questions(self) -> TopicQuerySet:
        """One row for each question of a topic, and one for a topic without any."""
        return self.annotate(
            question_pk=F("questions__pk"),
            question_text=F("questions__text"),
            asked_by=F("questions__asked_by"),
            asked_at=F("questions__asked_at"),
            answer=F("questions__answer"),
            answered_by=F("questions__answered_by"),
            answered_at=F("questions__answered_at"),
            action_due_on=F("questions__action__due_on"),
            action_pk=F("questions__action"),
        )

    def locked(self, pk: int) -> Topic:
        """Re-read one topic, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Topic(models.Model):
    """One thing that an exchange is about; ``notes`` (Markdown) say what was said of it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="topics")
    order = models.PositiveIntegerField(_("order"))
    kind = models.CharField(_("kind"), max_length=10, choices=TopicKind)
    title = models.CharField(_("topic"), max_length=160)
    notes = models.TextField(_("what was said"), blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    """Counts the saves of the notes, so that nobody overwrites what they have not seen."""

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic of an exchange")
        constraints = [
            models.CheckConstraint(
                name="topic_kind_is_known",
                condition=Q(kind__in=["DOMAIN_FIT", "METHOD", "USABILITY", "TECHNOLOGY"]),
            ),
            models.CheckConstraint(name="topic_has_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Needs ``meeting``."""
        page = reverse(
            "presales:exchange_detail",
            kwargs={"project_pk": self.meeting.project_id, "pk": self.meeting_id},
        )
        return f"{page}#topic-{self.pk}"


class ExchangeQuestionQuerySet(models.QuerySet["ExchangeQuestion"]):
    def visible_to(self, user: User) -> ExchangeQuestionQuerySet:
        return self.filter(topic__meeting__project__in=Project.objects.visible_to(user))

    def unanswered(self) -> ExchangeQuestionQuerySet:
        return self.filter(answered_at=None)

    def locked(self, pk: int) -> ExchangeQuestion:
        """Re-read one question, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class ExchangeQuestion(models.Model):
    """A question and its answer; open until ``answered_at``.

    Who asked and who answered are names as they were spoken: of either side, or of a guest.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=1000)
    asked_by = models.CharField(_("asked by"), max_length=120, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.CharField(_("answered by"), max_length=120, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    action = models.OneToOneField(
        ActionItem, on_delete=models.SET_NULL, null=True, related_name="exchange_question"
    )
    """Who finds the answer until when, once somebody took it home."""
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = ExchangeQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of an exchange")
        constraints = [
            models.CheckConstraint(name="exchange_question_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="exchange_question_answered_together",
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Technology(models.Model):
    """A product, standard or method by its name, and in which topics it was named."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="technologies")
    name = models.CharField(_("technology"), max_length=80)
    topics = models.ManyToManyField(Topic, related_name="technologies")

    class Meta:
        verbose_name = _("technology")
        constraints = [
            models.UniqueConstraint("project", Lower("name"), name="technology_is_unique"),
            models.CheckConstraint(name="technology_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class IdeaQuerySet(models.QuerySet["Idea"]):
    def locked(self, pk: int) -> Idea:
        """Re-read one idea, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Idea(models.Model):
    """Something for further development; it becomes a requirement, or is kept for later."""

    class State(models.TextChoices):
        NEW = "NEW", _("To be decided")
        LATER = "LATER", _("Kept for later")
        TAKEN = "TAKEN", _("Requirement")

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="ideas")
    text = models.CharField(_("idea"), max_length=500)
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.NEW)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, related_name="ideas"
    )
    noted_at = models.DateTimeField(_("noted"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = IdeaQuerySet.as_manager()

    class Meta:
        verbose_name = _("idea")
        constraints = [
            models.CheckConstraint(name="idea_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="idea_taken_is_requirement",
                condition=Q(state="TAKEN", requirement__isnull=False)
                | Q(state__in=["NEW", "LATER"], requirement=None),
            ),
        ]

    def __str__(self) -> str:
        return self.text


IDEA_MOVES = {
    Idea.State.NEW: frozenset({Idea.State.LATER, Idea.State.TAKEN}),
    Idea.State.LATER: frozenset({Idea.State.NEW, Idea.State.TAKEN}),
}
"""From -> to. What became a requirement lives on there."""
