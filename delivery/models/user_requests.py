from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Project
from implportal.signing.models import SharedLink
from presales.models import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User


class UserRequestQuerySet(models.QuerySet["UserRequest"]):
    def visible_to(self, user: User) -> UserRequestQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def of_sender(self, link: SharedLink) -> UserRequestQuerySet:
        """What the person behind ``link`` has sent, through whichever link."""
        return self.filter(project=link.project_id, email__iexact=link.email)

    def locked(self, pk: int) -> UserRequest:
        """Re-read one request, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("project").get(pk=pk)


class UserRequest(models.Model):
    """What a direct user reports in the trial run, and what became of it."""

    class Severity(models.TextChoices):
        BLOCKING = "BLOCKING", _("I cannot work")
        SERIOUS = "SERIOUS", _("I can work around it")
        MINOR = "MINOR", _("It is a small matter")

    class Kind(models.TextChoices):
        QUESTION = "QUESTION", _("Question")
        DEFECT = "DEFECT", _("Defect")
        WISH = "WISH", _("Wish")

    class State(models.TextChoices):
        NEW = "NEW", _("Received")
        ACCEPTED = "ACCEPTED", _("Accepted")
        REJECTED = "REJECTED", _("Not accepted")
        DONE = "DONE", _("Done")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="user_requests")
    number = models.PositiveIntegerField()
    """Counts up in its project; the sender knows the request by it."""
    link = models.ForeignKey(SharedLink, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    text = models.TextField(_("what happened"))
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    sent_at = models.DateTimeField(_("sent"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, blank=True)
    """Empty until somebody of ours has looked at it."""
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    answer = models.TextField(_("answer"), blank=True)
    triaged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    triaged_at = models.DateTimeField(null=True)
    requirement = models.OneToOneField(
        Requirement, on_delete=models.PROTECT, null=True, related_name="user_request"
    )

    objects = UserRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("user request")
        indexes = [
            models.Index(fields=["project", "email", "-sent_at"], name="user_request_of_sender")
        ]
        constraints = [
            models.UniqueConstraint(
                name="user_request_number_is_unique", fields=["project", "number"]
            ),
            models.CheckConstraint(
                name="user_request_severity_is_known",
                condition=Q(severity__in=["BLOCKING", "SERIOUS", "MINOR"]),
            ),
            models.CheckConstraint(
                name="user_request_triaged_has_kind",
                condition=Q(state="NEW", kind="", triaged_at=None)
                | Q(
                    state__in=["ACCEPTED", "REJECTED", "DONE"],
                    kind__in=["QUESTION", "DEFECT", "WISH"],
                    triaged_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse(
            "delivery:user_request_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def code(self) -> str:
        return f"UR-{self.number:03}"


USER_REQUEST_MOVES = {
    UserRequest.State.NEW: frozenset(
        {UserRequest.State.ACCEPTED, UserRequest.State.REJECTED, UserRequest.State.DONE}
    ),
    UserRequest.State.ACCEPTED: frozenset({UserRequest.State.REJECTED, UserRequest.State.DONE}),
}
"""From -> to. A state without an entry is final; the user may send another request."""
