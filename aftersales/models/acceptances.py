from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.projects.models import Contact, Project
from presales.models import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User


class AcceptanceState(models.TextChoices):
    DRAFT = "DRAFT", _("Being prepared")
    OPEN = "OPEN", _("Being checked")
    SIGNING = "SIGNING", _("Out for signature")
    SIGNED = "SIGNED", _("Signed")


STATE_MOVES = {
    AcceptanceState.DRAFT: frozenset({AcceptanceState.OPEN, AcceptanceState.SIGNING}),
    AcceptanceState.OPEN: frozenset({AcceptanceState.SIGNING}),
    AcceptanceState.SIGNING: frozenset({AcceptanceState.OPEN, AcceptanceState.SIGNED}),
}
"""From -> to. A declined or recalled certificate is being checked again; signed is final."""


class AcceptanceQuerySet(models.QuerySet["Acceptance"]):
    def visible_to(self, user: User) -> AcceptanceQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> Acceptance:
        """Re-read one acceptance, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Acceptance(models.Model):
    """The committee checks every criterion; the customer signs the certificate."""

    State = AcceptanceState

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="acceptance")
    state = models.CharField(
        _("state"), max_length=7, choices=AcceptanceState, default=AcceptanceState.DRAFT
    )
    number = models.CharField(_("number"), max_length=20, blank=True)
    place = models.CharField(_("place"), max_length=160, blank=True)
    held_on = models.DateField(_("day"), null=True)
    declined_reason = models.CharField(_("why it came back"), max_length=2000, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    signed_at = models.DateTimeField(_("signed"), null=True)

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance")
        constraints = [
            models.CheckConstraint(
                name="acceptance_state_is_known", condition=Q(state__in=AcceptanceState.values)
            ),
            models.CheckConstraint(
                name="acceptance_signed_together",
                condition=Q(state="SIGNED", signed_at__isnull=False)
                | (~Q(state="SIGNED") & Q(signed_at=None)),
            ),
            models.UniqueConstraint(
                name="acceptance_number_is_unique", fields=["number"], condition=~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Acceptance"))

    def get_absolute_url(self) -> str:
        return reverse("aftersales:acceptance_detail", kwargs={"project_pk": self.project_id})

    @property
    def may_change(self) -> bool:
        """Whether criteria and committee are still open."""
        return self.state in {AcceptanceState.DRAFT, AcceptanceState.OPEN}


class CriterionResult(models.TextChoices):
    OPEN = "OPEN", _("Not checked")
    PASSED = "PASSED", _("Passed")
    FAILED = "FAILED", _("Failed")
    WAIVED = "WAIVED", _("Waived")


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def visible_to(self, user: User) -> CriterionQuerySet:
        return self.filter(acceptance__project__in=Project.objects.visible_to(user))


class Criterion(models.Model):
    """One sentence that is true or not, mostly a requirement's."""

    Result = CriterionResult

    acceptance = models.ForeignKey(Acceptance, on_delete=models.CASCADE, related_name="criteria")
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, related_name="criteria"
    )
    order = models.PositiveSmallIntegerField(_("order"))
    text = models.CharField(_("criterion"), max_length=500)
    result = models.CharField(
        _("result"), max_length=6, choices=CriterionResult, default=CriterionResult.OPEN
    )
    evidence = models.CharField(_("evidence"), max_length=1000, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    checked_at = models.DateTimeField(_("checked"), null=True)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance criterion")
        constraints = [
            models.UniqueConstraint(
                fields=["acceptance", "requirement"], name="criterion_of_requirement_is_unique"
            ),
            models.CheckConstraint(
                name="criterion_result_is_known", condition=Q(result__in=CriterionResult.values)
            ),
            models.CheckConstraint(
                name="criterion_checked_by_somebody",
                condition=Q(result="OPEN", checked_by=None, checked_at=None)
                | (~Q(result="OPEN") & Q(checked_by__isnull=False, checked_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="criterion_not_passed_says_why",
                condition=Q(result__in=["OPEN", "PASSED"]) | ~Q(evidence=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def code(self) -> str:
        """Its requirement's code, or its own; read together with ``requirement``."""
        return self.requirement.code if self.requirement else f"C-{self.order:03d}"


class CommitteeRole(models.TextChoices):
    CUSTOMER_EXPERT = "CUSTOMER_EXPERT", _("Customer")
    IMPLEMENTATION = "IMPLEMENTATION", _("Implementation")
    PROJECT = "PROJECT", _("Project management")
    BUSINESS = "BUSINESS", _("Business")


class CommitteeMember(models.Model):
    """Somebody of ours or a contact of the customer; only contacts sign."""

    Role = CommitteeRole

    acceptance = models.ForeignKey(Acceptance, on_delete=models.CASCADE, related_name="committee")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(_("part"), max_length=15, choices=CommitteeRole)
    signs = models.BooleanField(_("signs the certificate"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="committee_member_is_one_person",
                condition=Q(user__isnull=False, contact=None, signs=False)
                | Q(user=None, contact__isnull=False),
            ),
            models.UniqueConstraint(fields=["acceptance", "user"], name="committee_user_is_unique"),
            models.UniqueConstraint(
                fields=["acceptance", "contact"], name="committee_contact_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_role_display()}"

    @property
    def name(self) -> str:
        """Read together with ``user`` and ``contact``."""
        return (self.user or self.contact).name
