"""Reminding: each rule says what is due, and each person hears of it once."""

from __future__ import annotations

import logging
from datetime import datetime

from implportal.notifications.domain.outbox import notify
from implportal.notifications.models import Message
from implportal.notifications.registry import RULES, Reminder

logger = logging.getLogger(__name__)


def send_due_reminders(*, now: datetime) -> int:
    """Queue every reminder that is due and was not queued before; how many are new.

    The unique key of the outbox row is what makes it once per rule, object, due
    date and person, however many sweeps run at once. A rule that fails is logged
    and does not keep the others from running.
    """
    new = 0
    for rule in RULES:
        try:
            new += sum(_queue(rule.key, reminder, now=now) for reminder in rule.due(now))
        except Exception:
            logger.exception("Reminder rule %s failed", rule.key)
    return new


def _queue(rule_key: str, reminder: Reminder, *, now: datetime) -> bool:
    to = reminder.user.email if reminder.user else reminder.to
    key = f"remind:{rule_key}:{reminder.subject_key}:{reminder.due_on.isoformat()}:{to}"
    # Most of what is due was said before: one read is cheaper than a refused insert.
    if Message.objects.filter(dedupe_key=key).exists():
        return False
    message = notify(
        to=to,
        to_name=reminder.to_name,
        user=reminder.user,
        subject=reminder.subject,
        template="email/notifications/reminder.txt",
        context={"text": reminder.text},
        url=reminder.url,
        project_id=reminder.project_id,
        dedupe_key=key,
        at=now,
    )
    return message.is_new
