"""Signers who let it lie are asked again, with a new link each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from implportal.audit.registry import Action
from implportal.projects.models import Project
from implportal.signing.domain.links import send_again
from implportal.signing.domain.requests import note
from implportal.signing.models import SignatureRequest, Signer
from implportal.signing.models.requests import RUNNING, TURN

FIRST_AFTER_WORKING_DAYS = 3
THEN_EVERY_WORKING_DAYS = 2
MOST_REMINDERS = 5
LEFT_ALONE = timedelta(hours=1)
"""Who asked for a code so lately is signing now; a new link would close the page."""
SATURDAY = 5

SIGNER_REMINDED = Action(
    "signing.signer_reminded", gettext_lazy("reminded %(name)s to sign %(number)s")
)


def on_turn() -> QuerySet[Signer]:
    """Signers for whom a running request of a running project waits."""
    return Signer.objects.filter(
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
    that were missed are not made up for.
    """
    candidates = on_turn().filter(reminders__lt=MOST_REMINDERS, locked_at=None)
    pairs = list(candidates.order_by("pk").values_list("pk", "request_id"))
    return sum(_remind(pk, request_pk, now=now) for pk, request_pk in pairs)


@transaction.atomic
def _remind(signer_pk: int, request_pk: int, *, now: datetime) -> bool:
    request = SignatureRequest.objects.locked(request_pk)
    signer = Signer.objects.select_for_update(of=("self",)).get(pk=signer_pk)
    due = sum(day <= now.date() for day in reminder_dates(signer.invited_at.date()))
    is_due = (
        request.is_running
        and request.expires_at > now
        and signer.is_on_turn
        and due > signer.reminders
        and not signer.codes.filter(sent_at__gt=now - LEFT_ALONE).exists()
    )
    if not is_due or signer.link is None or signer.link.revoked_at is not None:
        return False
    signer.reminders, signer.reminded_at = due, now
    signer.save(update_fields=["reminders", "reminded_at"])
    send_again(link=signer.link, actor=None, at=now, template="email/signing/sign_reminder.txt")
    note(SIGNER_REMINDED, request, actor=None, at=now, name=signer.name)
    return True
