"""Signers who let it lie are asked again, with a new link each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.signing.domain.inviting import note
from implportal.signing.domain.links import send_again
from implportal.signing.domain.requests import check_running_request
from implportal.signing.domain.turns import NotYourTurn
from implportal.signing.models import SignatureRequest, Signer
from implportal.signing.models.requests import DECIDING, RUNNING, TURN
from implportal.signing.permissions import may_send_for_signature

FIRST_AFTER_WORKING_DAYS = 3
THEN_EVERY_WORKING_DAYS = 2
MOST_REMINDERS = 5
BY_HAND_AFTER = timedelta(hours=24)
"""So long after the last mail with a link somebody of ours may send a reminder."""
LEFT_ALONE = timedelta(hours=1)
"""Who asked for a code so lately is signing now; a new link would close the page."""
SATURDAY = 5

SIGNER_REMINDED = Action(
    "signing.signer_reminded", gettext_lazy("reminded %(name)s to sign %(number)s")
)


class TooSoon(DomainError):
    """The last mail has hardly been read, or the signer is signing just now."""


def on_turn() -> QuerySet[Signer]:
    """People who sign or approve, for whom a running request of a running project waits."""
    return Signer.objects.filter(
        role__in=DECIDING,
        state__in=TURN,
        request__state__in=RUNNING,
        request__project__in=Project.objects.running(),
    )


def reminder_dates(invited_on: date) -> Iterator[date]:
    """The days on which somebody asked on ``invited_on`` is reminded, at most five."""
    day = invited_on
    for number in range(MOST_REMINDERS):
        day = add_working_days(day, THEN_EVERY_WORKING_DAYS if number else FIRST_AFTER_WORKING_DAYS)
        yield day


def add_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day (Monday to Friday) after ``day``."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def remind_signers(*, now: datetime) -> int:
    """Send a new link to each signer for whom a reminder is due; how many were sent.

    Two sweeps at once remind once: it is decided under the lock of the request. Days
    that were missed are not made up for. Nobody is sent a second mail where the first came
    back; the sender was told, and has the address put right.
    """
    candidates = on_turn().filter(
        reminders__lt=MOST_REMINDERS, locked_at=None, link__undelivered_at=None
    )
    pairs = list(candidates.order_by("pk").values_list("pk", "request_id"))
    return sum(_remind(pk, request_pk, now=now) for pk, request_pk in pairs)


@transaction.atomic
def remind_now(*, signer: Signer, actor: User, at: datetime) -> Signer:
    """Send a new link to a signer who is on turn, because somebody of ours asks for it.

    It takes the place of a reminder that is due today, and else changes nothing in the rhythm.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning.
        IllegalMove: the request is over.
        NotYourTurn: the person is not asked yet, or has decided.
        TooSoon: a link went out less than a day ago, or a code a moment ago.
    """
    request, signer = _locked(signer.pk, signer.request_id)
    if not may_send_for_signature(actor, request.project):
        raise NotAllowed
    check_running(request.project)
    check_running_request(request, at=at)
    if not (signer.decides and signer.is_on_turn and signer.link):
        raise NotYourTurn(_("%(name)s is not asked to sign now.") % {"name": signer.name})
    if remind_from(signer) > at:
        raise TooSoon(
            _("%(name)s has mail of less than a day ago. A call may be quicker.")
            % {"name": signer.name}
        )
    _send(signer, request, reminders=max(signer.reminders, _due(signer, at)), actor=actor, at=at)
    return signer


def remind_from(signer: Signer) -> datetime:
    """Return from when on somebody of ours may remind a signer who has a link."""
    moment = signer.link.sent_at + BY_HAND_AFTER
    code = signer.codes.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return max(moment, code + LEFT_ALONE) if code else moment


@transaction.atomic
def _remind(signer_pk: int, request_pk: int, *, now: datetime) -> bool:
    request, signer = _locked(signer_pk, request_pk)
    due = _due(signer, now)
    is_due = (
        request.is_running
        and request.project.is_running
        and request.expires_at > now
        and signer.is_on_turn
        and due > signer.reminders
        and not _is_signing(signer, now)
    )
    link = signer.link
    if not is_due or link is None or link.revoked_at or link.undelivered_at:
        return False
    _send(signer, request, reminders=due, actor=None, at=now)
    return True


def _send(
    signer: Signer, request: SignatureRequest, *, reminders: int, actor: User | None, at: datetime
) -> None:
    signer.reminders, signer.reminded_at = reminders, at
    signer.save(update_fields=["reminders", "reminded_at"])
    send_again(link=signer.link, actor=actor, at=at, template="email/signing/sign_reminder.txt")
    note(action=SIGNER_REMINDED, request=request, actor=actor, at=at, name=signer.name)


def _due(signer: Signer, now: datetime) -> int:
    """How many reminders should have gone out by now."""
    return sum(day <= now.date() for day in reminder_dates(signer.invited_at.date()))


def _is_signing(signer: Signer, now: datetime) -> bool:
    return signer.codes.filter(sent_at__gt=now - LEFT_ALONE).exists()


def _locked(signer_pk: int, request_pk: int) -> tuple[SignatureRequest, Signer]:
    request = SignatureRequest.objects.locked(request_pk)
    signer = Signer.objects.select_for_update(of=("self",)).get(pk=signer_pk)
    return request, signer
