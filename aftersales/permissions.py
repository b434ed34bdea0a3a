"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from implportal.accounts.models import User
from implportal.projects.models import Project
from implportal.projects.permissions import may_handle_money, may_run


def may_split(user: User, project: Project) -> bool:
    """Who runs the project agrees on the installments; who collects may, too."""
    return may_handle_money(user) or may_run(user, project)


def may_write_off(user: User) -> bool:
    """Giving up money is approved by an administrator."""
    return user.is_administrator
