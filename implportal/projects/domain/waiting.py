from __future__ import annotations

from datetime import datetime

from implportal.accounts.models import User
from implportal.projects.models import Project
from implportal.projects.registry import WAITING, Waiting


def waiting_for(
    *, user: User, now: datetime, project: Project | None = None
) -> tuple[list[Waiting], list[Waiting]]:
    """Return what waits for ``user``, and what waits for customers, most urgent first.

    Within the same urgency, what has waited longest comes first. Costs the queries of
    the registered sources, whatever the number of projects. With ``project``, only
    the lines of that project.
    """
    lines = [line for source in WAITING for line in source.items(user, now)]
    if project is not None:
        lines = [line for line in lines if line.project.pk == project.pk]
    lines.sort(key=lambda line: (-line.urgency, line.since))
    return (
        [line for line in lines if line.on == "YOU"],
        [line for line in lines if line.on == "CUSTOMER"],
    )
