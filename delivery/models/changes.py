from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from delivery.models.plans import Task
from implportal.kernel.money import CURRENCIES
from implportal.projects.models import Project
from presales.models import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User

MOST_SHIFT_DAYS = 500


class ChangeState(models.TextChoices):
    DRAFT = "DRAFT", _("Being written")
    IN_REVIEW = "IN_REVIEW", _("To be approved by us")
    APPROVED = "APPROVED", _("Approved by us")
    SIGNING = "SIGNING", _("Out for signature")
    SIGNED = "SIGNED", _("Signed")
    DECLINED = "DECLINED", _("Declined")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


CHANGE_MOVES = {
    ChangeState.DRAFT: frozenset({ChangeState.IN_REVIEW, ChangeState.WITHDRAWN}),
    ChangeState.IN_REVIEW: frozenset(
        {ChangeState.DRAFT, ChangeState.APPROVED, ChangeState.WITHDRAWN}
    ),
    ChangeState.APPROVED: frozenset(
        {
            ChangeState.DRAFT,
            ChangeState.SIGNING,
            ChangeState.DECLINED,
            ChangeState.WITHDRAWN,
        }
    ),
    ChangeState.SIGNING: frozenset({ChangeState.APPROVED, ChangeState.SIGNED}),
}
"""From -> to. A state without an entry is final."""

FROZEN = frozenset(
    {ChangeState.APPROVED, ChangeState.SIGNING, ChangeState.SIGNED, ChangeState.DECLINED}
)
"""What it does was frozen in a document; what it started from is kept beside it."""


class PriceRelease(models.TextChoices):
    ON_SIGNING = "ON_SIGNING", _("With the signature")
    FIXED_DATE = "FIXED_DATE", _("On a fixed date")


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def visible_to(self, user: User) -> ChangeRequestQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> ChangeRequest:
        """Re-read one change, holding its row; its project and a signature request go first."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def with_people(self) -> ChangeRequestQuerySet:
        """Load whom ``whose_court`` and ``may_approve_change`` speak of."""
        return self.select_related(
            "project__customer",
            "project__implementation_manager",
            "project__project_manager",
            "created_by",
        )


class ChangeRequest(models.Model):
    """What shall be otherwise than promised, why, and what follows from it.

    ``price_minor`` is the difference to the contract value and may be negative. ``applied_at``
    is set once requirements, plan, contract and installments have moved; a signed one
    without it says in ``not_applied_reason`` why not. ``left_out`` holds the keys of what a
    manager left out on purpose.
    """

    State = ChangeState

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="changes")
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    what = models.TextField(_("what changes"))
    why = models.TextField(_("why"))
    acceptance = models.TextField(_("effect on the acceptance"), blank=True)
    new_end_on = models.DateField(_("new planned end"), null=True, blank=True)
    old_end_on = models.DateField(null=True, editable=False)
    price_minor = models.BigIntegerField(_("difference of the price"), default=0)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    old_value_minor = models.BigIntegerField(null=True, editable=False)
    price_release = models.CharField(
        _("payable"), max_length=10, choices=PriceRelease, default=PriceRelease.ON_SIGNING
    )
    price_on = models.DateField(_("payable on"), null=True, blank=True)
    terms_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    state = models.CharField(
        _("state"), max_length=9, choices=ChangeState, default=ChangeState.DRAFT
    )
    state_since = models.DateTimeField()
    came_back_reason = models.CharField(
        _("why it came back"), max_length=2000, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("started"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    signed_at = models.DateTimeField(null=True, editable=False)
    applied_at = models.DateTimeField(null=True, editable=False)
    not_applied_reason = models.CharField(max_length=2000, blank=True, editable=False)
    left_out = models.JSONField(default=list, editable=False)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("change request")
        indexes = [
            models.Index(fields=["project", "state"], name="change_of_project"),
            models.Index(fields=["state", "state_since"], name="change_standing"),
        ]
        constraints = [
            models.CheckConstraint(
                name="change_state_is_known", condition=Q(state__in=ChangeState.values)
            ),
            models.CheckConstraint(
                name="change_says_what_and_why", condition=~Q(title="") & ~Q(what="") & ~Q(why="")
            ),
            models.CheckConstraint(
                name="change_release_is_complete",
                condition=Q(price_release="ON_SIGNING", price_on=None)
                | Q(price_release="FIXED_DATE", price_on__isnull=False),
            ),
            models.CheckConstraint(
                name="change_approved_by_somebody",
                condition=~Q(state__in=["APPROVED", "SIGNING", "SIGNED", "DECLINED"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="change_signed_together",
                condition=Q(state="SIGNED", signed_at__isnull=False)
                | (~Q(state="SIGNED") & Q(signed_at=None)),
            ),
            models.CheckConstraint(
                name="change_applied_once_signed",
                condition=Q(applied_at=None) | Q(state="SIGNED", not_applied_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse(
            "delivery:change_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )

    @property
    def is_frozen(self) -> bool:
        return self.state in FROZEN

    @property
    def waits_to_be_applied(self) -> bool:
        """Signed, and yet nothing has moved: somebody must look."""
        return self.state == ChangeState.SIGNED and self.applied_at is None


class RequirementEffect(models.Model):
    """What a change does to one requirement.

    ``text`` and ``priority`` are what it will say; empty means “as it is”. What it said when
    the change was approved is in ``old_text`` and ``old_priority``. ``requirement`` is what it
    is about, and for a new one what was made of it.
    """

    class Kind(models.TextChoices):
        ADD = "ADD", _("New")
        CHANGE = "CHANGE", _("Changed")
        DROP = "DROP", _("Dropped")

    change = models.ForeignKey(
        ChangeRequest, on_delete=models.CASCADE, related_name="requirement_effects"
    )
    kind = models.CharField(_("effect"), max_length=6, choices=Kind)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, related_name="change_effects"
    )
    text = models.CharField(_("requirement"), max_length=500, blank=True)
    priority = models.CharField(
        _("priority"), max_length=6, choices=Requirement.Priority, blank=True
    )
    old_text = models.CharField(max_length=500, blank=True, editable=False)
    old_priority = models.CharField(max_length=6, blank=True, editable=False)

    class Meta:
        verbose_name = _("effect on a requirement")
        constraints = [
            models.UniqueConstraint(
                name="change_touches_requirement_once", fields=["change", "requirement"]
            ),
            models.CheckConstraint(
                name="requirement_effect_is_complete",
                condition=(Q(kind="ADD") & ~Q(text="") & ~Q(priority=""))
                | (Q(kind="CHANGE", requirement__isnull=False) & (~Q(text="") | ~Q(priority="")))
                | Q(kind="DROP", requirement__isnull=False, text="", priority=""),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"

    @property
    def key(self) -> str:
        return f"requirement:{self.pk}"


class TaskEffect(models.Model):
    """What a change does to one task of the plan, or which one it adds.

    ``starts_on`` and ``ends_on`` are where the task will be; of a shifted one they are known
    when the change is approved. ``shift_days`` are working days, negative for earlier.
    """

    class Kind(models.TextChoices):
        SHIFT = "SHIFT", _("Moved")
        ADD = "ADD", _("New")

    change = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="task_effects")
    kind = models.CharField(_("effect"), max_length=5, choices=Kind)
    task = models.ForeignKey(
        Task, on_delete=models.SET_NULL, null=True, related_name="change_effects"
    )
    title = models.CharField(_("what"), max_length=160)
    shift_days = models.SmallIntegerField(_("working days later"), default=0)
    starts_on = models.DateField(_("first day"), null=True)
    ends_on = models.DateField(_("last day"), null=True)
    old_starts_on = models.DateField(null=True, editable=False)
    old_ends_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("effect on a task")
        constraints = [
            models.UniqueConstraint(name="change_touches_task_once", fields=["change", "task"]),
            models.CheckConstraint(
                name="task_effect_is_complete",
                condition=Q(
                    kind="ADD",
                    shift_days=0,
                    starts_on__isnull=False,
                    ends_on__isnull=False,
                    ends_on__gte=F("starts_on"),
                )
                | (
                    Q(
                        kind="SHIFT",
                        shift_days__gte=-MOST_SHIFT_DAYS,
                        shift_days__lte=MOST_SHIFT_DAYS,
                    )
                    & ~Q(shift_days=0)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"

    @property
    def key(self) -> str:
        return f"task:{self.pk}"
