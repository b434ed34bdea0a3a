"""What to remind of, declared by the app that knows when it is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from implportal.accounts.models import User
from implportal.kernel.registry import Registry

if TYPE_CHECKING:
    from implportal.notifications.models import Message


@dataclass(frozen=True)
class Reminder:
    """One thing that is due for one person.

    ``subject_key`` names the object for ever ("installment:12"). Either ``user`` or
    ``to`` is given. ``project_id`` lets the message be found from its project.
    """

    subject_key: str
    due_on: date
    subject: str
    text: str
    url: str = ""
    user: User | None = None
    to: str = ""
    to_name: str = ""
    project_id: int | None = None


@dataclass(frozen=True)
class ReminderRule:
    """What is due at a moment. ``due`` must leave out projects that are not running."""

    key: str
    title: str | Promise
    due: Callable[[datetime], Iterable[Reminder]]


RULES: Registry[ReminderRule] = Registry("reminder rule")
register_rule = RULES.register


@dataclass(frozen=True)
class DeliveryListener:
    """Hears what became of each mail: SENT, FAILED (given up) or BOUNCED.

    ``handle`` runs in the transaction that notes it; what it raises is logged and undone,
    for a mail that has left must not be sent twice.
    """

    key: str
    handle: Callable[[Message, datetime], None]


DELIVERY_LISTENERS: Registry[DeliveryListener] = Registry("delivery listener")
register_delivery_listener = DELIVERY_LISTENERS.register
