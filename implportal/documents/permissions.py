"""May this person do that with a document? Pure predicates."""

from __future__ import annotations

from implportal.accounts.models import User
from implportal.documents.models import DocumentVersion
from implportal.projects.permissions import may_run


def may_retry(user: User, version: DocumentVersion) -> bool:
    """Ask for a failed PDF again."""
    return may_run(user, version.project)
