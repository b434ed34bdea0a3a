"""The nightly look at the record: is every chain whole, and who has to know if one is not."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from implportal.accounts.models import Role, User
from implportal.audit.domain import check_chains
from implportal.audit.models import ChainCheck
from implportal.notifications.domain.outbox import notify

logger = logging.getLogger(__name__)

OVERDUE_AFTER = timedelta(hours=26)
"""A check a night, and two hours for a long one."""
NAMED = 20
"""Chains named in a mail; `manage.py check_chains` names all."""


def check_record(*, now: datetime) -> ChainCheck:
    """Recompute all chains and alarm every administrator where something does not fit.

    The same finding alarms once a day, however often it is looked for. The log names the
    chains and the entries, never what they say.
    """

    def log(chain: str, sequence: int) -> None:
        logger.error("Chain %s does not fit from entry %s on", chain, sequence)

    check = check_chains(at=now, on_broken=log)
    if check.missing:
        logger.error("%s chains are gone that were there before", check.missing)
    if check.is_whole:
        logger.info("%s chains with %s entries checked, all whole", check.chains, check.entries)
    else:
        _alarm(check, now=now)
    return check


@transaction.atomic
def _alarm(check: ChainCheck, *, now: datetime) -> None:
    finding = json.dumps([check.missing, check.broken], sort_keys=True)
    digest = hashlib.sha256(finding.encode()).hexdigest()[:16]
    administrators = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    for user in administrators.order_by("pk"):
        notify(
            to=user.email,
            user=user,
            subject=_("Alarm: the record of events does not fit"),
            template="email/portal/record_broken.txt",
            context={
                "check": check,
                "named": check.broken[:NAMED],
                "more": max(0, len(check.broken) - NAMED),
            },
            url=reverse("portal:home"),
            dedupe_key=f"record-broken:{now.date()}:{digest}:{user.pk}",
            at=now,
        )


def health_of_record(*, now: datetime) -> dict[str, object] | None:
    """What administrators read of the last check: tone, text and moment; one query.

    None where no check is due yet, i.e. nothing was ever checked.
    """
    check = ChainCheck.objects.newest()
    if check is None:
        return None
    if not check.is_whole:
        tone, text = "danger", _finding(check)
    elif check.at < now - OVERDUE_AFTER:
        tone, text = (
            "waiting",
            _("The record was not checked last night. Is the scheduler running?"),
        )
    else:
        tone = "done"
        text = ngettext(
            "The record was checked: %(count)s chain, whole.",
            "The record was checked: %(count)s chains, all whole.",
            check.chains,
        ) % {"count": check.chains}
    return {"tone": tone, "text": text, "at": check.at}


def _finding(check: ChainCheck) -> str:
    if not check.broken:
        return _("%(count)s chains of the record are gone.") % {"count": check.missing}
    first = check.broken[0]
    return _(
        "The record was changed: %(broken)s of %(count)s chains do not fit, the first is "
        "%(chain)s from entry %(sequence)s on."
    ) % {"broken": len(check.broken), "count": check.chains, **first}
