"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from delivery.models import ChangeRequest, Task
from implportal.accounts.models import User
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute, may_run


def may_plan(user: User, project: Project) -> bool:
    """The plan and the kick-off belong to who runs the project."""
    return may_run(user, project)


def may_grant_delivery(user: User, project: Project) -> bool:
    """Permission comes from above: a project manager gives none, not even to a successor."""
    return user.is_administrator or project.implementation_manager_id == user.pk


def may_report(user: User, task: Task) -> bool:
    """Who does the task says how far it is; who runs the project may say it for them."""
    return task.owner_id == user.pk or may_run(user, task.project)


def may_write_change(user: User, project: Project) -> bool:
    """Whoever works on the project may write down what should be otherwise."""
    return may_contribute(user, project)


def may_approve_change(user: User, change: ChangeRequest) -> bool:
    """Who runs the project decides; not over one's own text while another manager could.

    The author is who began it, and who handed it in. The managers are the implementation
    manager and the project manager to whom the delivery was granted.
    """
    project = change.project
    authors = {change.created_by_id, change.handed_in_by_id}
    if not may_run(user, project):
        return False
    return user.pk not in authors or not managers_of(project) - authors


def managers_of(project: Project) -> set[int]:
    """Who decides in the project, by primary key."""
    granted = project.project_manager_id if project.delivery_granted_at else None
    return {pk for pk in (project.implementation_manager_id, granted) if pk}
