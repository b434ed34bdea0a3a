"""Who of ours may do what with links and signatures; customers are judged by their link."""

from __future__ import annotations

from implportal.accounts.models import User
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute, may_run


def may_share(user: User, project: Project) -> bool:
    """Give customers links and take them back."""
    return may_contribute(user, project)


def may_send_for_signature(user: User, project: Project) -> bool:
    """Ask for signatures, remind, cancel, retry the seal."""
    return may_run(user, project)


def may_answer(user: User, project: Project) -> bool:
    """Answer what customers ask."""
    return may_contribute(user, project)


def may_export_evidence(user: User, project: Project) -> bool:
    """Take home what proves a signing; it tells addresses and browsers of people."""
    return may_run(user, project)
