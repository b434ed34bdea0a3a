"""Questions and wishes at a demonstration, and what becomes of each in one step."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError
from implportal.meetings.domain.meetings import hold_if_begun
from implportal.meetings.domain.outcomes import add_action
from implportal.meetings.models import ActionItem, Attendee, Meeting
from implportal.projects.models import Contact, Project
from presales.domain.demonstration_standing import advance_demonstration
from presales.domain.demonstrations import check_begun, locked_demonstration
from presales.domain.requirements import add_requirement
from presales.models import Remark, Requirement, ShownScenario

REMARK_NOTED = Action(
    "presales.remark_noted", gettext_lazy("noted at “%(title)s” (%(kind)s): %(text)s")
)
REMARK_ANSWERED = Action(
    "presales.remark_answered", gettext_lazy("answered at “%(title)s”: %(text)s")
)
REMARK_REMOVED = Action(
    "presales.remark_removed", gettext_lazy("took away what was noted at “%(title)s”: %(text)s")
)
WISH_TAKEN = Action(
    "presales.wish_taken", gettext_lazy("made a wish of “%(title)s” the requirement %(code)s")
)


class IsSettled(DomainError):
    """It led to something already; somebody may have been faster."""


class NotAQuestion(DomainError):
    """A wish becomes a requirement, not an action item."""


class NotAWish(DomainError):
    """A question becomes an action item, not a requirement."""


class NotOnTheList(DomainError):
    """Who is said to have said it is not on the list of this meeting."""


@transaction.atomic
def note_remark(
    *,
    scenario: ShownScenario,
    kind: Remark.Kind,
    text: str,
    actor: User,
    at: datetime,
    said_by: Attendee | None = None,
) -> Remark:
    """Note a question or a wish while the scenario is shown, or later.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotADemonstration, NotBegunYet, NotOnTheList.
    """
    meeting = locked_demonstration(scenario.meeting, actor=actor)
    check_begun(meeting, at=at)
    if said_by and said_by.meeting_id != meeting.pk:
        raise NotOnTheList(_("%(name)s is not on the list of people.") % {"name": said_by.label})
    scenario = ShownScenario.objects.locked(scenario.pk)
    if scenario.shown_at is None:
        scenario.shown_at = at
        scenario.save(update_fields=["shown_at"])
    remark = Remark.objects.create(
        scenario=scenario, kind=Remark.Kind(kind), text=" ".join(text.split()), said_by=said_by,
        noted_at=at, noted_by=actor,
    )  # fmt: skip
    hold_if_begun(meeting, actor=actor, at=at)
    _record(REMARK_NOTED, remark, meeting, actor=actor, at=at, kind=str(remark.get_kind_display()))
    return remark


@transaction.atomic
def answer_remark(*, remark: Remark, answer: str, actor: User, at: datetime) -> Remark:
    """Keep the answer to a question, or why a wish leads to nothing; empty opens it again.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
        IsSettled: it became an action item or a requirement.
    """
    meeting = locked_demonstration(remark.scenario.meeting, actor=actor)
    remark = _locked(remark)
    if remark.action_id or remark.requirement_id:
        raise _settled()
    if remark.answer != answer.strip():
        remark.answer = answer.strip()
        remark.save(update_fields=["answer"])
        _record(REMARK_ANSWERED, remark, meeting, actor=actor, at=at)
    return remark


@transaction.atomic
def take_question_home(
    *,
    remark: Remark,
    owner: User | Contact | None,
    due_on: date | None,
    actor: User,
    at: datetime,
) -> ActionItem:
    """Make an open question an action item of its meeting.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
        IsSettled, NotAQuestion; OwnerIsStranger, ContactOfOthers.
    """
    meeting = locked_demonstration(remark.scenario.meeting, actor=actor)
    remark = _locked(remark)
    if remark.kind != Remark.Kind.QUESTION:
        raise NotAQuestion(_("A wish becomes a requirement, not an action item."))
    if not remark.is_open:
        raise _settled()
    item = add_action(
        meeting=meeting, text=remark.text, owner=owner, due_on=due_on, actor=actor, at=at
    )
    remark.action = item
    remark.save(update_fields=["action"])
    advance_demonstration(meeting.project, actor=actor, at=at)
    return item


@transaction.atomic
def take_wish(
    *, remark: Remark, text: str, priority: Requirement.Priority, actor: User, at: datetime
) -> Requirement:
    """Make an open wish a requirement that says where it came from.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
        IsSettled, NotAWish, EmptyRequirement.
    """
    # The project's row first: who sends minutes takes them in this order too.
    Project.objects.locked(remark.scenario.meeting.project_id)
    meeting = locked_demonstration(remark.scenario.meeting, actor=actor)
    remark = _locked(remark)
    if remark.kind != Remark.Kind.WISH:
        raise NotAWish(_("A question becomes an action item, not a requirement."))
    if not remark.is_open:
        raise _settled()
    requirement = add_requirement(
        project=meeting.project, text=text, source=Requirement.Source.DEMO, priority=priority,
        actor=actor, at=at,
    )  # fmt: skip
    remark.requirement = requirement
    remark.save(update_fields=["requirement"])
    _record(WISH_TAKEN, remark, meeting, actor=actor, at=at, code=requirement.code)
    return requirement


@transaction.atomic
def remove_remark(*, remark: Remark, actor: User, at: datetime) -> None:
    """Take something away that was noted by mistake; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotADemonstration.
        IsSettled: it became an action item or a requirement.
    """
    meeting = locked_demonstration(remark.scenario.meeting, actor=actor)
    remark = _locked(remark)
    if remark.action_id or remark.requirement_id:
        raise _settled()
    remark.delete()
    _record(REMARK_REMOVED, remark, meeting, actor=actor, at=at)


def _locked(remark: Remark) -> Remark:
    return Remark.objects.locked(remark.pk)


def _settled() -> IsSettled:
    return IsSettled(_("This has led to something already. Reload the page to see it."))


def _record(
    action: Action, remark: Remark, meeting: Meeting, *, actor: User, at: datetime, **more: str
) -> None:
    advance_demonstration(meeting.project, actor=actor, at=at)
    record(
        action, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "text": remark.text, **more},
    )  # fmt: skip
