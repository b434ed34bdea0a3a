"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from delivery.models import Task
from implportal.accounts.models import User
from implportal.projects.models import Project
from implportal.projects.permissions import may_run


def may_plan(user: User, project: Project) -> bool:
    """The plan and the kick-off belong to who runs the project."""
    return may_run(user, project)


def may_grant_delivery(user: User, project: Project) -> bool:
    """Permission comes from above: a project manager gives none, not even to a successor."""
    return user.is_administrator or project.implementation_manager_id == user.pk


def may_report(user: User, task: Task) -> bool:
    """Who does the task says how far it is; who runs the project may say it for them."""
    return task.owner_id == user.pk or may_run(user, task.project)
