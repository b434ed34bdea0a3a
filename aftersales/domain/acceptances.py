from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.models import Acceptance, CommitteeMember, Criterion
from aftersales.models.acceptances import STATE_MOVES
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Contact, Phase, Project, Step
from implportal.projects.permissions import may_contribute, may_run
from presales.models import Requirement

State = Acceptance.State
Result = Criterion.Result
Role = CommitteeMember.Role

ACCEPTANCE_STARTED = Action(
    "aftersales.acceptance_started",
    gettext_lazy("began the acceptance with %(count)s criteria"),
)
ACCEPTANCE_CHANGED = Action(
    "aftersales.acceptance_changed", gettext_lazy("set place and day of the acceptance")
)
CRITERION_ADDED = Action(
    "aftersales.criterion_added", gettext_lazy("added the criterion “%(text)s”")
)
RESULT_RECORDED = Action(
    "aftersales.result_recorded", gettext_lazy("noted for %(code)s: %(result)s. %(evidence)s")
)
COMMITTEE_NAMED = Action(
    "aftersales.committee_named", gettext_lazy("named the acceptance committee: %(names)s")
)


class TooEarly(DomainError):
    """In pre-sales there is nothing to accept."""


class StartedAlready(DomainError):
    """A project is accepted once."""


class NotBeingChecked(DomainError):
    """The certificate is out for signature or signed: what it says does not change."""


class EvidenceMissing(DomainError):
    """A failed or waived criterion needs a word on why."""


class StrangerInCommittee(DomainError):
    """A contact of another customer, or one of us who cannot see the project."""


@dataclass(frozen=True, kw_only=True)
class MemberSpec:
    """One person of the committee: one of us or a contact of the customer."""

    role: str
    user: User | None = None
    contact: Contact | None = None
    signs: bool = False


@transaction.atomic
def start_acceptance(*, project: Project, actor: User, at: datetime) -> Acceptance:
    """Make the criteria from the requirements that count, and a committee of our own people.

    Requirements of the priority “not this time” and dropped ones are left out.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, TooEarly.
        StartedAlready: somebody was faster.
    """
    project = Project.objects.locked(project.pk)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    if project.phase == Phase.PRESALES:
        raise TooEarly(_("The acceptance begins once the project is being delivered."))
    if Acceptance.objects.filter(project=project).exists():
        raise StartedAlready(_("The acceptance of this project has begun already."))
    acceptance = Acceptance.objects.create(project=project)
    requirements = (
        project.requirements.in_force()
        .exclude(priority=Requirement.Priority.WONT)
        .order_by("number", "pk")
    )
    Criterion.objects.bulk_create(
        Criterion(
            acceptance=acceptance, requirement=requirement, order=order, text=requirement.text
        )
        for order, requirement in enumerate(requirements, start=1)
    )
    ours = (
        (project.implementation_manager, Role.IMPLEMENTATION),
        (project.project_manager, Role.PROJECT),
        (project.business_manager, Role.BUSINESS),
    )
    people = {user.pk: (user, role) for user, role in reversed(ours) if user}
    CommitteeMember.objects.bulk_create(
        CommitteeMember(acceptance=acceptance, user=user, role=role)
        for user, role in reversed(people.values())
    )
    advance_step(
        project=project, key="acceptance", state=Step.State.IN_PROGRESS, actor=actor, at=at,
        next_step=_("Name the committee and check the criteria"),
    )  # fmt: skip
    record(
        ACCEPTANCE_STARTED, subject=acceptance, actor=actor, at=at, project=project,
        details={"count": acceptance.criteria.count()},
    )  # fmt: skip
    return acceptance


@transaction.atomic
def change_acceptance(
    *, acceptance: Acceptance, place: str, held_on: date | None, actor: User, at: datetime
) -> Acceptance:
    """Set where and when the committee meets. Raises NotAllowed, NotBeingChecked."""
    acceptance = lock_open(acceptance)
    if not may_run(actor, acceptance.project):
        raise NotAllowed
    acceptance.place, acceptance.held_on = place, held_on
    acceptance.save(update_fields=["place", "held_on"])
    record(ACCEPTANCE_CHANGED, subject=acceptance, actor=actor, at=at, project=acceptance.project)
    return acceptance


@transaction.atomic
def add_criterion(*, acceptance: Acceptance, text: str, actor: User, at: datetime) -> Criterion:
    """Add a criterion that no requirement stands for.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, NotBeingChecked.
    """
    acceptance = lock_open(acceptance)
    if not may_run(actor, acceptance.project):
        raise NotAllowed
    last = acceptance.criteria.aggregate(last=Max("order"))["last"] or 0
    criterion = Criterion.objects.create(
        acceptance=acceptance, order=last + 1, text=" ".join(text.split())
    )
    record(
        CRITERION_ADDED, subject=criterion, actor=actor, at=at, project=acceptance.project,
        details={"text": criterion.text},
    )  # fmt: skip
    return criterion


@transaction.atomic
def record_result(
    *, criterion: Criterion, result: str, evidence: str, actor: User, at: datetime
) -> Criterion:
    """Note what the committee found; the last word counts, every word is on record.

    Raises:
        NotAllowed: ``actor`` neither works on the project nor sits in the committee.
        ProjectNotRunning, NotBeingChecked.
        EvidenceMissing: failed or waived without saying why.
    """
    acceptance = lock_open(criterion.acceptance)
    project = acceptance.project
    if not may_check(actor, acceptance):
        raise NotAllowed
    result, evidence = Result(result), evidence.strip()
    if result in {Result.FAILED, Result.WAIVED} and not evidence:
        raise EvidenceMissing(_("Say why it failed or is waived."))
    criterion = Criterion.objects.select_related("requirement").get(pk=criterion.pk)
    criterion.result, criterion.evidence = result, evidence
    is_checked = result != Result.OPEN
    criterion.checked_by = actor if is_checked else None
    criterion.checked_at = at if is_checked else None
    criterion.save(update_fields=["result", "evidence", "checked_by", "checked_at"])
    if acceptance.state == State.DRAFT:
        move(acceptance, State.OPEN)
    left = acceptance.criteria.filter(result__in=[Result.OPEN, Result.FAILED]).count()
    advance_step(
        project=project, key="acceptance", state=Step.State.IN_PROGRESS, actor=actor, at=at,
        next_step=_("Decide %(count)s more criteria") % {"count": left}
        if left
        else _("Send the certificate for signature"),
    )  # fmt: skip
    record(
        RESULT_RECORDED, subject=criterion, actor=actor, at=at, project=project,
        details={
            "code": criterion.code, "result": str(result.label), "evidence": evidence,
        },
    )  # fmt: skip
    return criterion


@transaction.atomic
def name_committee(
    *, acceptance: Acceptance, members: Sequence[MemberSpec], actor: User, at: datetime
) -> list[CommitteeMember]:
    """Say who decides; ``members`` take the place of those named before.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, NotBeingChecked, StrangerInCommittee.
    """
    acceptance = lock_open(acceptance)
    project = acceptance.project
    if not may_run(actor, project):
        raise NotAllowed
    for member in members:
        if member.contact and member.contact.customer_id != project.customer_id:
            raise StrangerInCommittee(
                _("%(name)s does not belong to %(customer)s.")
                % {"name": member.contact.name, "customer": project.customer.name}
            )
        if (
            member.user
            and not Project.objects.visible_to(member.user).filter(pk=project.pk).exists()
        ):
            raise StrangerInCommittee(
                _("%(name)s does not work on this project yet. Add them under People first.")
                % {"name": member.user.name}
            )
    acceptance.committee.all().delete()
    named = CommitteeMember.objects.bulk_create(
        CommitteeMember(
            acceptance=acceptance,
            user=member.user,
            contact=member.contact,
            role=member.role,
            signs=member.signs,
        )
        for member in members
    )
    record(
        COMMITTEE_NAMED, subject=acceptance, actor=actor, at=at, project=project,
        details={"names": ", ".join(member.name for member in named)},
    )  # fmt: skip
    return named


def may_check(user: User, acceptance: Acceptance) -> bool:
    """Whoever works on the project or sits in the committee notes results."""
    return (
        may_contribute(user, acceptance.project) or acceptance.committee.filter(user=user).exists()
    )


def lock_open(acceptance: Acceptance) -> Acceptance:
    """Re-read an acceptance whose criteria are still open, under its project's lock.

    Raises:
        ProjectNotRunning, NotBeingChecked.
    """
    project = Project.objects.locked(acceptance.project_id)
    acceptance = Acceptance.objects.locked(acceptance.pk)
    acceptance.project = project
    check_running(project)
    if not acceptance.may_change:
        raise NotBeingChecked(
            _("The certificate is “%(state)s”, so criteria and committee do not change.")
            % {"state": acceptance.get_state_display()}
        )
    return acceptance


def move(acceptance: Acceptance, target: State) -> None:
    """Change the state in memory and in the row, which the caller holds locked."""
    check_move(STATE_MOVES, source=State(acceptance.state), target=target)
    acceptance.state = target
    acceptance.save(update_fields=["state", "signed_at"])
