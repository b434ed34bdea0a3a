"""May this person do that with a document? Pure predicates."""

from __future__ import annotations

from implportal.accounts.models import User
from implportal.documents.models import DocumentVersion
from implportal.documents.registry import kinds_that_tell_money
from implportal.projects.permissions import may_run, may_see_money


def may_retry(user: User, version: DocumentVersion) -> bool:
    """Ask for a failed PDF again."""
    return may_run(user, version.project)


def may_read(user: User, version: DocumentVersion) -> bool:
    """Read what it says. That it exists is known to everybody who sees its project."""
    return version.kind not in kinds_that_tell_money() or may_see_money(user, version.project)
