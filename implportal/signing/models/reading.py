from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.documents.models import DocumentVersion
from implportal.projects.models import Project
from implportal.signing.models.links import SharedLink

if TYPE_CHECKING:
    from implportal.accounts.models import User


class SectionConfirmation(models.Model):
    """A reader has understood a section as it read then.

    ``section_sha256`` is the digest of its words: in a later version the confirmation
    still stands for every section whose words are the same.
    """

    version = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="confirmations"
    )
    section_key = models.CharField(max_length=80)
    section_sha256 = models.CharField(max_length=64)
    link = models.ForeignKey(SharedLink, on_delete=models.PROTECT, related_name="confirmations")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="section_confirmed_once_each", fields=["version", "section_key", "email"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.section_key}: {self.name}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: User) -> QuestionQuerySet:
        return self.filter(version__project__in=Project.objects.visible_to(user))

    def about(self, version: DocumentVersion) -> QuestionQuerySet:
        """Those on any version of the same document."""
        return self.filter(
            version__kind=version.kind,
            version__content_type=version.content_type_id,
            version__object_id=version.object_id,
        )

    def locked(self, pk: int) -> Question:
        """Re-read one question, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Question(models.Model):
    """What a reader asks about a section. Only the reader closes it."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("Waiting for an answer")
        ANSWERED = "ANSWERED", _("Answered")
        CLOSED = "CLOSED", _("Settled")

    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="questions")
    section_key = models.CharField(max_length=80)
    section_title = models.CharField(_("section"), max_length=300)
    link = models.ForeignKey(SharedLink, on_delete=models.PROTECT, related_name="questions")
    name = models.CharField(_("from"), max_length=200)
    email = models.EmailField()
    text = models.TextField(_("question"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField(_("asked"))
    waiting_since = models.DateTimeField()
    """When it was asked, or the reader last came back to it."""
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "waiting_since"], name="question_waiting")]
        constraints = [
            models.CheckConstraint(
                name="question_state_is_known",
                condition=Q(state__in=["OPEN", "ANSWERED", "CLOSED"]),
            ),
            models.CheckConstraint(name="question_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.section_title}"

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


class Answer(models.Model):
    """One word in a question's thread: ours (``author``) or the reader's own."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(max_length=200)
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="answer_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}"
