from __future__ import annotations

from datetime import datetime

from implportal.accounts.models import User
from implportal.projects.models import Project
from implportal.projects.registry import LISTENERS


def announce(
    *, project: Project, event: str, at: datetime, actor: User | None, reference: str = ""
) -> None:
    """Tell whoever listens, in this transaction, that ``event`` has happened.

    Lower apps announce what higher apps act on, e.g. SOLUTION_SIGNED releases an
    installment. ``reference`` narrows it down, e.g. which milestone. A listener that
    fails undoes the event: money and milestones must not part.
    """
    for listener in LISTENERS:
        if listener.event == event:
            listener.handle(project=project, at=at, actor=actor, reference=reference)
