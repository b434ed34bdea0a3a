from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import Role
from implportal.kernel.money import CURRENCIES
from implportal.projects.models.customers import Contact, Customer
from implportal.projects.models.steps import Step

if TYPE_CHECKING:
    from implportal.accounts.models import User


class Phase(models.TextChoices):
    PRESALES = "PRESALES", _("Pre-sales")
    DELIVERY = "DELIVERY", _("Delivery")
    AFTERSALES = "AFTERSALES", _("After-sales")
    CLOSED = "CLOSED", _("Closed")


PHASE_ORDER = [Phase.PRESALES, Phase.DELIVERY, Phase.AFTERSALES, Phase.CLOSED]


class State(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    SUSPENDED = "SUSPENDED", _("Suspended")
    LOST = "LOST", _("Lost")
    CANCELLED = "CANCELLED", _("Cancelled")
    CLOSED = "CLOSED", _("Closed")


STATE_MOVES = {
    State.RUNNING: frozenset({State.SUSPENDED, State.LOST, State.CANCELLED, State.CLOSED}),
    State.SUSPENDED: frozenset({State.RUNNING, State.LOST, State.CANCELLED}),
    State.LOST: frozenset({State.RUNNING}),
}
"""From -> to. A state without an entry is final."""


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> ProjectQuerySet:
        """The one place that decides who may know that a project exists.

        Administrators and business managers: all. Everybody else: where they run it,
        are a member, own one of its activities, or (implementation managers) where
        somebody of their own team runs it. A project manager sees a project from
        the moment of being named.
        """
        if user.role in {Role.ADMINISTRATOR, Role.BUSINESS_MANAGER}:
            return self
        mine = (
            Q(implementation_manager=user)
            | Q(project_manager=user)
            | Exists(Member.objects.filter(project=OuterRef("pk"), user=user))
            | Exists(Step.objects.filter(project=OuterRef("pk"), owner=user))
        )
        if user.role == Role.IMPLEMENTATION_MANAGER and user.team_id:
            mine |= Q(implementation_manager__team=user.team_id)
        return self.filter(mine)

    def running(self) -> ProjectQuerySet:
        """Those about which people are reminded."""
        return self.filter(state=State.RUNNING)

    def locked(self, pk: int) -> Project:
        """Re-read one project, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Project(models.Model):
    """One roll-out at one customer. Phase and state change only through the domain."""

    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=160)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="projects", verbose_name=_("customer")
    )
    products = models.ManyToManyField(
        "catalogue.Product", blank=True, related_name="projects", verbose_name=_("products")
    )
    phase = models.CharField(_("phase"), max_length=10, choices=Phase, default=Phase.PRESALES)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.RUNNING)
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    implementation_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="projects_run",
        verbose_name=_("implementation manager"),
    )
    project_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects_delivered",
        verbose_name=_("project manager"),
    )
    business_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects_collected",
        verbose_name=_("business manager"),
    )
    delivery_granted_at = models.DateTimeField(null=True, editable=False)
    planned_start_on = models.DateField(_("planned start"), null=True, blank=True)
    planned_end_on = models.DateField(_("planned end"), null=True, blank=True)
    contract_value_minor = models.BigIntegerField(_("contract value"), default=0)
    paid_minor = models.BigIntegerField(_("paid"), default=0, editable=False)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="EUR")
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        indexes = [
            models.Index(fields=["state", "phase", "-created_at"], name="project_standing"),
            models.Index(fields=["-created_at", "-id"], name="project_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="project_phase_is_known", condition=Q(phase__in=Phase.values)
            ),
            models.CheckConstraint(
                name="project_state_is_known", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="project_closed_together",
                condition=Q(phase=Phase.CLOSED, state=State.CLOSED, closed_at__isnull=False)
                | (~Q(phase=Phase.CLOSED) & ~Q(state=State.CLOSED) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="project_value_is_not_negative", condition=Q(contract_value_minor__gte=0)
            ),
            models.CheckConstraint(
                name="project_ends_after_it_starts",
                condition=Q(planned_start_on=None)
                | Q(planned_end_on=None)
                | Q(planned_end_on__gte=F("planned_start_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("portal:project_detail", kwargs={"project_pk": self.pk})

    @property
    def is_running(self) -> bool:
        return self.state == State.RUNNING


class Member(models.Model):
    """Somebody of ours who works on the project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("person"),
    )
    responsibility = models.CharField(_("responsibility"), max_length=120)
    percent = models.PositiveSmallIntegerField(_("share of time (percent)"), default=100)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_is_unique"),
            models.CheckConstraint(
                name="member_percent_is_a_share", condition=Q(percent__gte=1, percent__lte=100)
            ),
            models.CheckConstraint(
                name="member_ends_after_start",
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.responsibility}"


class Stakeholder(models.Model):
    """What a contact of the customer means to this project."""

    class Role(models.TextChoices):
        SPONSOR = "SPONSOR", _("Sponsor")
        DECISION_MAKER = "DECISION_MAKER", _("Decision maker")
        EXPERT = "EXPERT", _("Expert")
        KEY_USER = "KEY_USER", _("Key user")
        FINANCE = "FINANCE", _("Finance")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="stakeholders")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="stakes")
    role = models.CharField(_("role"), max_length=14, choices=Role)
    influence = models.PositiveSmallIntegerField(_("influence"), default=3)
    attitude = models.SmallIntegerField(_("attitude"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "contact"], name="stakeholder_is_unique"),
            models.CheckConstraint(
                name="stakeholder_influence_1_to_5",
                condition=Q(influence__gte=1, influence__lte=5),
            ),
            models.CheckConstraint(
                name="stakeholder_attitude_minus_2_to_2",
                condition=Q(attitude__gte=-2, attitude__lte=2),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_role_display()}"


class NumberSeries(models.Model):
    """The last number given out of a gapless series; its row is the lock."""

    name = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "year"], name="number_series_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}: {self.value}"
