from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.domain.progress import update_payment_step
from aftersales.domain.release import has_happened, release_all
from aftersales.domain.splitting import split
from aftersales.models import Installment, ReleaseEvent
from aftersales.models.installments import STATE_MOVES
from aftersales.permissions import may_split, may_write_off
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.money import format_money
from implportal.kernel.moves import check_move
from implportal.projects.domain.numbers import next_number
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_handle_money

INSTALLMENTS_SET = Action(
    "aftersales.installments_set",
    gettext_lazy("split the contract value of %(value)s into %(count)s installments"),
    tells_money=True,
)
INVOICED = Action(
    "aftersales.installment_invoiced",
    gettext_lazy("invoiced %(amount)s as %(invoice)s, due on %(due_on)s"),
    tells_money=True,
)
WRITTEN_OFF = Action(
    "aftersales.installment_written_off",
    gettext_lazy("wrote off %(amount)s of “%(title)s”: %(reason)s"),
    tells_money=True,
)


class NothingToSplit(DomainError):
    """The project has no contract value yet."""


class InstallmentIsReleased(DomainError):
    """A released installment is money that somebody counts on; it does not change any more."""


class OtherCurrency(DomainError):
    """The amount is in another currency than what it belongs to."""


class IncompleteEvent(DomainError):
    """A release that needs a date or a milestone came without it."""


class WrongInvoiceDate(DomainError):
    """An invoice is dated neither in the future nor before its installment was released."""


class ReasonIsMissing(DomainError):
    """Money is given up only with a reason."""


@dataclass(frozen=True, kw_only=True)
class InstallmentRow:
    """One line of the division: either ``percent_points`` (1/100 percent) or ``amount_minor``.

    ``pk`` names the installment that it changes; None makes a new one.
    """

    title: str
    release_event: str
    percent_points: int | None = None
    amount_minor: int | None = None
    milestone_id: int | None = None
    fixed_on: date | None = None
    terms_days: int = 30
    pk: int | None = None


@transaction.atomic
def set_installments(
    *, project: Project, rows: Sequence[InstallmentRow], actor: User, at: datetime
) -> list[Installment]:
    """Divide the contract value; ``rows`` are all installments that are not released.

    Released ones stay as they are and count towards the sum. Rows whose event has
    happened already are released at once.

    Raises:
        NotAllowed: ``actor`` neither runs the project nor handles money.
        ProjectNotRunning: the project rests or is over.
        NothingToSplit: there is no contract value.
        InstallmentIsReleased: a row changes one that was released meanwhile.
        OtherCurrency: released ones are in another currency than the project.
        IncompleteEvent: a date or a milestone of this project is missing.
        SumDiffers: the sum is not the contract value.
    """
    project = Project.objects.locked(project.pk)
    if not may_split(actor, project):
        raise NotAllowed
    check_running(project)
    if not project.contract_value_minor:
        raise NothingToSplit(_("Enter the contract value of the project first."))
    present = list(project.installments.select_for_update(of=("self",)).order_by("order", "pk"))
    waiting = {one.pk: one for one in present if one.state == Installment.State.WAITING}
    settled = [one for one in present if one.pk not in waiting]
    _check_rows(project, rows, waiting=waiting, settled=settled)
    amounts = split(
        value_minor=project.contract_value_minor,
        shares=[(row.percent_points, row.amount_minor) for row in rows],
        currency=project.currency,
        fixed_minor=sum(one.amount_minor for one in settled),
        roundings=sum(one.percent_points is not None for one in settled),
    )
    kept = {row.pk for row in rows if row.pk}
    Installment.objects.filter(pk__in=waiting.keys() - kept).delete()
    first = max((one.order for one in settled), default=0) + 1
    written = []
    for order, (row, amount) in enumerate(zip(rows, amounts, strict=True), start=first):
        installment = waiting[row.pk] if row.pk else Installment(project=project)
        installment.project = project
        installment.order, installment.title = order, row.title
        installment.percent_points, installment.amount_minor = row.percent_points, amount
        installment.currency, installment.terms_days = project.currency, row.terms_days
        installment.release_event = row.release_event
        installment.milestone_id, installment.fixed_on = row.milestone_id, row.fixed_on
        installment.save()
        written.append(installment)
    record(
        INSTALLMENTS_SET,
        subject=project,
        actor=actor,
        at=at,
        project=project,
        details={
            "value": format_money(project.contract_value_minor, project.currency),
            "count": len(settled) + len(written),
            "amounts": [one.amount_minor for one in [*settled, *written]],
        },
    )
    update_payment_step(project=project, actor=actor, at=at)
    happened = [one.pk for one in written if has_happened(one, at=at)]
    release_all(
        project=project, waiting=Installment.objects.filter(pk__in=happened), at=at, actor=actor
    )
    return list(project.installments.order_by("order", "pk"))


def _check_rows(
    project: Project,
    rows: Sequence[InstallmentRow],
    *,
    waiting: dict[int, Installment],
    settled: list[Installment],
) -> None:
    gone = next((row for row in rows if row.pk and row.pk not in waiting), None)
    if gone:
        raise InstallmentIsReleased(
            _("“%(title)s” has been released or removed meanwhile. Look at the page again.")
            % {"title": gone.title}
        )
    if any(one.currency != project.currency for one in settled):
        raise OtherCurrency(
            _("A released installment is in another currency than %(currency)s.")
            % {"currency": project.currency}
        )
    milestones = set(project.tasks.filter(is_milestone=True).values_list("pk", flat=True))
    for row in rows:
        needs_date = row.release_event == ReleaseEvent.FIXED_DATE
        needs_milestone = row.release_event == ReleaseEvent.MILESTONE_DONE
        if needs_date != bool(row.fixed_on):
            raise IncompleteEvent(
                _("Give “%(title)s” a date exactly if a date releases it.") % {"title": row.title}
            )
        if needs_milestone != (row.milestone_id in milestones):
            raise IncompleteEvent(
                _("Give “%(title)s” a milestone of the project exactly if one releases it.")
                % {"title": row.title}
            )


@transaction.atomic
def invoice_installment(
    *, installment: Installment, invoiced_on: date, actor: User, at: datetime
) -> Installment:
    """Give the installment its gapless invoice number; due ``terms_days`` after ``invoiced_on``.

    Raises:
        NotAllowed: ``actor`` does not handle money.
        ProjectNotRunning: the project rests or is over.
        IllegalMove: it is not released, or has its invoice already.
        WrongInvoiceDate: in the future, or before the release.
    """
    installment = _locked(installment)
    project = installment.project
    if not may_handle_money(actor):
        raise NotAllowed
    check_running(project)
    check_move(
        STATE_MOVES,
        source=Installment.State(installment.state),
        target=Installment.State.INVOICED,
    )
    if installment.invoice_number:  # PAID may move to INVOICED, but by a cancelled receipt only
        raise NotAllowed
    released_on = timezone.localdate(installment.released_at)
    if not released_on <= invoiced_on <= timezone.localdate(at):
        raise WrongInvoiceDate(_("Date the invoice from the day of the release up to today."))
    number = next_number(series="INVOICE", year=invoiced_on.year)
    installment.invoice_number = f"INV-{invoiced_on.year}-{number:04d}"
    installment.invoiced_on = invoiced_on
    installment.due_on = invoiced_on + timedelta(days=installment.terms_days)
    installment.state = Installment.State.INVOICED
    installment.save(update_fields=["invoice_number", "invoiced_on", "due_on", "state"])
    record(
        INVOICED,
        subject=installment,
        actor=actor,
        at=at,
        project=project,
        details={
            "amount": format_money(installment.amount_minor, installment.currency),
            "invoice": installment.invoice_number,
            "due_on": installment.due_on.isoformat(),
        },
    )
    update_payment_step(project=project, actor=actor, at=at)
    return installment


@transaction.atomic
def write_off(*, installment: Installment, reason: str, actor: User, at: datetime) -> Installment:
    """Give up what is still open of an installment, for good and on record.

    Raises:
        NotAllowed: ``actor`` is no administrator.
        ProjectNotRunning: the project rests or is over.
        IllegalMove: it is paid or written off already.
        ReasonIsMissing: no reason is given.
    """
    installment = _locked(installment)
    project = installment.project
    if not may_write_off(actor):
        raise NotAllowed
    check_running(project)
    check_move(
        STATE_MOVES,
        source=Installment.State(installment.state),
        target=Installment.State.WRITTEN_OFF,
    )
    if not reason.strip():
        raise ReasonIsMissing(_("Say why this money is given up."))
    given_up = installment.open_minor
    installment.written_off_minor += given_up
    installment.state = Installment.State.WRITTEN_OFF
    installment.save(update_fields=["written_off_minor", "state"])
    record(
        WRITTEN_OFF,
        subject=installment,
        actor=actor,
        at=at,
        project=project,
        details={
            "amount": format_money(given_up, installment.currency),
            "title": installment.title,
            "reason": reason,
        },
    )
    update_payment_step(project=project, actor=actor, at=at)
    return installment


def _locked(installment: Installment) -> Installment:
    """Lock the project, then the installment: everybody takes them in this order."""
    project = Project.objects.locked(installment.project_id)
    installment = Installment.objects.locked(installment.pk)
    installment.project = project
    return installment
