"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from implportal.accounts.models import Role, User
from implportal.projects.models import Project


def may_create_project(user: User) -> bool:
    return user.role in {Role.ADMINISTRATOR, Role.IMPLEMENTATION_MANAGER}


def may_run(user: User, project: Project) -> bool:
    """Administrators, its implementation manager, its project manager once granted."""
    return (
        user.is_administrator
        or project.implementation_manager_id == user.pk
        or (project.project_manager_id == user.pk and project.delivery_granted_at is not None)
    )


def may_contribute(user: User, project: Project) -> bool:
    """Who runs it, and who works on it: notes, attachments, progress, attendance.

    Business managers read everything and change money only. Costs up to two queries
    for people who do not run the project.
    """
    return (
        may_run(user, project)
        or user.pk == project.project_manager_id
        or project.members.filter(user=user).exists()
        or project.steps.filter(owner=user).exists()
    )


def may_handle_money(user: User) -> bool:
    """Invoices, receipts, write-offs."""
    return user.role in {Role.ADMINISTRATOR, Role.BUSINESS_MANAGER}


def may_see_money(user: User, project: Project) -> bool:
    return may_handle_money(user) or may_run(user, project) or project.project_manager_id == user.pk


def may_override_gate(user: User) -> bool:
    return user.is_administrator


def may_edit_customers(user: User) -> bool:
    return user.role in {
        Role.ADMINISTRATOR,
        Role.IMPLEMENTATION_MANAGER,
        Role.PROJECT_MANAGER,
        Role.BUSINESS_MANAGER,
    }
