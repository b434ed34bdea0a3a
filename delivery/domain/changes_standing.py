"""Where changes stand, as lists and reminders say it. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from delivery.models import ChangeRequest
from delivery.models.changes import ChangeState
from delivery.permissions import managers_of
from implportal.accounts.models import User
from implportal.projects.models import Project


def managers(project: Project) -> list[User]:
    """Who decides in the project; read together with them."""
    people = (project.implementation_manager, project.project_manager)
    return [user for user in people if user and user.pk in managers_of(project)]


def approvers(change: ChangeRequest) -> list[User]:
    """Who may approve ``change``: the managers who did not write it, or all if there is no other.

    Read together with the people of its project (``with_people``).
    """
    everybody = managers(change.project)
    authors = {change.created_by_id, change.handed_in_by_id}
    return [user for user in everybody if user.pk not in authors] or everybody


def whose_court(change: ChangeRequest) -> str:
    """Whose turn it is, by name; empty where it has ended. See ``with_people``."""
    if change.state == ChangeState.DRAFT:
        return change.created_by.name
    if change.state == ChangeState.IN_REVIEW:
        return _names(approvers(change))
    if change.state == ChangeState.SIGNING:
        return change.project.customer.name
    if change.state == ChangeState.APPROVED or change.waits_to_be_applied:
        return _names(managers(change.project))
    return ""


def undecided(user: User) -> QuerySet[ChangeRequest]:
    """Changes in running projects of ``user`` that wait for one of ours. One query."""
    return (
        ChangeRequest.objects.filter(
            Q(state__in=[ChangeState.IN_REVIEW, ChangeState.APPROVED])
            | Q(state=ChangeState.SIGNED, applied_at=None),
            Q(project__implementation_manager=user)
            | Q(project__project_manager=user, project__delivery_granted_at__isnull=False),
            project__in=Project.objects.running(),
        )
        .with_people()
        .order_by("state_since", "pk")
    )


def _names(people: Iterable[User]) -> str:
    return ", ".join(user.name for user in people)
