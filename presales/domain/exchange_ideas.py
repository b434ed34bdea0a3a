"""What an exchange leads on to: technologies named, and ideas for further development."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError
from implportal.kernel.moves import check_move
from implportal.meetings.domain.meetings import hold_if_begun
from implportal.projects.models import Project
from presales.domain.exchange_standing import advance_exchange
from presales.domain.exchanges import locked_exchange
from presales.domain.requirements import add_requirement
from presales.models import IDEA_MOVES, Idea, Requirement, Technology, Topic

IDEA_NOTED = Action("presales.idea_noted", gettext_lazy("noted an idea: %(text)s"))
IDEA_KEPT = Action("presales.idea_kept", gettext_lazy("kept an idea for later: %(text)s"))
IDEA_BACK = Action("presales.idea_back", gettext_lazy("brought an idea back: %(text)s"))
IDEA_TAKEN = Action(
    "presales.idea_taken", gettext_lazy("made the requirement %(code)s of an idea: %(text)s")
)
IDEA_REMOVED = Action("presales.idea_removed", gettext_lazy("took an idea away: %(text)s"))
TECHNOLOGIES_NAMED = Action(
    "presales.technologies_named", gettext_lazy("noted at “%(topic)s” what was named: %(names)s")
)


class IdeaIsRequirement(DomainError):
    """The idea became a requirement and stays as its origin."""


@transaction.atomic
def note_idea(*, topic: Topic, text: str, actor: User, at: datetime) -> Idea:
    """Note something for further development.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotAnExchange.
    """
    meeting = locked_exchange(topic.meeting, actor=actor)
    idea = Idea.objects.create(topic=topic, text=text.strip(), noted_at=at, noted_by=actor)
    advance_exchange(meeting.project, actor=actor, at=at)
    hold_if_begun(meeting, actor=actor, at=at)
    _record(IDEA_NOTED, idea, meeting.project, actor=actor, at=at)
    return idea


@transaction.atomic
def keep_idea(*, idea: Idea, for_later: bool, actor: User, at: datetime) -> Idea:
    """Put an idea aside for a later phase, or bring it back.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange, IllegalMove.
    """
    meeting = locked_exchange(idea.topic.meeting, actor=actor)
    idea = Idea.objects.locked(idea.pk)
    target = Idea.State.LATER if for_later else Idea.State.NEW
    check_move(IDEA_MOVES, source=Idea.State(idea.state), target=target)
    idea.state = target
    idea.save(update_fields=["state"])
    advance_exchange(meeting.project, actor=actor, at=at)
    action = IDEA_KEPT if for_later else IDEA_BACK
    _record(action, idea, meeting.project, actor=actor, at=at)
    return idea


@transaction.atomic
def take_idea(
    *, idea: Idea, text: str, priority: Requirement.Priority, actor: User, at: datetime
) -> Requirement:
    """Make a requirement of an idea, in ``text``; each keeps the link to the other.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
        IllegalMove: it became a requirement before.
        EmptyRequirement: ``text`` is blank.
    """
    # The project's row first: who sends minutes takes them in this order too.
    project = Project.objects.locked(idea.topic.meeting.project_id)
    locked_exchange(idea.topic.meeting, actor=actor)
    idea = Idea.objects.locked(idea.pk)
    check_move(IDEA_MOVES, source=Idea.State(idea.state), target=Idea.State.TAKEN)
    requirement = add_requirement(
        project=project, text=text, source=Requirement.Source.EXCHANGE, priority=priority,
        actor=actor, at=at,
    )  # fmt: skip
    idea.state, idea.requirement = Idea.State.TAKEN, requirement
    idea.save(update_fields=["state", "requirement"])
    advance_exchange(project, actor=actor, at=at)
    _record(IDEA_TAKEN, idea, project, actor=actor, at=at, code=requirement.code)
    return requirement


@transaction.atomic
def remove_idea(*, idea: Idea, actor: User, at: datetime) -> None:
    """Take an idea away that was noted by mistake; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
        IdeaIsRequirement.
    """
    meeting = locked_exchange(idea.topic.meeting, actor=actor)
    idea = Idea.objects.select_related("requirement").locked(idea.pk)
    if idea.requirement:
        raise IdeaIsRequirement(
            _("This idea became %(code)s, so it stays.") % {"code": idea.requirement.code}
        )
    _record(IDEA_REMOVED, idea, meeting.project, actor=actor, at=at)
    idea.delete()
    advance_exchange(meeting.project, actor=actor, at=at)


@transaction.atomic
def name_technologies(
    *, topic: Topic, names: Iterable[str], actor: User, at: datetime
) -> list[Technology]:
    """Let the technologies named at a topic be exactly these.

    A name that the project has in other case is the same technology; one that is named
    nowhere any more goes from the project's list.

    Raises:
        NotAllowed, ProjectNotRunning, MeetingCalledOff, NotAnExchange.
    """
    meeting = locked_exchange(topic.meeting, actor=actor)
    wanted = {name.casefold(): name for raw in names if (name := " ".join(raw.split()))}
    there = {
        one.name.casefold(): one
        for one in Technology.objects.select_for_update().filter(project=meeting.project_id)
    }
    was = {one.name.casefold() for one in topic.technologies.all()}
    if was == set(wanted):
        return list(topic.technologies.order_by("name", "pk"))
    for key, name in wanted.items():
        if key not in there:
            there[key] = Technology.objects.create(project=meeting.project, name=name)
    topic.technologies.set([there[key] for key in wanted])
    Technology.objects.filter(project=meeting.project, topics=None).delete()
    record(
        TECHNOLOGIES_NAMED, subject=topic, actor=actor, at=at, project=meeting.project,
        details={"topic": topic.title, "names": ", ".join(wanted.values()) or "–"},
    )  # fmt: skip
    return list(topic.technologies.order_by("name", "pk"))


def _record(
    action: Action, idea: Idea, project: Project, *, actor: User, at: datetime, **details: object
) -> None:
    record(
        action, subject=idea, actor=actor, at=at, project=project,
        details={"text": idea.text, **details},
    )  # fmt: skip
