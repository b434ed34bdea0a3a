"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from implportal.accounts.models import Role, User
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute, may_run


def may_prepare(user: User, project: Project) -> bool:
    """Compose and give introductions, send surveys, decide what becomes a requirement."""
    return may_run(user, project)


def may_interview(user: User, project: Project) -> bool:
    """Type in answers while the customer talks."""
    return may_contribute(user, project)


def may_edit_templates(user: User) -> bool:
    """Survey templates are shared by all projects."""
    return user.role in {Role.ADMINISTRATOR, Role.IMPLEMENTATION_MANAGER}
