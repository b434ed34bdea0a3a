"""What the phases tell the spine: activities, gates, tabs, who waits, who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.utils.functional import Promise

from implportal.kernel.registry import Registry

if TYPE_CHECKING:
    from implportal.accounts.models import User
    from implportal.projects.models import Contact, Project

Text = str | Promise


@dataclass(frozen=True)
class Activity:
    """One of the seventeen activities of every project.

    ``route`` names its own first page (it takes ``project_pk``), once it has one.
    """

    key: str
    phase: str
    order: int
    title: Text
    purpose: Text
    route: str = ""


@dataclass(frozen=True)
class Reason:
    """Something that is still missing, and the address where it can be mended."""

    text: Text
    url: str = ""


@dataclass(frozen=True)
class Gate:
    """What still keeps a project out of ``phase``; nothing missing means an open gate."""

    key: str
    phase: str
    reasons: Callable[[Project], Iterable[Reason]]


@dataclass(frozen=True)
class ProjectTab:
    """A tab on every page of a project; ``route`` takes ``project_pk``.

    ``visible`` says who is offered it; the pages behind it check for themselves.
    """

    key: str
    title: Text
    order: int
    route: str
    icon: str = ""
    visible: Callable[[User, Project], bool] | None = None


@dataclass(frozen=True)
class Waiting:
    """One line of “waiting for you” or “waiting for customers”.

    ``urgency``: 0 can wait, 1 soon, 2 something is lost by waiting. ``who`` names the
    customer's person for those that wait on a customer.
    """

    text: str
    project: Project
    since: datetime
    url: str
    button: Text
    on: Literal["YOU", "CUSTOMER"] = "YOU"
    who: str = ""
    urgency: int = 0


@dataclass(frozen=True)
class WaitingSource:
    """Finds what waits for a person. Runs a fixed number of queries, and a small one."""

    key: str
    items: Callable[[User, datetime], Iterable[Waiting]]


@dataclass(frozen=True)
class EventListener:
    """Runs ``handle`` in the transaction of the event; keyword arguments of ``announce``."""

    key: str
    event: str
    handle: Callable[..., None]


@dataclass(frozen=True)
class AddressListener:
    """Hears in its transaction that a contact has another e-mail address than ``before``.

    ``handle(contact, before, actor, at)``; what leads to people by mail says what it means.
    """

    key: str
    handle: Callable[[Contact, str, User, datetime], None]


@dataclass(frozen=True)
class Attachable:
    """A kind of record that carries files. It has a ``project`` and a page of its own.

    ``key`` is the label of its model, such as ``presales.requirement``; its manager narrows
    with ``visible_to``.
    """

    key: str


ACTIVITIES: Registry[Activity] = Registry("activity")
GATES: Registry[Gate] = Registry("gate")
TABS: Registry[ProjectTab] = Registry("project tab")
WAITING: Registry[WaitingSource] = Registry("waiting source")
LISTENERS: Registry[EventListener] = Registry("event listener")
ADDRESS_LISTENERS: Registry[AddressListener] = Registry("address listener")
ATTACHABLES: Registry[Attachable] = Registry("record with files")


def set_activity_route(key: str, route: str) -> None:
    """Say that an activity has pages of its own; KeyError for an unknown activity."""
    ACTIVITIES.replace(replace(ACTIVITIES[key], route=route))
