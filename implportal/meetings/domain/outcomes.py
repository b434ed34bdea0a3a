"""What comes out of a meeting: decisions, and who does what until when."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import ContactOfOthers, lock_open_meeting
from implportal.meetings.models import ActionItem, Decision, Meeting
from implportal.meetings.permissions import may_settle_action, may_take_minutes
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact, Project

DECISION_NOTED = Action(
    "meetings.decision_noted", gettext_lazy("noted a decision of “%(title)s”: %(text)s")
)
DECISION_REMOVED = Action(
    "meetings.decision_removed", gettext_lazy("took a decision of “%(title)s” away: %(text)s")
)
ACTION_NOTED = Action(
    "meetings.action_noted", gettext_lazy("noted at “%(title)s” that %(who)s does: %(text)s")
)
ACTION_CHANGED = Action(
    "meetings.action_changed", gettext_lazy("changed an action item of “%(title)s”: %(text)s")
)
ACTION_DONE = Action("meetings.action_done", gettext_lazy("ticked off: %(text)s"))
ACTION_REOPENED = Action("meetings.action_reopened", gettext_lazy("put back on the list: %(text)s"))
ACTION_REMOVED = Action(
    "meetings.action_removed", gettext_lazy("took an action item of “%(title)s” away: %(text)s")
)


class OwnerIsStranger(DomainError):
    """One of our people who does not work on the project was to do something."""


@transaction.atomic
def add_decision(*, meeting: Meeting, text: str, actor: User, at: datetime) -> Decision:
    """Note one decision, in a sentence.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff.
    """
    meeting = _locked(meeting, actor=actor)
    decision = Decision.objects.create(meeting=meeting, text=text)
    _record(DECISION_NOTED, meeting, actor=actor, at=at, text=text)
    return decision


@transaction.atomic
def remove_decision(*, decision: Decision, actor: User, at: datetime) -> None:
    """Take a decision away that was noted by mistake; it stays on record. Raises as above."""
    meeting = _locked(decision.meeting, actor=actor)
    decision.delete()
    _record(DECISION_REMOVED, meeting, actor=actor, at=at, text=decision.text)


@transaction.atomic
def add_action(
    *,
    meeting: Meeting,
    text: str,
    owner: User | Contact | None,
    due_on: date | None,
    actor: User,
    at: datetime,
) -> ActionItem:
    """Note what somebody does until ``due_on``, a day where the meeting is.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff.
        OwnerIsStranger, ContactOfOthers.
    """
    meeting = _locked(meeting, actor=actor)
    item = ActionItem(meeting=meeting, text=text, due_on=due_on)
    _give(item, owner)
    item.save(force_insert=True)
    _record(ACTION_NOTED, meeting, actor=actor, at=at, text=text, who=who_does(item))
    return item


@transaction.atomic
def change_action(
    *,
    item: ActionItem,
    text: str,
    owner: User | Contact | None,
    due_on: date | None,
    actor: User,
    at: datetime,
) -> ActionItem:
    """Say it otherwise, give it to somebody else or another day. Raises as ``add_action``."""
    meeting = _locked(item.meeting, actor=actor)
    item = ActionItem.objects.locked(item.pk)
    item.meeting, item.text, item.due_on = meeting, text, due_on
    _give(item, owner)
    item.save(update_fields=["text", "due_on", "user", "contact"])
    _record(ACTION_CHANGED, meeting, actor=actor, at=at, text=text)
    return item


@transaction.atomic
def settle_action(*, item: ActionItem, is_done: bool, actor: User, at: datetime) -> ActionItem:
    """Tick an action item off, or put it back; saying what is so already is silent.

    Raises:
        NotAllowed: ``actor`` neither owns it nor works on the project.
        ProjectNotRunning.
    """
    item = ActionItem.objects.select_related("meeting__project").locked(item.pk)
    meeting = item.meeting
    if not may_settle_action(actor, item):
        raise NotAllowed
    check_running(meeting.project)
    if (item.done_at is not None) != is_done:
        item.done_at, item.done_by = (at, actor) if is_done else (None, None)
        item.save(update_fields=["done_at", "done_by"])
        action = ACTION_DONE if is_done else ACTION_REOPENED
        _record(action, meeting, actor=actor, at=at, text=item.text)
    return item


@transaction.atomic
def remove_action(*, item: ActionItem, actor: User, at: datetime) -> None:
    """Take an action item away that was noted by mistake; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff.
    """
    meeting = _locked(item.meeting, actor=actor)
    item.delete()
    _record(ACTION_REMOVED, meeting, actor=actor, at=at, text=item.text)


def who_does(item: ActionItem) -> str:
    """Return the name of who does it."""
    return item.owner.name if item.owner else _("nobody yet")


def _locked(meeting: Meeting, *, actor: User) -> Meeting:
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    return meeting


def _give(item: ActionItem, owner: User | Contact | None) -> None:
    project = item.meeting.project
    item.user = owner if isinstance(owner, User) else None
    item.contact = owner if isinstance(owner, Contact) else None
    if item.user and not Project.objects.visible_to(item.user).filter(pk=project.pk).exists():
        raise OwnerIsStranger(
            _("%(name)s does not work on this project yet. Add them under People first.")
            % {"name": item.user.name}
        )
    if item.contact and item.contact.customer_id != project.customer_id:
        raise ContactOfOthers(
            _("%(name)s belongs to another customer.") % {"name": item.contact.name}
        )


def _record(
    action: Action, meeting: Meeting, *, actor: User, at: datetime, **details: object
) -> None:
    record(
        action, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, **details},
    )  # fmt: skip
