from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.kickoff_document import KICKOFF_DOCUMENT, kickoff_content
from delivery.models import Kickoff
from delivery.permissions import may_plan
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.domain.versions import freeze
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.meetings.domain.meetings import change_meeting, hold_meeting, plan_meeting
from implportal.meetings.domain.people import contacts_of_stakeholders, team_of
from implportal.meetings.models import Kind
from implportal.projects.domain.events import announce
from implportal.projects.domain.numbers import next_number
from implportal.projects.domain.phases import enter_phase
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Phase, Project, Step

KICKOFF_PLANNED = Action("delivery.kickoff_planned", gettext_lazy("planned the kick-off"))
KICKOFF_CHANGED = Action("delivery.kickoff_changed", gettext_lazy("changed the kick-off"))
KICKOFF_HELD = Action("delivery.kickoff_held", gettext_lazy("held the kick-off: %(number)s"))


class NoKickoff(DomainError):
    """No kick-off has been planned."""


class KickoffIsHeld(DomainError):
    """What was agreed at the kick-off stands in its document; it does not change."""


@transaction.atomic
def plan_kickoff(
    *,
    project: Project,
    start_at: datetime,
    end_at: datetime,
    time_zone: str,
    actor: User,
    at: datetime,
    place: str = "",
    call_link: str = "",
    agenda: str = "",
    goals: str = "",
    milestones: str = "",
    rules: str = "",
) -> Kickoff:
    """Plan the kick-off and its meeting, or change what is planned.

    The first time our team and the customer's stakeholders are put on the list of the
    meeting; afterwards the list is kept on the meeting's own page. A meeting that was
    called off is replaced by a new one.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning: the project rests or is over.
        KickoffIsHeld: it took place.
        EndsTooEarly: the meeting does not end after it starts.
    """
    project = Project.objects.locked(project.pk)
    if not may_plan(actor, project):
        raise NotAllowed
    check_running(project)
    kickoff = Kickoff.objects.select_related("meeting").filter(project=project).first()
    if kickoff and kickoff.is_held:
        raise KickoffIsHeld(_("The kick-off was held; what was agreed stands in its document."))
    when_and_where = {
        "start_at": start_at, "end_at": end_at, "time_zone": time_zone,
        "place": place, "call_link": call_link, "agenda": agenda,
    }  # fmt: skip
    texts = {"goals": goals, "milestones": milestones, "rules": rules}
    if kickoff and kickoff.meeting.state == "PLANNED":
        change_meeting(meeting=kickoff.meeting, actor=actor, at=at, **when_and_where)
    elif kickoff is None or kickoff.meeting.state == "CANCELLED":
        texts["meeting"] = plan_meeting(
            project=project,
            kind=Kind.KICKOFF,
            title=_("Kick-off: %(title)s") % {"title": project.title},
            organiser=project.implementation_manager,
            users=team_of(project),
            contacts=contacts_of_stakeholders(project),
            actor=actor,
            at=at,
            **when_and_where,
        )
    action = KICKOFF_CHANGED if kickoff else KICKOFF_PLANNED
    kickoff = kickoff or Kickoff(project=project)
    for name, value in texts.items():
        setattr(kickoff, name, value)
    kickoff.save()
    record(action, subject=kickoff, actor=actor, at=at, project=project)
    advance_step(
        project=project, key="kickoff", state=Step.State.IN_PROGRESS, actor=actor, at=at,
        next_step=_("Hold the kick-off"),
    )  # fmt: skip
    return kickoff


@transaction.atomic
def hold_kickoff(
    *, project: Project, actor: User, at: datetime, override_reason: str = ""
) -> Kickoff:
    """Note that the kick-off took place and start the delivery; its document is frozen.

    What was agreed (people, permission, milestones, rules, minutes) is frozen as the
    kick-off document. A project that an administrator had moved on before only notes it.

    Raises:
        NotAllowed: ``actor`` does not run the project, or overrides without being allowed.
        ProjectNotRunning, NoKickoff.
        IllegalMove: it was held already; someone may have been faster.
        MeetingCalledOff: its meeting was cancelled.
        GateIsShut: something is missing for the delivery.
    """
    project = Project.objects.locked(project.pk)
    if not may_plan(actor, project):
        raise NotAllowed
    check_running(project)
    kickoff = Kickoff.objects.select_related("meeting").filter(project=project).first()
    if kickoff is None:
        raise NoKickoff(_("Plan the kick-off first: when, where, and what is to be agreed."))
    check_move(Kickoff.MOVES, source=Kickoff.State(kickoff.state), target=Kickoff.State.HELD)
    if project.phase == Phase.PRESALES:
        project = enter_phase(
            project=project, phase=Phase.DELIVERY, actor=actor, at=at,
            override_reason=override_reason,
        )  # fmt: skip
    kickoff.meeting = hold_meeting(meeting=kickoff.meeting, actor=actor, at=at)
    kickoff.state, kickoff.held_at = Kickoff.State.HELD, at
    kickoff.number = f"KO-{at.year}-{next_number(series='KICKOFF', year=at.year):04d}"
    kickoff.save(update_fields=["state", "held_at", "number"])
    announce(project=project, event="KICKOFF_HELD", at=at, actor=actor, reference=str(kickoff.pk))
    advance_step(project=project, key="kickoff", state=Step.State.DONE, actor=actor, at=at)
    content = kickoff_content(kickoff=kickoff, project=project, at=at)
    freeze(
        kind=KICKOFF_DOCUMENT.key,
        subject=kickoff,
        project=project,
        number=kickoff.number,
        title=content["title"],
        content=content,
        actor=actor,
        at=at,
    )
    record(
        KICKOFF_HELD, subject=kickoff, actor=actor, at=at, project=project,
        details={"number": kickoff.number},
    )  # fmt: skip
    return kickoff
