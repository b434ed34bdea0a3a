"""Consent among us before a solution goes to the customer, where the project asks for it.

An approval is of one text, known by its digest. Another text is not approved, and nothing
has to notice the change: sending compares.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import Role, User
from implportal.audit.domain import record
from implportal.audit.models import Entry
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from implportal.projects.permissions import may_run
from presales.domain.glossary import words_explained
from presales.domain.imports import SOLUTION_IMPORTED
from presales.domain.sections import SECTION_ADDED, SECTION_CHANGED
from presales.domain.solutions import SOLUTION_CHANGED, locked_draft
from presales.models import ApprovalRule, Requirement, Solution, SolutionApproval

State = SolutionApproval.State

APPROVAL_ASKED = Action(
    "presales.approval_asked",
    gettext_lazy("asked %(name)s to approve the solution %(number)s"),
)
APPROVAL_TAKEN_BACK = Action(
    "presales.approval_taken_back",
    gettext_lazy("took back the question whether %(name)s approves the solution %(number)s"),
)
SOLUTION_APPROVED = Action(
    "presales.solution_approved", gettext_lazy("approved the solution %(number)s to be sent")
)
SOLUTION_RETURNED = Action(
    "presales.solution_returned",
    gettext_lazy("returned the solution %(number)s to be written on: %(reason)s"),
)
APPROVAL_RULE_CHANGED = Action(
    "presales.approval_rule_changed",
    gettext_lazy("changed what is needed before a solution is sent: %(rule)s"),
)


class NotApproved(DomainError):
    """The project asks for approval, and this text has none."""


class NothingToApprove(DomainError):
    """There is no section, or the project asks for no approval."""


class AlreadyAsked(DomainError):
    """One question at a time."""


class MayNotApprove(DomainError):
    """Not this person; the message says why."""


class NobodyAsked(DomainError):
    """The question was answered or taken back meanwhile."""


class OtherText(DomainError):
    """The text changed since the person read it."""


class OnlyAdministratorsLoosen(DomainError):
    """Who is controlled does not lift the control."""


@dataclass(frozen=True)
class ApprovalStanding:
    """``latest`` is the newest question; ``holds``: the text as it is now may be sent."""

    rule: ApprovalRule
    latest: SolutionApproval | None
    holds: bool

    @property
    def is_waiting(self) -> bool:
        return bool(self.latest and self.latest.state == State.WAITING)

    @property
    def has_lapsed(self) -> bool:
        return bool(self.latest and self.latest.state == State.APPROVED and not self.holds)

    @property
    def is_missing(self) -> bool:
        return self.rule.is_needed and not self.holds


def approval_rule(project: Project) -> ApprovalRule:
    """Return what the project asks for; nothing unless somebody set it. One query."""
    return ApprovalRule.objects.filter(project=project).first() or ApprovalRule(project=project)


@transaction.atomic
def change_approval_rule(
    *, project: Project, is_needed: bool, needs_four_eyes: bool, actor: User, at: datetime
) -> ApprovalRule:
    """Set whether versions of the solution need approval, and by somebody who did not write.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning.
        OnlyAdministratorsLoosen: it would ask for less than before.
    """
    project = Project.objects.locked(project.pk)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    rule = approval_rule(project)
    needs_four_eyes = needs_four_eyes and is_needed
    before, after = (rule.is_needed, rule.needs_four_eyes), (is_needed, needs_four_eyes)
    if before == after:
        return rule
    loosens = any(was and not now for was, now in zip(before, after, strict=True))
    if loosens and not actor.is_administrator:
        raise OnlyAdministratorsLoosen(
            _("An approval that is asked for is lifted by an administrator alone.")
        )
    rule.is_needed, rule.needs_four_eyes = after
    rule.save()
    record(
        APPROVAL_RULE_CHANGED,
        subject=project,
        actor=actor,
        at=at,
        project=project,
        details={"rule": _say(rule)},
    )
    return rule


def possible_approvers(project: Project) -> QuerySet[User]:
    """People who may be asked: managers of the project, of the same team, administrators."""
    manager = project.implementation_manager
    named = Q(pk__in=[manager.pk, project.project_manager_id, project.business_manager_id])
    peers = Q(role=Role.IMPLEMENTATION_MANAGER, team=manager.team_id) if manager.team_id else named
    return User.objects.filter(named | peers | Q(role=Role.ADMINISTRATOR), is_active=True).order_by(
        "name", "pk"
    )


@transaction.atomic
def ask_approval(
    *, solution: Solution, approver: User, actor: User, at: datetime, note: str = ""
) -> SolutionApproval:
    """Ask somebody whether the text may go to the customer; they have mail at once.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        NothingToApprove, AlreadyAsked.
        MayNotApprove: that person wrote in it, or may not see the project.
    """
    solution = locked_draft(solution, actor=actor)
    rule = approval_rule(solution.project)
    if not rule.is_needed:
        raise NothingToApprove(_("This project asks for no approval."))
    if not solution.sections.exists():
        raise NothingToApprove(_("The solution has no section yet, so there is nothing to read."))
    if waiting := _waiting(solution):
        raise AlreadyAsked(_("%(name)s is asked already.") % {"name": waiting.approver.name})
    if not possible_approvers(solution.project).filter(pk=approver.pk).exists():
        raise MayNotApprove(
            _("%(name)s has nothing to do with this project.") % {"name": approver.name}
        )
    _check_own_eyes(rule, solution, approver, asked_by=actor.pk)
    approval = SolutionApproval.objects.create(
        solution=solution, approver=approver, note=note.strip(), asked_by=actor, asked_at=at
    )
    _advance(solution, Step.State.WAITING, actor=actor, at=at, waiting_on=approver.name)
    _record(APPROVAL_ASKED, solution, actor=actor, at=at, name=approver.name)
    if approver != actor:
        _tell(approval, approver, "email/presales/approval_asked.txt", at=at)
    return approval


@transaction.atomic
def take_back_question(*, solution: Solution, actor: User, at: datetime) -> None:
    """Ask that person no longer; somebody else may be asked.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        NobodyAsked.
    """
    solution = locked_draft(solution, actor=actor)
    approval = _the_waiting(solution)
    name = approval.approver.name
    approval.delete()
    next_step = _("Have %(number)s approved") % {"number": solution.number}
    _advance(solution, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=next_step)
    _record(APPROVAL_TAKEN_BACK, solution, actor=actor, at=at, name=name)


@transaction.atomic
def approve_solution(
    *, solution: Solution, seen_sha256: str, actor: User, at: datetime
) -> SolutionApproval:
    """Stand up for the text with the digest ``seen_sha256``: it may be sent as it is.

    Raises:
        NotAllowed: ``actor`` was not asked and is no administrator.
        ProjectNotRunning, NobodyAsked.
        MayNotApprove: the project asks for four eyes, and ``actor`` wrote in it.
        OtherText: somebody wrote since it was read.
    """
    approval = _locked_question(solution, actor=actor)
    _check_own_eyes(approval_rule(solution.project), solution, actor, asked_by=approval.asked_by_id)
    present = text_sha256(solution)
    if present != seen_sha256:
        raise OtherText(_("Somebody changed the text since you opened it. Read it again."))
    approval.text_sha256 = present
    _decide(approval, State.APPROVED, actor=actor, at=at)
    next_step = _("Send %(number)s to the customer") % {"number": solution.number}
    _advance(approval.solution, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=next_step)
    _record(SOLUTION_APPROVED, approval.solution, actor=actor, at=at)
    return approval


@transaction.atomic
def return_solution(
    *, solution: Solution, reason: str, actor: User, at: datetime
) -> SolutionApproval:
    """Say why the text may not go out as it is.

    Raises:
        NotAllowed: ``actor`` was not asked and is no administrator.
        ProjectNotRunning, NobodyAsked.
    """
    approval = _locked_question(solution, actor=actor)
    approval.reason = reason.strip()
    _decide(approval, State.RETURNED, actor=actor, at=at)
    next_step = _("Mend what was said and ask for approval again")
    _advance(approval.solution, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=next_step)
    _record(SOLUTION_RETURNED, approval.solution, actor=actor, at=at, reason=approval.reason)
    return approval


def check_approved(solution: Solution) -> None:
    """Let pass what may be sent.

    Raises:
        NotApproved: the message says what is missing.
    """
    standing = approval_standing(solution)
    if not standing.is_missing:
        return
    if standing.is_waiting:
        raise NotApproved(
            _("%(name)s has not approved this text yet.") % {"name": standing.latest.approver.name}
        )
    if standing.has_lapsed:
        raise NotApproved(
            _("The text changed since it was approved. Ask for approval again before you send it.")
        )
    raise NotApproved(_("This project asks for approval before a solution is sent."))


def approval_standing(solution: Solution) -> ApprovalStanding:
    """Tell whether the text as it is now may be sent. Two to six queries."""
    rule = approval_rule(solution.project)
    latest = (
        solution.approvals.select_related("approver", "asked_by", "decided_by")
        .order_by("-asked_at", "-pk")
        .first()
    )
    return ApprovalStanding(rule, latest, not rule.is_needed or _holds(rule, latest, solution))


def _holds(rule: ApprovalRule, latest: SolutionApproval | None, solution: Solution) -> bool:
    if latest is None or latest.state != State.APPROVED:
        return False
    if rule.needs_four_eyes and latest.decided_by_id in _authors(solution, latest.asked_by_id):
        return False
    return latest.text_sha256 == text_sha256(solution)


def text_sha256(solution: Solution) -> str:
    """Return the digest of what would be sent: title page, words explained, sections with links."""
    sections = list(
        solution.sections.in_order().prefetch_related(
            Prefetch("requirements", queryset=Requirement.objects.order_by("number", "pk"))
        )
    )
    told = [
        [solution.title, solution.subtitle, solution.summary],
        words_explained(solution.project, [section.markdown for section in sections]),
        *(
            [
                section.key,
                section.level,
                section.title,
                section.markdown,
                [requirement.code for requirement in section.requirements.all()],
            ]
            for section in sections
        ),
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def approvals_waiting_for(user: User) -> QuerySet[SolutionApproval]:
    """Questions that ``user`` is to answer, in running projects."""
    return approvals_waiting().filter(approver=user).order_by("asked_at", "pk")


def approvals_waiting() -> QuerySet[SolutionApproval]:
    """Questions nobody has answered yet, in running projects."""
    return SolutionApproval.objects.filter(
        state=State.WAITING,
        solution__state=Solution.State.DRAFT,
        solution__project__in=Project.objects.running(),
    ).select_related("solution__project", "approver", "asked_by")


def approval_url(solution: Solution) -> str:
    """Return the address where the question about ``solution`` is answered."""
    return reverse("presales:solution_decide", kwargs={"project_pk": solution.project_id})


def may_decide(user: User, approval: SolutionApproval | None) -> bool:
    """Who was asked decides; administrators may in their place."""
    return bool(
        approval
        and approval.state == State.WAITING
        and (approval.approver_id == user.pk or user.is_administrator)
    )


def _check_own_eyes(rule: ApprovalRule, solution: Solution, person: User, *, asked_by: int) -> None:
    if rule.needs_four_eyes and person.pk in _authors(solution, asked_by):
        raise MayNotApprove(
            _("%(name)s wrote this solution or asks for its approval. Somebody else approves it.")
            % {"name": person.name}
        )


def _authors(solution: Solution, asked_by: int) -> set[int | None]:
    """Who asks, and who wrote the title page, a file, or a section, also if not as the last."""
    sections = list(solution.sections.order_by("pk").values_list("key", "edited_by"))
    in_a_section = Q(
        action__in=[SECTION_ADDED.key, SECTION_CHANGED.key],
        details__key__in=[key for key, _editor in sections],
    )
    earlier = (
        Entry.objects.of_project(solution.project_id)
        .of_subject(solution)
        .filter(in_a_section | Q(action__in=[SOLUTION_CHANGED.key, SOLUTION_IMPORTED.key]))
        .order_by("actor")
    )
    writers = earlier.values_list("actor", flat=True).distinct()
    return {asked_by, *(editor for _key, editor in sections), *writers}


def _waiting(solution: Solution) -> SolutionApproval | None:
    return solution.approvals.filter(state=State.WAITING).select_related("approver").first()


def _the_waiting(solution: Solution) -> SolutionApproval:
    approval = _waiting(solution)
    if approval is None:
        raise NobodyAsked(_("Nobody is asked any more: the question is answered or taken back."))
    return approval


def _locked_question(solution: Solution, *, actor: User) -> SolutionApproval:
    # The solution first, as whoever writes on it does: so nothing changes while one decides.
    solution = Solution.objects.locked(solution.pk)
    check_running(solution.project)
    approval = _the_waiting(solution)
    if not may_decide(actor, approval):
        raise NotAllowed
    approval.solution = solution
    return approval


def _decide(
    approval: SolutionApproval, state: SolutionApproval.State, *, actor: User, at: datetime
) -> None:
    approval.state, approval.decided_by, approval.decided_at = state, actor, at
    approval.save(update_fields=["state", "decided_by", "decided_at", "reason", "text_sha256"])
    if approval.asked_by != actor:
        _tell(approval, approval.asked_by, "email/presales/approval_decided.txt", at=at)


def _tell(approval: SolutionApproval, person: User, template: str, *, at: datetime) -> None:
    solution = approval.solution
    subjects = {
        State.WAITING: _("To approve: %(title)s"),
        State.APPROVED: _("Approved: %(title)s"),
        State.RETURNED: _("Returned: %(title)s"),
    }
    notify(
        to=person.email,
        user=person,
        subject=subjects[State(approval.state)] % {"title": solution.title},
        template=template,
        context={"approval": approval, "solution": solution, "project": solution.project.title},
        dedupe_key=f"approval:{approval.pk}:{approval.state}",
        project_id=solution.project_id,
        url=approval_url(solution)
        if approval.state == State.WAITING
        else solution.get_absolute_url(),
        at=at,
    )


def _say(rule: ApprovalRule) -> str:
    if rule.needs_four_eyes:
        return _("approval by somebody who did not write it")
    return _("approval") if rule.is_needed else _("nothing")


def _advance(
    solution: Solution, state: Step.State, *, actor: User, at: datetime, **said: str
) -> None:
    advance_step(project=solution.project, key="solution", state=state, actor=actor, at=at, **said)


def _record(
    action: Action, solution: Solution, *, actor: User, at: datetime, **details: str
) -> None:
    record(
        action,
        subject=solution,
        actor=actor,
        at=at,
        project=solution.project,
        details={"number": solution.number, **details},
    )
