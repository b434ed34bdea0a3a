from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from implportal.notifications.domain.outbox import deliver_due, deliver_message
from implportal.notifications.domain.reminders import send_due_reminders


@shared_task(name="notifications.deliver")
def deliver(*, message_id: int, **_later: object) -> None:
    deliver_message(message_id=message_id, now=timezone.now())


@shared_task(name="notifications.sweep_outbox")
def sweep_outbox(**_later: object) -> None:
    deliver_due(now=timezone.now())


@shared_task(name="notifications.sweep_reminders")
def sweep_reminders(**_later: object) -> None:
    send_due_reminders(now=timezone.now())
