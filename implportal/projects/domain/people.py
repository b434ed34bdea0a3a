from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact, Member, Project, Stakeholder
from implportal.projects.permissions import may_run

MEMBER_SET = Action(
    "projects.member_set", gettext_lazy("put %(name)s on the team as %(responsibility)s")
)
MEMBER_REMOVED = Action("projects.member_removed", gettext_lazy("took %(name)s off the team"))
STAKEHOLDER_SET = Action("projects.stakeholder_set", gettext_lazy("noted %(name)s as %(role)s"))
DELIVERY_GRANTED = Action(
    "projects.delivery_granted", gettext_lazy("gave %(name)s permission to run the delivery")
)


class NobodyNamed(DomainError):
    """There is no project manager to give the permission to."""


class ContactOfOthers(DomainError):
    """The contact belongs to another customer."""


class WrongPeriod(DomainError):
    """The end lies before the start."""


@transaction.atomic
def set_member(
    *,
    project: Project,
    user: User,
    responsibility: str,
    actor: User,
    at: datetime,
    percent: int = 100,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Member:
    """Put a person on the team, or change what they do there.

    ``percent`` is the share of working time, 1 to 100.

    Raises:
        NotAllowed, ProjectNotRunning.
        WrongPeriod: it ends before it begins.
    """
    project = Project.objects.locked(project.pk)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    if from_on and until_on and until_on < from_on:
        raise WrongPeriod(_("The last day must not be before the first."))
    member, _created = Member.objects.update_or_create(
        project=project,
        user=user,
        defaults={
            "responsibility": responsibility,
            "percent": percent,
            "from_on": from_on,
            "until_on": until_on,
        },
    )
    record(
        MEMBER_SET, subject=project, actor=actor, at=at, project=project,
        details={"name": user.name, "responsibility": responsibility, "percent": percent},
    )  # fmt: skip
    return member


@transaction.atomic
def remove_member(*, member: Member, actor: User, at: datetime) -> None:
    """Take a person off the team. Raises NotAllowed, ProjectNotRunning."""
    project = Project.objects.locked(member.project_id)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    name = member.user.name
    member.delete()
    record(
        MEMBER_REMOVED, subject=project, actor=actor, at=at, project=project,
        details={"name": name},
    )  # fmt: skip


@transaction.atomic
def set_stakeholder(
    *,
    project: Project,
    contact: Contact,
    role: Stakeholder.Role,
    actor: User,
    at: datetime,
    influence: int = 3,
    attitude: int = 0,
) -> Stakeholder:
    """Note what a contact means to the project: ``influence`` 1-5, ``attitude`` -2 to 2.

    Raises:
        NotAllowed, ProjectNotRunning.
        ContactOfOthers: the contact is not one of this customer.
    """
    project = Project.objects.locked(project.pk)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    if contact.customer_id != project.customer_id:
        raise ContactOfOthers(_("This person belongs to another customer."))
    stakeholder, _created = Stakeholder.objects.update_or_create(
        project=project,
        contact=contact,
        defaults={"role": role, "influence": influence, "attitude": attitude},
    )
    record(
        STAKEHOLDER_SET, subject=project, actor=actor, at=at, project=project,
        details={"name": contact.name, "role": str(Stakeholder.Role(role).label)},
    )  # fmt: skip
    return stakeholder


@transaction.atomic
def grant_delivery(*, project: Project, actor: User, at: datetime) -> Project:
    """Give the project manager permission to run the project.

    Raises:
        NotAllowed: only the implementation manager or an administrator gives it.
        ProjectNotRunning: the project rests or is over.
        NobodyNamed: the project has no project manager.
    """
    project = Project.objects.locked(project.pk)
    if not (actor.is_administrator or project.implementation_manager_id == actor.pk):
        raise NotAllowed
    check_running(project)
    if project.project_manager is None:
        raise NobodyNamed(_("Name a project manager first."))
    if project.delivery_granted_at is None:
        project.delivery_granted_at = at
        project.save(update_fields=["delivery_granted_at"])
        record(
            DELIVERY_GRANTED, subject=project, actor=actor, at=at, project=project,
            details={"name": project.project_manager.name},
        )  # fmt: skip
    return project
