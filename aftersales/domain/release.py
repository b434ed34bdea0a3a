"""When an installment may be invoiced: what has happened, and what happens now."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.domain.progress import update_payment_step
from aftersales.models import Acceptance, Installment, ReleaseEvent
from delivery.models import Kickoff
from implportal.accounts.models import Role, User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.money import format_money
from implportal.notifications.domain.outbox import notify
from implportal.projects.models import Project
from presales.models import Solution

INSTALLMENT_RELEASED = Action(
    "aftersales.installment_released",
    gettext_lazy("released the installment “%(title)s” over %(amount)s: %(why)s"),
    tells_money=True,
)


def has_happened(installment: Installment, *, at: datetime) -> bool:
    """Whether what releases ``installment`` is a fact at ``at``. Costs at most one query."""
    project = installment.project
    match installment.release_event:
        case ReleaseEvent.FIXED_DATE:
            return installment.fixed_on <= timezone.localdate(at)
        case ReleaseEvent.MILESTONE_DONE:
            return installment.milestone.is_done
        case ReleaseEvent.SOLUTION_SIGNED:
            return solution_is_signed(project)
        case ReleaseEvent.KICKOFF_HELD:
            return kickoff_is_held(project)
        case ReleaseEvent.CHANGE_SIGNED:
            return True  # it is made by the signature
        case _:
            return acceptance_is_signed(project)


def solution_is_signed(project: Project) -> bool:
    return Solution.objects.filter(project=project, state=Solution.State.SIGNED).exists()


def kickoff_is_held(project: Project) -> bool:
    return Kickoff.objects.filter(project=project, state=Kickoff.State.HELD).exists()


def acceptance_is_signed(project: Project) -> bool:
    return Acceptance.objects.filter(project=project, state=Acceptance.State.SIGNED).exists()


def release_for_event(
    *, project: Project, at: datetime, actor: User | None, event: str, reference: str = ""
) -> int:
    """Release what ``event`` releases; how many.

    ``reference`` is the key of the task whose milestone is done. Runs in the transaction
    of the event, which has checked that ``actor`` may cause it.
    """
    waiting = Installment.objects.filter(
        project=project, state=Installment.State.WAITING, release_event=event
    )
    if event == ReleaseEvent.MILESTONE_DONE:
        waiting = waiting.filter(milestone=reference)
    return release_all(project=project, waiting=waiting, at=at, actor=actor)


@transaction.atomic
def release_due_on(*, project: Project, now: datetime) -> int:
    """Release the installments of ``project`` whose fixed date has come; how many."""
    waiting = Installment.objects.filter(
        project=project,
        state=Installment.State.WAITING,
        release_event=ReleaseEvent.FIXED_DATE,
        fixed_on__lte=timezone.localdate(now),
    )
    return release_all(project=project, waiting=waiting, at=now, actor=None)


def release_dated(*, now: datetime) -> int:
    """Release everything whose fixed date has come, project by project; how many."""
    waiting = Project.objects.running().filter(
        installments__state=Installment.State.WAITING,
        installments__release_event=ReleaseEvent.FIXED_DATE,
        installments__fixed_on__lte=timezone.localdate(now),
    )
    return sum(
        release_due_on(project=project, now=now) for project in waiting.distinct().order_by("pk")
    )


@transaction.atomic
def release_all(*, project: Project, waiting, at: datetime, actor: User | None) -> int:
    """Release each of ``waiting`` under the project's lock; of two callers one finds none."""
    project = Project.objects.locked(project.pk)
    due = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    for installment in due:
        installment.project = project
        installment.state, installment.released_at = Installment.State.RELEASED, at
        installment.save(update_fields=["state", "released_at"])
        record(
            INSTALLMENT_RELEASED,
            subject=installment,
            actor=actor,
            actor_name="" if actor else str(_("The portal")),
            at=at,
            project=project,
            details={
                "title": installment.title,
                "amount": format_money(installment.amount_minor, installment.currency),
                "why": installment.release_words,
            },
        )
        _tell_collectors(installment, at=at)
    if due:
        update_payment_step(project=project, actor=actor, at=at)
    return len(due)


def collectors(project: Project) -> list[User]:
    """The project's business manager, or all of them where none is named."""
    if project.business_manager:
        return [project.business_manager]
    return list(
        User.objects.filter(role=Role.BUSINESS_MANAGER, is_active=True).order_by("name", "pk")
    )


def _tell_collectors(installment: Installment, *, at: datetime) -> None:
    project = installment.project
    for user in collectors(project):
        notify(
            to=user.email,
            user=user,
            subject=_("Ready to invoice: %(title)s, %(project)s")
            % {"title": installment.title, "project": project.code},
            template="email/aftersales/installment_released.txt",
            context={"installment": installment, "project": project},
            dedupe_key=f"installment-released:{installment.pk}:{user.pk}",
            at=at,
            project_id=project.pk,
            url=installment.get_absolute_url(),
        )
