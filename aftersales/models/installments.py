from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from delivery.models import ChangeRequest, Task
from implportal.kernel.money import CURRENCIES
from implportal.projects.models import Project
from implportal.projects.models.projects import State as ProjectState
from implportal.projects.permissions import may_handle_money

if TYPE_CHECKING:
    from implportal.accounts.models import User

DUE_SOON_DAYS = 7
WHOLE = 10_000
"""A percentage is stored in basis points: 100 % is 10,000."""
AGES = (
    ("NOT_DUE", _("Not due"), None, 0),
    ("DAYS_1_30", _("1–30 days"), 1, 30),
    ("DAYS_31_60", _("31–60 days"), 31, 60),
    ("DAYS_61_90", _("61–90 days"), 61, 90),
    ("DAYS_OVER_90", _("More than 90 days"), 91, None),
)
"""Key, label, and how many days late an open invoice of that age is at least and at most."""


class ReleaseEvent(models.TextChoices):
    SOLUTION_SIGNED = "SOLUTION_SIGNED", _("Solution signed")
    KICKOFF_HELD = "KICKOFF_HELD", _("Kick-off held")
    MILESTONE_DONE = "MILESTONE_DONE", _("Milestone done")
    ACCEPTANCE_SIGNED = "ACCEPTANCE_SIGNED", _("Acceptance signed")
    CHANGE_SIGNED = "CHANGE_SIGNED", _("Change request signed")
    FIXED_DATE = "FIXED_DATE", _("A fixed date")


class InstallmentState(models.TextChoices):
    WAITING = "WAITING", _("Not released")
    RELEASED = "RELEASED", _("Released")
    INVOICED = "INVOICED", _("Invoiced")
    PAID = "PAID", _("Paid")
    WRITTEN_OFF = "WRITTEN_OFF", _("Written off")


STATE_MOVES = {
    InstallmentState.WAITING: frozenset({InstallmentState.RELEASED, InstallmentState.WRITTEN_OFF}),
    InstallmentState.RELEASED: frozenset({InstallmentState.INVOICED, InstallmentState.WRITTEN_OFF}),
    InstallmentState.INVOICED: frozenset({InstallmentState.PAID, InstallmentState.WRITTEN_OFF}),
    InstallmentState.PAID: frozenset({InstallmentState.INVOICED}),
}
"""From -> to. A paid one is open again when a receipt is cancelled; written off is final."""


def aged(key: str, today: date) -> Q:
    """Open invoices of one age of AGES on the day ``today``."""
    lowest, highest = next((age[2], age[3]) for age in AGES if age[0] == key)
    condition = Q(state=InstallmentState.INVOICED)
    if lowest is not None:
        condition &= Q(due_on__lte=today - timedelta(days=lowest))
    if highest is not None:
        condition &= Q(due_on__gte=today - timedelta(days=highest))
    return condition


class InstallmentQuerySet(models.QuerySet["Installment"]):
    def visible_to(self, user: User) -> InstallmentQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def with_money_visible_to(self, user: User) -> InstallmentQuerySet:
        """Those of projects whose money ``may_see_money`` shows to the person."""
        if may_handle_money(user):
            return self
        return self.filter(
            Q(project__implementation_manager=user) | Q(project__project_manager=user)
        )

    def alive(self) -> InstallmentQuerySet:
        """Without those that will never be released, because their project has ended."""
        return self.exclude(
            state=InstallmentState.WAITING,
            project__state__in=[ProjectState.LOST, ProjectState.CANCELLED],
        )

    def locked(self, pk: int) -> Installment:
        """Re-read one installment, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def overdue(self, today: date) -> InstallmentQuerySet:
        return self.filter(state=InstallmentState.INVOICED, due_on__lt=today)

    def due_soon(self, today: date) -> InstallmentQuerySet:
        return self.filter(
            state=InstallmentState.INVOICED,
            due_on__range=(today, today + timedelta(days=DUE_SOON_DAYS)),
        )

    def with_people(self) -> InstallmentQuerySet:
        """Load what ``why_not_due`` and the payment board speak of."""
        return self.select_related(
            "milestone",
            "project__customer",
            "project__implementation_manager",
            "project__project_manager",
            "project__business_manager",
        )


class Installment(models.Model):
    """A part of the contract value, and what must happen before it can be invoiced.

    ``paid_minor`` is the sum of its allocations, kept under the row's lock. State and
    amounts change only through ``aftersales.domain``.
    """

    State = InstallmentState

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="installments")
    order = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("title"), max_length=160)
    percent_points = models.PositiveIntegerField(_("share in 1/100 percent"), null=True)
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    release_event = models.CharField(_("released by"), max_length=20, choices=ReleaseEvent)
    milestone = models.ForeignKey(
        Task,
        on_delete=models.PROTECT,
        null=True,
        related_name="installments",
        verbose_name=_("milestone"),
    )
    fixed_on = models.DateField(_("on"), null=True)
    change = models.ForeignKey(
        ChangeRequest,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="installments",
        verbose_name=_("change request"),
    )
    terms_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    state = models.CharField(
        _("state"), max_length=12, choices=InstallmentState, default=InstallmentState.WAITING
    )
    released_at = models.DateTimeField(_("released"), null=True)
    invoice_number = models.CharField(_("invoice"), max_length=20, blank=True)
    invoiced_on = models.DateField(_("invoiced"), null=True)
    due_on = models.DateField(_("due"), null=True)
    paid_minor = models.BigIntegerField(_("paid"), default=0)
    written_off_minor = models.BigIntegerField(_("written off"), default=0)

    objects = InstallmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("installment")
        indexes = [
            models.Index(fields=["project", "order"], name="installment_of_project"),
            models.Index(fields=["state", "due_on"], name="installment_by_due_date"),
        ]
        constraints = [
            models.CheckConstraint(
                name="installment_state_is_known", condition=Q(state__in=InstallmentState.values)
            ),
            models.CheckConstraint(
                name="installment_event_is_known",
                condition=Q(release_event__in=ReleaseEvent.values),
            ),
            models.CheckConstraint(
                name="installment_event_is_complete",
                condition=(
                    Q(release_event="FIXED_DATE", fixed_on__isnull=False, milestone=None)
                    | Q(release_event="MILESTONE_DONE", milestone__isnull=False, fixed_on=None)
                    | (
                        ~Q(release_event__in=["FIXED_DATE", "MILESTONE_DONE"])
                        & Q(milestone=None, fixed_on=None)
                    )
                ),
            ),
            models.CheckConstraint(
                name="installment_of_signed_change_names_it",
                condition=~Q(release_event="CHANGE_SIGNED") | Q(change__isnull=False),
            ),
            models.CheckConstraint(
                name="installment_amount_is_positive", condition=Q(amount_minor__gt=0)
            ),
            models.CheckConstraint(
                name="installment_never_overpaid",
                condition=Q(
                    paid_minor__gte=0,
                    written_off_minor__gte=0,
                    amount_minor__gte=F("paid_minor") + F("written_off_minor"),
                ),
            ),
            models.CheckConstraint(
                name="installment_settled_in_full",
                condition=~Q(state__in=["PAID", "WRITTEN_OFF"])
                | Q(amount_minor=F("paid_minor") + F("written_off_minor")),
            ),
            models.CheckConstraint(
                name="installment_invoice_is_complete",
                condition=Q(invoice_number="", invoiced_on=None, due_on=None)
                | (~Q(invoice_number="") & Q(invoiced_on__isnull=False, due_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="installment_invoiced_has_number",
                condition=~Q(state__in=["INVOICED", "PAID"]) | ~Q(invoice_number=""),
            ),
            models.UniqueConstraint(
                name="installment_invoice_is_unique",
                fields=["invoice_number"],
                condition=~Q(invoice_number=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_number} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("aftersales:project_money", kwargs={"project_pk": self.project_id})

    @property
    def open_minor(self) -> int:
        """What is neither paid nor written off."""
        return self.amount_minor - self.paid_minor - self.written_off_minor

    @property
    def percent_label(self) -> str:
        """Such as “33.33 %”; empty for one that was given as an amount."""
        if self.percent_points is None:
            return ""
        whole, rest = divmod(self.percent_points, 100)
        return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "\u00a0%"

    def days_late(self, today: date) -> int:
        """Days since an open invoice was due; 0 for everything else."""
        if self.state != InstallmentState.INVOICED:
            return 0
        return max(0, (today - self.due_on).days)

    @property
    def release_words(self) -> str:
        """What releases it, e.g. “milestone “Data migrated” done”."""
        if self.release_event == ReleaseEvent.MILESTONE_DONE:
            return _now("milestone “%(title)s” done") % {"title": self.milestone.title}
        if self.release_event == ReleaseEvent.FIXED_DATE:
            return date_format(self.fixed_on, _now("j F Y"))
        return {
            ReleaseEvent.SOLUTION_SIGNED: _now("solution signed"),
            ReleaseEvent.KICKOFF_HELD: _now("kick-off held"),
            ReleaseEvent.ACCEPTANCE_SIGNED: _now("acceptance signed"),
            ReleaseEvent.CHANGE_SIGNED: _now("change request signed"),
        }[ReleaseEvent(self.release_event)]

    @property
    def provider(self) -> User | None:
        """Who can provide what it waits for; None for a date, which comes by itself."""
        project = self.project
        if self.release_event == ReleaseEvent.FIXED_DATE:
            return None
        if self.release_event == ReleaseEvent.MILESTONE_DONE:
            return project.project_manager or project.implementation_manager
        return project.implementation_manager

    def why_not_due(self, today: date) -> str:
        """What is missing before money is due, and who can provide it; empty when it is due.

        Reads relations that ``with_people`` loads.
        """
        if self.state == InstallmentState.WAITING:
            words = {"what": self.release_words}
            if self.provider is None:
                return _now("Waits for: %(what)s") % words
            return _now("Waits for: %(what)s — %(who)s") % (words | {"who": self.provider.name})
        if self.state == InstallmentState.RELEASED:
            collector = self.project.business_manager
            return _now("Waits for: the invoice — %(who)s") % {
                "who": collector.name if collector else _now("a business manager")
            }
        if self.state == InstallmentState.INVOICED and self.due_on > today:
            days = (self.due_on - today).days
            return ngettext(
                "The customer may take %(days)s more day.",
                "The customer may take %(days)s more days.",
                days,
            ) % {"days": days}
        return ""

    def next_action(self, today: date) -> str:
        """The one thing to do now, in words of a button; empty when there is nothing."""
        if self.state == InstallmentState.RELEASED:
            return _now("Invoice it")
        if self.state == InstallmentState.INVOICED:
            return _now("Ask for payment") if self.days_late(today) else _now("Await payment")
        return ""
