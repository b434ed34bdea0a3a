"""An earlier introduction as the start of a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.kernel.errors import NotAllowed
from implportal.projects.models import Project
from presales.domain.introductions import begin_draft
from presales.domain.introductions_parts import may_introduce, parts_of, reason_against
from presales.models import Introduction, IntroductionPart, PartKind


@dataclass(frozen=True)
class Begun:
    """A draft that was begun from another introduction.

    ``left_out`` says of each part that was not taken over why. ``reworded`` are headings of
    parts with words that were written for another customer; somebody should read them again.
    """

    introduction: Introduction
    left_out: list[str]
    reworded: list[str]


@transaction.atomic
def start_from_earlier(
    *,
    earlier: Introduction,
    project: Project,
    title: str,
    greeting: str,
    actor: User,
    at: datetime,
) -> Begun:
    """Begin an introduction with the parts of ``earlier``, in their order and with their words.

    What may not be shown any more is left out, and people who have nothing to do with this
    project; its implementation manager is introduced in any case. The first words are new.

    Raises:
        NotAllowed: ``actor`` does not run this project, or may not see the earlier one.
        ProjectNotRunning: the project rests or is over.
    """
    if not Introduction.objects.visible_to(actor).filter(pk=earlier.pk).exists():
        raise NotAllowed
    introduction = begin_draft(project=project, title=title, greeting=greeting, actor=actor, at=at)
    today = timezone.localdate(at)
    introduced = may_introduce(introduction)
    copies, left_out = [], []
    for part in parts_of(earlier):
        reason = reason_against(part.item, on=today) if part.item else ""
        if not reason and part.kind == PartKind.PERSON and part.person_id not in introduced:
            reason = _("does not work on this project")
        if reason:
            left_out.append(_("%(part)s: %(reason)s") % {"part": part.heading, "reason": reason})
        else:
            copies.append(part)
    manager = project.implementation_manager_id
    is_introduced = manager in {part.person_id for part in copies}
    reworded = [
        part.heading
        for part in copies
        if (part.text or part.title) and earlier.project.customer_id != project.customer_id
    ]
    for order, part in enumerate(copies, start=1):
        part.pk, part.introduction, part.order = None, introduction, order
        part._state.adding = True
    if not is_introduced:
        copies.append(
            IntroductionPart(
                introduction=introduction, kind=PartKind.PERSON, person_id=manager,
                order=len(copies) + 1,
            )
        )  # fmt: skip
    IntroductionPart.objects.bulk_create(copies)
    return Begun(introduction, left_out, reworded)
