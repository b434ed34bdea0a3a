"""What was made for a requirement that has changed since: suspect until a person has looked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.domain.requirement_links import links_of
from presales.models import Requirement, SuspectLink

LINKS_SUSPECTED = Action(
    "presales.links_suspected",
    gettext_lazy("made suspect what refers to %(code)s: %(links)s"),
)
LINKS_CLEARED = Action(
    "presales.links_cleared", gettext_lazy("found still right for %(code)s: %(links)s")
)


def mark_suspect(
    *,
    requirements: Iterable[Requirement],
    actor: User | None,
    at: datetime,
    but: str = "",
) -> None:
    """Mark everything that refers to these as suspect; the caller holds their rows.

    ``but`` is the number of the paper that changed them, which is not suspect itself.
    Costs a query for each registered source, and three for each requirement with links.
    """
    by_pk = {requirement.pk: requirement for requirement in requirements}
    if not by_pk:
        return
    names: dict[int, list[str]] = defaultdict(list)
    for key, pk, link in links_of(by_pk.values()):
        if but and link.label.startswith(but):
            continue
        mark, is_new = SuspectLink.objects.get_or_create(
            requirement_id=pk, source_key=key, object_id=link.pk, defaults={"since": at}
        )
        if not is_new:
            SuspectLink.objects.filter(pk=mark.pk).update(
                times=F("times") + 1,
                since=mark.since if mark.cleared_at is None else at,
                cleared_at=None,
                cleared_by=None,
            )
        names[pk].append(link.label)
    for pk, labels in names.items():
        record(
            LINKS_SUSPECTED,
            subject=by_pk[pk],
            actor=actor,
            actor_name="" if actor else str(_("The portal")),
            at=at,
            project=by_pk[pk].project,
            details={"code": by_pk[pk].code, "links": ", ".join(labels)},
        )


def suspects_in(project: Project) -> dict[int, int]:
    """Return by requirement how many links are suspect and still there.

    One query where none is suspect, else one more for each registered source.
    """
    marks = SuspectLink.objects.open().filter(
        requirement__project=project, requirement__in=Requirement.objects.in_force()
    )
    keys = {(mark.source_key, mark.requirement_id, mark.object_id) for mark in marks}
    counts: dict[int, int] = defaultdict(int)
    if keys:
        requirements = Requirement.objects.filter(pk__in={pk for _source, pk, _object in keys})
        for key, pk, link in links_of(requirements):
            counts[pk] += (key, pk, link.pk) in keys
    return {pk: count for pk, count in counts.items() if count}


@transaction.atomic
def clear_suspects(
    *, project: Project, seen: Iterable[str], actor: User, at: datetime
) -> tuple[int, int]:
    """Say that these are still right; return how many were cleared and how many were not.

    ``seen`` are ``SuspectLink.seen`` as a page showed them. One whose requirement changed
    again since, or that somebody else has cleared, stays as it is.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
    """
    project = Project.objects.locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    wanted = set(seen)
    marks = [
        mark
        for mark in SuspectLink.objects.open()
        .select_for_update(of=("self",))
        .select_related("requirement")
        .filter(requirement__project=project)
        .order_by("requirement__number", "pk")
        if mark.seen in wanted
    ]
    SuspectLink.objects.filter(pk__in=[mark.pk for mark in marks]).update(
        cleared_at=at, cleared_by=actor
    )
    requirements = {mark.requirement_id: mark.requirement for mark in marks}
    labels = {(key, pk, link.pk): link.label for key, pk, link in links_of(requirements.values())}
    for pk, requirement in requirements.items():
        keys = [(m.source_key, pk, m.object_id) for m in marks if m.requirement_id == pk]
        record(
            LINKS_CLEARED, subject=requirement, actor=actor, at=at, project=project,
            details={
                "code": requirement.code,
                "links": ", ".join(labels[key] for key in keys if key in labels),
            },
        )  # fmt: skip
    return len(marks), len(wanted) - len(marks)
