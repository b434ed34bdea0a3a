"""What the team says about a solution among itself, and its consent before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Project
from presales.models.solutions import Solution, SolutionSection

if TYPE_CHECKING:
    from implportal.accounts.models import User


class SectionCommentQuerySet(models.QuerySet["SectionComment"]):
    def visible_to(self, user: User) -> SectionCommentQuerySet:
        return self.filter(solution__project__in=Project.objects.visible_to(user))

    def threads(self) -> SectionCommentQuerySet:
        """What began a thread; the answers hang below it."""
        return self.filter(thread=None)

    def open(self) -> SectionCommentQuerySet:
        return self.threads().filter(resolved_at=None)


class SectionComment(models.Model):
    """A word of one of ours to the others about a section; customers never see any.

    Answers name the comment that began their ``thread``, which alone is resolved. Where its
    section was removed, ``section_title`` says which it was.
    """

    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="comments")
    section = models.ForeignKey(
        SolutionSection, on_delete=models.SET_NULL, null=True, related_name="comments"
    )
    section_title = models.CharField(max_length=250, editable=False)
    thread = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="answers")
    text = models.TextField(_("comment"), max_length=2000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    written_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = SectionCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        constraints = [
            models.CheckConstraint(name="section_comment_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="section_comment_thread_alone_is_resolved",
                condition=Q(thread=None) | Q(resolved_at=None),
            ),
            models.CheckConstraint(
                name="section_comment_resolved_by_somebody",
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.section_title}"


class ApprovalRule(models.Model):
    """Whether a project's solution has to be approved among us before a customer gets it."""

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="solution_approval_rule"
    )
    is_needed = models.BooleanField(_("somebody of us approves each version"), default=False)
    needs_four_eyes = models.BooleanField(_("nobody approves what they wrote"), default=False)

    class Meta:
        verbose_name = _("rule of approval")
        constraints = [
            models.CheckConstraint(
                name="approval_rule_four_eyes_are_needed",
                condition=Q(is_needed=True) | Q(needs_four_eyes=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.project_id}"


class SolutionApproval(models.Model):
    """One question whether the text may go to the customer, and its answer.

    ``text_sha256`` is of the text that was approved: another text is not.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting for approval")
        APPROVED = "APPROVED", _("Approved")
        RETURNED = "RETURNED", _("Returned")

    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="approvals")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who approves"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    note = models.CharField(_("a word to them"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("approval")
        constraints = [
            models.UniqueConstraint(
                name="solution_approval_one_waits",
                fields=["solution"],
                condition=Q(state="WAITING"),
            ),
            models.CheckConstraint(
                name="solution_approval_state_is_known",
                condition=Q(state__in=["WAITING", "APPROVED", "RETURNED"]),
            ),
            models.CheckConstraint(
                name="solution_approval_is_of_a_text",
                condition=~Q(state="APPROVED") | ~Q(text_sha256=""),
            ),
            models.CheckConstraint(
                name="solution_approval_return_has_reason",
                condition=~Q(state="RETURNED") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="solution_approval_decided_by_somebody",
                condition=Q(state="WAITING", decided_by=None, decided_at=None)
                | Q(~Q(state="WAITING"), decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"
