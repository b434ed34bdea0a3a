from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import Role, User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.catalogue.models import Product
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.numbers import next_number
from implportal.projects.models import Customer, Project, State, Step
from implportal.projects.permissions import may_create_project, may_run
from implportal.projects.registry import ACTIVITIES

PROJECT_CREATED = Action(
    "projects.project_created", gettext_lazy("started the project for %(customer)s")
)
PROJECT_CHANGED = Action(
    "projects.project_changed", gettext_lazy("changed the project: %(fields)s")
)
CHANGEABLE = frozenset(
    {
        "title",
        "project_manager",
        "business_manager",
        "planned_start_on",
        "planned_end_on",
        "contract_value_minor",
        "currency",
    }
)


class ProjectNotRunning(DomainError):
    """The project is suspended, lost, cancelled or closed; nothing in it changes."""


class WrongRole(DomainError):
    """Somebody was named for a part that their role does not allow."""


class WrongDates(DomainError):
    """The end lies before the start."""


class ContractIsFixed(DomainError):
    """The contract value can no longer change freely: money has been received."""


def check_running(project: Project) -> None:
    """Let a write pass only in a running project.

    Raises:
        ProjectNotRunning: it is not; the message names its state.
    """
    if project.state != State.RUNNING:
        raise ProjectNotRunning(
            _("This project is “%(state)s”, so nothing in it can be changed.")
            % {"state": State(project.state).label}
        )


@transaction.atomic
def create_project(
    *,
    customer: Customer,
    title: str,
    implementation_manager: User,
    actor: User,
    at: datetime,
    products: Iterable[Product] = (),
    contract_value_minor: int = 0,
    currency: str | None = None,
    planned_start_on: date | None = None,
    planned_end_on: date | None = None,
    project_manager: User | None = None,
    business_manager: User | None = None,
    predecessor: Project | None = None,
) -> Project:
    """Start a project in pre-sales, with its seventeen activities and a gapless code.

    Raises:
        NotAllowed: ``actor`` does not start projects.
        WrongRole: a person's role does not fit the part.
        WrongDates: the planned end is before the planned start.
    """
    if not may_create_project(actor):
        raise NotAllowed
    check_people(
        implementation_manager=implementation_manager,
        project_manager=project_manager,
        business_manager=business_manager,
    )
    _check_dates(planned_start_on, planned_end_on)
    project = Project.objects.create(
        code=f"IP-{at.year}-{next_number(series='PROJECT', year=at.year):04d}",
        title=title,
        customer=customer,
        implementation_manager=implementation_manager,
        project_manager=project_manager,
        business_manager=business_manager,
        contract_value_minor=contract_value_minor,
        currency=currency or customer.currency,
        planned_start_on=planned_start_on,
        planned_end_on=planned_end_on,
        predecessor=predecessor,
        created_at=at,
    )
    project.products.set(products)
    Step.objects.bulk_create(
        Step(project=project, key=activity.key, order=activity.order) for activity in ACTIVITIES
    )
    record(
        PROJECT_CREATED,
        subject=project,
        actor=actor,
        at=at,
        project=project,
        details={"customer": customer.name},
    )
    return project


@transaction.atomic
def change_project(*, project: Project, actor: User, at: datetime, **changes: object) -> Project:
    """Change master data; ``changes`` are fields of CHANGEABLE and ``products``.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, WrongRole, WrongDates.
        ContractIsFixed: value or currency after the first receipt.
        ValueError: a field that does not change this way.
    """
    products = changes.pop("products", None)
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"not changeable: {unknown}")
    project = Project.objects.locked(project.pk)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    changed = [name for name, value in changes.items() if getattr(project, name) != value]
    if project.paid_minor and {"contract_value_minor", "currency"} & set(changed):
        raise ContractIsFixed(
            _("Money has been received, so value and currency change by a change request only.")
        )
    for name in changed:
        setattr(project, name, changes[name])
    check_people(
        implementation_manager=project.implementation_manager,
        project_manager=project.project_manager,
        business_manager=project.business_manager,
    )
    _check_dates(project.planned_start_on, project.planned_end_on)
    if "project_manager" in changed:
        # A permission is granted to a person, at the kick-off; a successor has none yet.
        project.delivery_granted_at = None
    project.save(update_fields=[*changed, "delivery_granted_at"])
    if products is not None and set(products) != set(project.products.all()):
        project.products.set(products)
        changed.append("products")
    if changed:
        names = ", ".join(str(Project._meta.get_field(name).verbose_name) for name in changed)
        record(
            PROJECT_CHANGED, subject=project, actor=actor, at=at, project=project,
            details={"fields": names},
        )  # fmt: skip
    return project


def check_people(
    *,
    implementation_manager: User,
    project_manager: User | None,
    business_manager: User | None,
) -> None:
    """Let only people of the right role take a part; administrators may take any.

    Raises:
        WrongRole: the message names the person and the part.
    """
    parts = (
        (implementation_manager, Role.IMPLEMENTATION_MANAGER),
        (project_manager, Role.PROJECT_MANAGER),
        (business_manager, Role.BUSINESS_MANAGER),
    )
    for user, role in parts:
        if user and user.role not in {role, Role.ADMINISTRATOR}:
            raise WrongRole(
                _("%(name)s cannot be named: the role must be “%(role)s”.")
                % {"name": user.name, "role": role.label}
            )


def _check_dates(start: date | None, end: date | None) -> None:
    if start and end and end < start:
        raise WrongDates(_("The planned end must not be before the planned start."))
