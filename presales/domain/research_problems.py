"""What hinders direct users: noted once, seen again, turned into requirements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError
from implportal.projects.models import Project
from presales.domain.requirement_likeness import Like, Likeness
from presales.domain.requirements import add_requirement
from presales.domain.research import OfOtherProject, locked_project
from presales.domain.research_standing import advance_research
from presales.models import Frequency, Interview, Problem, Requirement, Severity, UserGroup

PROBLEM_NOTED = Action(
    "presales.problem_noted", gettext_lazy("noted the problem %(code)s: %(text)s")
)
PROBLEM_CHANGED = Action(
    "presales.problem_changed", gettext_lazy("changed the problem %(code)s: %(text)s")
)
PROBLEM_SEEN = Action(
    "presales.problem_seen", gettext_lazy("saw the problem %(code)s again with %(name)s: %(text)s")
)
PROBLEM_UNSEEN = Action(
    "presales.problem_unseen", gettext_lazy("took back that %(name)s has the problem %(code)s")
)
PROBLEM_LINKED = Action(
    "presales.problem_linked",
    gettext_lazy("linked the problem %(code)s to the requirement %(requirement)s"),
)
PROBLEM_UNLINKED = Action(
    "presales.problem_unlinked",
    gettext_lazy("took the link from the problem %(code)s to the requirement %(requirement)s away"),
)
PROBLEM_REMOVED = Action(
    "presales.problem_removed", gettext_lazy("took the problem %(code)s away: %(text)s")
)


@dataclass(frozen=True)
class Remedy:
    """One requirement to be made of a problem."""

    problem: Problem
    text: str
    priority: Requirement.Priority


class NothingTicked(DomainError):
    """Nothing was chosen."""


class MadeAlready(DomainError):
    """The same sentence was made of the same problem before."""


class ProblemIsRequirement(DomainError):
    """A requirement was made of the problem, so it stays as its origin."""


def problems_like(project: Project) -> Likeness:
    """The problems of a project by code, to be asked for one that is alike. One query."""
    # Not through the project: that would read each problem's project, which is not loaded.
    problems = Problem.objects.filter(project=project).order_by("number", "pk")
    rows = problems.only("number", "text")
    return Likeness((problem.code, problem.text) for problem in rows)


def like_problem(project: Project, text: str) -> tuple[Like, Problem] | None:
    """A problem that may be the same as ``text``, or None. Up to two queries."""
    like = problems_like(project).like(text)
    if like is None:
        return None
    return like, project.problems.get(number=int(like.name.removeprefix("P-")))


@transaction.atomic
def note_problem(
    *,
    project: Project,
    text: str,
    severity: Severity,
    frequency: Frequency,
    group: UserGroup | None,
    interviews: Iterable[Interview],
    actor: User,
    at: datetime,
) -> Problem:
    """Note what hinders ``group``, or everybody, and in which interviews it was seen.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: the project rests or is over.
        OfOtherProject: the group or an interview belongs elsewhere.
    """
    project = locked_project(project, actor=actor)
    interviews = list(interviews)
    _check_places(project, group, interviews)
    # The project's row is locked, so no two people get the same number.
    latest = project.problems.aggregate(latest=Max("number"))["latest"] or 0
    problem = Problem.objects.create(
        project=project,
        number=latest + 1,
        text=" ".join(text.split()),
        severity=Severity(severity),
        frequency=Frequency(frequency),
        group=group,
        noted_at=at,
        noted_by=actor,
    )
    problem.interviews.set(interviews)
    advance_research(project, actor=actor, at=at)
    _record(PROBLEM_NOTED, problem, actor=actor, at=at)
    return problem


@transaction.atomic
def change_problem(
    *,
    problem: Problem,
    text: str,
    severity: Severity,
    frequency: Frequency,
    group: UserGroup | None,
    interviews: Iterable[Interview],
    actor: User,
    at: datetime,
) -> Problem:
    """Say it better, weigh it differently. Raises as ``note_problem``."""
    problem = _locked(problem, actor=actor)
    interviews = list(interviews)
    _check_places(problem.project, group, interviews)
    problem.text, problem.group = " ".join(text.split()), group
    problem.severity, problem.frequency = Severity(severity), Frequency(frequency)
    problem.save(update_fields=["text", "severity", "frequency", "group"])
    problem.interviews.set(interviews)
    _record(PROBLEM_CHANGED, problem, actor=actor, at=at)
    return problem


@transaction.atomic
def see_problem(
    *, problem: Problem, interview: Interview, actor: User, at: datetime, is_seen: bool = True
) -> Problem:
    """Note that an interview showed the same problem again, or take that back.

    Saying what is so already is silent.

    Raises:
        NotAllowed, ProjectNotRunning, OfOtherProject.
    """
    problem = _locked(problem, actor=actor)
    _check_places(problem.project, None, [interview])
    if problem.interviews.filter(pk=interview.pk).exists() != is_seen:
        (problem.interviews.add if is_seen else problem.interviews.remove)(interview)
        action = PROBLEM_SEEN if is_seen else PROBLEM_UNSEEN
        _record(action, problem, actor=actor, at=at, name=interview.person)
    return problem


@transaction.atomic
def make_remedies(
    *, project: Project, remedies: Sequence[Remedy], actor: User, at: datetime
) -> list[Requirement]:
    """Add the wished requirements with source direct user; each is linked to its problem.

    Raises:
        NotAllowed, ProjectNotRunning, OfOtherProject.
        NothingTicked: ``remedies`` is empty.
        MadeAlready: someone was faster, or the page was sent twice; nothing is added then.
        EmptyRequirement: a text is blank.
    """
    project = locked_project(project, actor=actor)
    if not remedies:
        raise NothingTicked(_("Tick the problems that should become requirements."))
    there = set(
        Problem.requirements.through.objects.filter(problem__project=project).values_list(
            "problem_id", "requirement__text"
        )
    )
    made = []
    for remedy in remedies:
        if remedy.problem.project_id != project.pk:
            raise OfOtherProject(_("That problem belongs to another project."))
        if (remedy.problem.pk, " ".join(remedy.text.split())) in there:
            raise MadeAlready(
                _("%(code)s has this very requirement already.") % {"code": remedy.problem.code}
            )
        requirement = add_requirement(
            project=project, text=remedy.text, source=Requirement.Source.DIRECT_USER,
            priority=remedy.priority, actor=actor, at=at,
        )  # fmt: skip
        remedy.problem.requirements.add(requirement)
        made.append(requirement)
    advance_research(project, actor=actor, at=at)
    for remedy, requirement in zip(remedies, made, strict=True):
        _record(PROBLEM_LINKED, remedy.problem, actor=actor, at=at, requirement=requirement.code)
    return made


@transaction.atomic
def link_problem(
    *,
    problem: Problem,
    requirement: Requirement,
    actor: User,
    at: datetime,
    is_linked: bool = True,
) -> Problem:
    """Say that a requirement which is there already settles the problem, or take that back.

    Saying what is so already is silent.

    Raises:
        NotAllowed, ProjectNotRunning, OfOtherProject.
    """
    problem = _locked(problem, actor=actor)
    if requirement.project_id != problem.project_id:
        raise OfOtherProject(_("That requirement belongs to another project."))
    if problem.requirements.filter(pk=requirement.pk).exists() != is_linked:
        (problem.requirements.add if is_linked else problem.requirements.remove)(requirement)
        advance_research(problem.project, actor=actor, at=at)
        action = PROBLEM_LINKED if is_linked else PROBLEM_UNLINKED
        _record(action, problem, actor=actor, at=at, requirement=requirement.code)
    return problem


@transaction.atomic
def remove_problem(*, problem: Problem, actor: User, at: datetime) -> None:
    """Take a problem away that was noted by mistake; it stays on record.

    Raises:
        NotAllowed, ProjectNotRunning.
        ProblemIsRequirement: a requirement was made of it.
    """
    problem = _locked(problem, actor=actor)
    if problem.requirements.exists():
        raise ProblemIsRequirement(
            _("%(code)s has a requirement, so it stays.") % {"code": problem.code}
        )
    _record(PROBLEM_REMOVED, problem, actor=actor, at=at)
    project = problem.project
    problem.delete()
    advance_research(project, actor=actor, at=at)


def _locked(problem: Problem, *, actor: User) -> Problem:
    project = locked_project(problem.project, actor=actor)
    problem = Problem.objects.locked(problem.pk)
    problem.project = project
    return problem


def _check_places(
    project: Project, group: UserGroup | None, interviews: Iterable[Interview]
) -> None:
    projects = {interview.project_id for interview in interviews}
    if group:
        projects.add(group.project_id)
    if projects - {project.pk}:
        raise OfOtherProject(_("That group or interview belongs to another project."))


def _record(
    action: Action, problem: Problem, *, actor: User, at: datetime, **details: object
) -> None:
    record(
        action, subject=problem, actor=actor, at=at, project=problem.project,
        details={"code": problem.code, "text": problem.text, **details},
    )  # fmt: skip
