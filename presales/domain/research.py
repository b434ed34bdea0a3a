"""Groups of direct users, and the interviews with them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record, record_once
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.models import Meeting
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact, Project
from implportal.projects.permissions import may_contribute
from presales.domain.notes import put_notes
from presales.domain.research_standing import advance_research
from presales.models import Interview, UserGroup

GROUP_ADDED = Action(
    "presales.user_group_added",
    gettext_lazy("added the group “%(name)s” with %(headcount)s direct users"),
)
GROUP_CHANGED = Action("presales.user_group_changed", gettext_lazy("changed the group “%(name)s”"))
GROUP_REMOVED = Action(
    "presales.user_group_removed", gettext_lazy("took the group “%(name)s” away")
)
INTERVIEW_PLANNED = Action(
    "presales.interview_planned",
    gettext_lazy("planned an interview with %(name)s of “%(group)s”"),
)
INTERVIEW_CHANGED = Action(
    "presales.interview_changed", gettext_lazy("changed the interview with %(name)s")
)
INTERVIEW_HELD = Action(
    "presales.interview_held", gettext_lazy("noted that the interview with %(name)s was held")
)
INTERVIEW_NOTED = Action(
    "presales.interview_noted", gettext_lazy("noted what %(name)s said in the interview")
)
INTERVIEW_REMOVED = Action(
    "presales.interview_removed", gettext_lazy("took the interview with %(name)s off the plan")
)


class GroupIsThere(DomainError):
    """The project has a group of that name."""


class GroupIsInUse(DomainError):
    """Interviews or problems belong to the group."""


class OfOtherProject(DomainError):
    """A group, contact, meeting or interviewer does not belong to this project."""


class NotYet(DomainError):
    """The interview lies in the future."""


class HeldAlready(DomainError):
    """An interview that was held stays."""


@transaction.atomic
def save_group(
    *,
    project: Project,
    name: str,
    headcount: int,
    daily_work: str,
    place: str,
    planned_interviews: int,
    actor: User,
    at: datetime,
    group: UserGroup | None = None,
) -> UserGroup:
    """Add a group of direct users, or change ``group``.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: the project rests or is over.
        GroupIsThere: another group of the project has that name, whatever its case.
    """
    project = locked_project(project, actor=actor)
    name = " ".join(name.split())
    others = project.user_groups.filter(name__iexact=name)
    if others.exclude(pk=group.pk if group else None).exists():
        raise GroupIsThere(_("There is a group “%(name)s” already.") % {"name": name})
    action = GROUP_CHANGED if group else GROUP_ADDED
    group = UserGroup.objects.locked(group.pk) if group else UserGroup(project=project)
    group.name, group.headcount, group.planned_interviews = name, headcount, planned_interviews
    group.daily_work, group.place = daily_work.strip(), place.strip()
    group.save()
    advance_research(project, actor=actor, at=at)
    record(
        action, subject=group, actor=actor, at=at, project=project,
        details={"name": name, "headcount": headcount},
    )  # fmt: skip
    return group


@transaction.atomic
def remove_group(*, group: UserGroup, actor: User, at: datetime) -> None:
    """Take a group away that was named by mistake; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning.
        GroupIsInUse: it has interviews or problems.
    """
    project = locked_project(group.project, actor=actor)
    if group.interviews.exists() or group.problems.exists():
        raise GroupIsInUse(
            _("“%(name)s” has interviews or problems, so it stays.") % {"name": group.name}
        )
    record(
        GROUP_REMOVED, subject=group, actor=actor, at=at, project=project,
        details={"name": group.name},
    )  # fmt: skip
    group.delete()
    advance_research(project, actor=actor, at=at)


@transaction.atomic
def save_interview(
    *,
    project: Project,
    group: UserGroup,
    contact: Contact | None,
    name: str,
    start_at: datetime,
    duration_minutes: int,
    interviewer: User,
    meeting: Meeting | None,
    actor: User,
    at: datetime,
    interview: Interview | None = None,
) -> Interview:
    """Plan a talk with a contact, or with somebody by ``name``; or change ``interview``.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: the project rests or is over.
        OfOtherProject: the group, contact, meeting or interviewer belongs elsewhere.
    """
    project = locked_project(project, actor=actor)
    _check_people(project, group, contact, meeting, interviewer)
    action = INTERVIEW_CHANGED if interview else INTERVIEW_PLANNED
    interview = Interview.objects.locked(interview.pk) if interview else Interview(project=project)
    interview.group, interview.meeting, interview.interviewer = group, meeting, interviewer
    interview.contact, interview.name = contact, "" if contact else " ".join(name.split())
    interview.start_at, interview.duration_minutes = start_at, duration_minutes
    interview.save()
    advance_research(project, actor=actor, at=at)
    _record(action, interview, actor=actor, at=at, group=group.name)
    return interview


@transaction.atomic
def hold_interview(*, interview: Interview, actor: User, at: datetime) -> Interview:
    """Note that the talk took place; once more is silent.

    Raises:
        NotAllowed, ProjectNotRunning.
        NotYet: it begins later than ``at``.
    """
    interview = locked_interview(interview, actor=actor)
    if interview.start_at > at:
        raise NotYet(_("This interview is still to come. Change its time if it was held."))
    if interview.state == Interview.State.PLANNED:
        _hold(interview, actor=actor, at=at)
    return interview


@transaction.atomic
def write_interview_notes(
    *, interview: Interview, notes: str, based_on: int, actor: User, at: datetime
) -> Interview:
    """Keep what was said (Markdown); from its beginning on the interview counts as held.

    ``based_on`` is the revision that the writer has seen. Notes may be prepared before.

    Raises:
        NotAllowed, ProjectNotRunning.
        NotesWereChanged: somebody else was faster; nothing is kept.
    """
    interview = locked_interview(interview, actor=actor)
    if put_notes(interview, notes, based_on=based_on):
        if interview.start_at <= at and interview.state == Interview.State.PLANNED:
            _hold(interview, actor=actor, at=at)
        record_once(
            INTERVIEW_NOTED, subject=interview, actor=actor, at=at, project=interview.project,
            details={"name": interview.person},
        )  # fmt: skip
    return interview


@transaction.atomic
def remove_interview(*, interview: Interview, actor: User, at: datetime) -> None:
    """Take a planned interview off the list; that it stood there is on record.

    Raises:
        NotAllowed, ProjectNotRunning.
        HeldAlready: it was held, or something is noted of it.
    """
    interview = locked_interview(interview, actor=actor)
    if interview.state == Interview.State.HELD or interview.notes or interview.problems.exists():
        raise HeldAlready(_("Something is noted of this interview, so it stays."))
    _record(INTERVIEW_REMOVED, interview, actor=actor, at=at)
    project = interview.project
    interview.delete()
    advance_research(project, actor=actor, at=at)


def locked_project(project: Project, *, actor: User) -> Project:
    """Re-read a project to write to its research, holding its row.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: it rests or is over.
    """
    project = Project.objects.locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    return project


def locked_interview(interview: Interview, *, actor: User) -> Interview:
    """Re-read an interview to write to it, holding its row and its project's."""
    project = locked_project(interview.project, actor=actor)
    interview = Interview.objects.select_related("contact", "group").locked(interview.pk)
    interview.project = project
    return interview


def _hold(interview: Interview, *, actor: User, at: datetime) -> None:
    interview.state = Interview.State.HELD
    interview.save(update_fields=["state"])
    advance_research(interview.project, actor=actor, at=at)
    _record(INTERVIEW_HELD, interview, actor=actor, at=at)


def _check_people(
    project: Project,
    group: UserGroup,
    contact: Contact | None,
    meeting: Meeting | None,
    interviewer: User,
) -> None:
    if (
        group.project_id != project.pk
        or (contact and contact.customer_id != project.customer_id)
        or (meeting and meeting.project_id != project.pk)
    ):
        raise OfOtherProject(_("That group, person or meeting belongs to another project."))
    if not Project.objects.visible_to(interviewer).filter(pk=project.pk).exists():
        raise OfOtherProject(
            _("%(name)s does not work on this project yet. Add them under People first.")
            % {"name": interviewer.name}
        )


def _record(
    action: Action, interview: Interview, *, actor: User, at: datetime, **details: object
) -> None:
    record(
        action, subject=interview, actor=actor, at=at, project=interview.project,
        details={"name": interview.person, **details},
    )  # fmt: skip
