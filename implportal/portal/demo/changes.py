"""Two change requests: one is signed and carried out, one waits to be approved by us."""

from __future__ import annotations

from datetime import datetime, timedelta

from delivery.domain.changes import (
    add_requirement_effect,
    add_task_effect,
    hand_in_change,
    start_change,
)
from delivery.domain.changes_approval import approve_change
from delivery.domain.changes_signing import send_change
from implportal.documents.domain.versions import render_version
from implportal.portal.demo.company import Cast
from implportal.portal.demo.customers import sign_all
from implportal.projects.models import Project
from implportal.signing.domain.requests import SignerSpec, Terms

DAY = timedelta(days=1)


def sign_a_change(cast: Cast, project: Project, *, at: datetime) -> None:
    """Ines writes it, Piet approves it, the customer signs it the day after."""
    project.refresh_from_db()
    change = start_change(
        project=project,
        title="Scanning at the gate",
        what="The two gates get terminals as well, so that a lorry is booked in before it parks.",
        why="In the trial, every fourth lorry stood at the wrong dock.",
        acceptance="A lorry is booked in at each gate in front of the committee.",
        price_minor=480_000,
        new_end_on=project.planned_end_on + 14 * DAY,
        actor=cast.ines,
        at=at,
    )
    add_requirement_effect(
        change=change, kind="ADD", priority="MUST", actor=cast.ines, at=at,
        text="A lorry is booked in at the gate within 30 seconds.",
    )  # fmt: skip
    task = project.tasks.open().order_by("-position", "-pk").first()
    add_task_effect(change=change, kind="SHIFT", task=task, shift_days=5, actor=cast.ines, at=at)
    add_task_effect(
        change=change, kind="ADD", title="Mount the terminals at the gates",
        starts_on=task.ends_on, actor=cast.ines, at=at,
    )  # fmt: skip
    hand_in_change(change=change, actor=cast.ines, at=at)
    version = approve_change(change=change, actor=cast.piet, at=at + DAY)
    render_version(version_id=version.pk, now=at + DAY)
    signer = project.customer.contacts.order_by("pk")[0]
    request = send_change(
        change=change,
        signers=[SignerSpec(signer)],
        terms=Terms(valid_days=90),
        actor=cast.piet,
        at=at + DAY,
    )
    sign_all(request=request, at=at + 2 * DAY)


def hand_in_another(cast: Cast, project: Project, *, at: datetime) -> None:
    """Less is wanted than was promised; Piet has yet to approve it."""
    project.refresh_from_db()
    change = start_change(
        project=project,
        title="No terminals in the old hall",
        what="The old hall is given up in spring, so it gets no terminals.",
        why="The lease ends, and nobody will work there.",
        acceptance="The old hall is not looked at.",
        price_minor=-350_000,
        actor=cast.ines,
        at=at,
    )
    hand_in_change(change=change, actor=cast.ines, at=at)
