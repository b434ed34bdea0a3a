"""Who may sensibly be invited. Read-only."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from implportal.accounts.models import User
from implportal.projects.models import Contact, Project


def team_of(project: Project) -> QuerySet[User]:
    """Return our people on a project: its managers, its members, owners of its activities."""
    return (
        User.objects.filter(
            Q(
                pk__in=[
                    project.implementation_manager_id,
                    project.project_manager_id or 0,
                    project.business_manager_id or 0,
                ]
            )
            | Q(memberships__project=project)
            | Q(steps_owned__project=project),
            is_active=True,
        )
        .distinct()
        .order_by("name", "pk")
    )


def contacts_of_stakeholders(project: Project) -> QuerySet[Contact]:
    """Return the customer's people who are known to matter to the project."""
    return Contact.objects.filter(stakes__project=project).order_by("name", "pk")
