"""May this person do that? Pure predicates, used by the domain and by templates alike."""

from __future__ import annotations

from implportal.accounts.models import Role, User


def may_edit_catalogue(user: User) -> bool:
    return user.role in {Role.ADMINISTRATOR, Role.COMMERCE}
