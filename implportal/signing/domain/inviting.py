"""Asking the people of a request in order, and putting its events on record."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.projects.models import Project
from implportal.signing.domain.links import share
from implportal.signing.models import LinkKind, SignatureRequest, Signer, SignerRole, SignerState
from implportal.signing.models.requests import DECIDING, UNDECIDED

RECEIPT_DAYS = 30
"""Days after the deadline for which a signer still reaches the receipt and the sealed PDF."""


def invite_next(request: SignatureRequest, *, at: datetime) -> list[Signer]:
    """Ask the next group of a locked request, once everybody before has signed."""
    undecided = list(
        request.signers.filter(role__in=DECIDING, state__in=UNDECIDED).order_by("order", "pk")
    )
    group = [signer for signer in undecided if signer.order == undecided[0].order]
    invited = [signer for signer in group if signer.state == SignerState.WAITING]
    for signer in invited:
        invite(signer, request, at=at)
    return invited


def invite(signer: Signer, request: SignatureRequest, *, at: datetime) -> None:
    """Send a signer of a locked request the first link."""
    signer.state, signer.invited_at = SignerState.INVITED, at
    signer.save(update_fields=["state", "invited_at"])
    kind = LinkKind.CONFIRM if request.version.document_kind.to_confirm else LinkKind.SIGN
    send_link(signer, request, kind=kind, at=at)


def send_link(signer: Signer, request: SignatureRequest, *, kind: LinkKind, at: datetime) -> None:
    """Mail ``signer`` a link to the version, open until some weeks after the deadline."""
    version, approves = request.version, signer.role == SignerRole.APPROVER
    if kind == LinkKind.READ:
        subject = _("To read: %(title)s")
    elif kind == LinkKind.CONFIRM:
        subject = _("Please confirm: %(title)s")
    else:
        subject = _("Please approve: %(title)s") if approves else _("Please sign: %(title)s")
    signer.link = share(
        kind=kind,
        project=request.project,
        subject=version,
        contact=signer.contact,
        name=signer.name,
        email=signer.email,
        actor=None,
        sent_by=request.created_by,
        at=at,
        valid_days=max(1, (request.expires_at - at).days) + RECEIPT_DAYS,
        subject_line=subject % {"title": version.title},
        template=f"email/signing/{kind.lower()}_document.txt",
        context={
            "title": version.title,
            "version": version.version,
            "deadline": deadline_text(request),
            "code_required": request.code_required,
            "approves": approves,
            "to_confirm": version.document_kind.to_confirm,
            "message": request.message,
            "handed_over_by": signer.delegated_from.name if signer.delegated_from else "",
            "handed_over_why": signer.delegation_reason,
        },
        chain=request.chain,
    )
    signer.save(update_fields=["link"])


def end_of_day(day: date, project: Project) -> datetime:
    """Return the last second of ``day`` where the customer is."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(project.customer.time_zone))


def days_later(days: int, project: Project, *, at: datetime) -> datetime:
    """Return the last second of the day ``days`` after ``at``: nobody counts the hours."""
    zone = ZoneInfo(project.customer.time_zone)
    return end_of_day(timezone.localtime(at, zone).date() + timedelta(days=days), project)


def deadline_text(request: SignatureRequest) -> str:
    """Return the day of the deadline, as it is where the customer is."""
    return date_format(request.last_day, "DATE_FORMAT")


def note(
    *,
    action: Action,
    request: SignatureRequest,
    actor: User | None,
    at: datetime,
    actor_name: str = "",
    **details: object,
) -> None:
    """Put an event of a request on its own chain and in the activity of its project."""
    record(
        action,
        subject=request,
        actor=actor,
        actor_name=actor_name,
        at=at,
        project=request.project,
        details={"number": request.version.number, "version": request.version.version, **details},
        chain=request.chain,
    )
