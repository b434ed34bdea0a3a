"""Templates of solutions: headings, what belongs below them, and texts to begin with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.order import keys_after_step
from presales.models import Solution, SolutionTemplate, SolutionTemplateSection
from presales.permissions import may_edit_templates

TEMPLATE_SAVED = Action(
    "presales.solution_template_saved", gettext_lazy("changed the solution template “%(title)s”")
)
TEMPLATE_REMOVED = Action(
    "presales.solution_template_removed", gettext_lazy("removed the solution template “%(title)s”")
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,1000}\]\(image:[0-9a-f]{64}\)\n?")


class TitleIsTaken(DomainError):
    """People choose by the title, so each has its own."""


class ListHasChanged(DomainError):
    """Somebody added or removed a section meanwhile."""


@transaction.atomic
def save_template(
    *,
    template: SolutionTemplate | None,
    title: str,
    purpose: str,
    is_default: bool,
    actor: User,
    at: datetime,
) -> SolutionTemplate:
    """Make or change a template; of several that are the default the last one is.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        TitleIsTaken.
    """
    _check_may(actor)
    template = template or SolutionTemplate()
    if is_default:
        SolutionTemplate.objects.filter(is_default=True).update(is_default=False)
    template.title, template.purpose = title.strip(), purpose.strip()
    template.is_default = is_default
    template.changed_at, template.changed_by = at, actor
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise TitleIsTaken(_("Another template has this title.")) from error
    _record(TEMPLATE_SAVED, template, actor=actor, at=at)
    return template


@transaction.atomic
def template_from_solution(
    *, solution: Solution, title: str, with_texts: bool, actor: User, at: datetime
) -> SolutionTemplate:
    """Make a template of a solution's headings, with their texts but without pictures.

    Raises:
        NotAllowed, TitleIsTaken: see ``save_template``.
    """
    template = save_template(
        template=None,
        title=title,
        purpose=_("Made from %(number)s") % {"number": solution.number},
        is_default=False,
        actor=actor,
        at=at,
    )
    SolutionTemplateSection.objects.bulk_create(
        SolutionTemplateSection(
            template=template,
            order=order,
            level=section.level,
            title=section.title,
            hint=section.hint,
            markdown=_PICTURE.sub("", section.markdown).strip() if with_texts else "",
        )
        for order, section in enumerate(solution.sections.in_order(), start=1)
    )
    return template


@transaction.atomic
def remove_template(*, template: SolutionTemplate, actor: User, at: datetime) -> None:
    """Offer a template no longer; solutions keep what they took.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
    """
    _check_may(actor)
    _record(TEMPLATE_REMOVED, template, actor=actor, at=at)
    template.delete()


@transaction.atomic
def save_template_section(
    *,
    template: SolutionTemplate,
    section: SolutionTemplateSection | None,
    title: str,
    level: int,
    hint: str,
    markdown: str,
    actor: User,
    at: datetime,
) -> SolutionTemplateSection:
    """Add a section at the end, or change one.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
    """
    template = _locked(template, actor=actor)
    if section is None:
        last = template.sections.aggregate(last=Max("order"))["last"] or 0
        section = SolutionTemplateSection(template=template, order=last + 1)
    section.title, section.level = title.strip(), level
    section.hint, section.markdown = hint.strip(), markdown.replace("\r\n", "\n").strip()
    section.save()
    _touch(template, actor=actor, at=at)
    return section


@transaction.atomic
def remove_template_section(*, section: SolutionTemplateSection, actor: User, at: datetime) -> None:
    """Take a section out of its template. Raises as ``save_template_section``."""
    template = _locked(section.template, actor=actor)
    section.delete()
    _touch(template, actor=actor, at=at)


@transaction.atomic
def order_template_sections(
    *, template: SolutionTemplate, keys: Sequence[int], actor: User, at: datetime
) -> None:
    """Put the sections, named by their primary keys, in this order; levels stay.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        ListHasChanged: these are not exactly the sections that are there.
    """
    template = _locked(template, actor=actor)
    there = {section.pk: section for section in template.sections.order_by("order", "pk")}
    if sorted(keys) != sorted(there):
        raise ListHasChanged(_("The list has changed since you opened it. Reload the page."))
    if list(keys) == list(there):
        return
    for order, key in enumerate(keys, start=1):
        there[key].order = order
    SolutionTemplateSection.objects.bulk_update(there.values(), ["order"], batch_size=100)
    _touch(template, actor=actor, at=at)


@transaction.atomic
def move_template_section(
    *, section: SolutionTemplateSection, step: int, actor: User, at: datetime
) -> None:
    """Move a section by ``step`` places; beyond the ends of the list nothing happens.

    Raises as ``order_template_sections``.
    """
    template = _locked(section.template, actor=actor)
    keys = keys_after_step(template.sections, key=section.pk, step=step)
    order_template_sections(template=template, keys=keys, actor=actor, at=at)


def _check_may(actor: User) -> None:
    if not may_edit_templates(actor):
        raise NotAllowed


def _locked(template: SolutionTemplate, *, actor: User) -> SolutionTemplate:
    _check_may(actor)
    return SolutionTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)


def _touch(template: SolutionTemplate, *, actor: User, at: datetime) -> None:
    template.changed_at, template.changed_by = at, actor
    template.save(update_fields=["changed_at", "changed_by"])
    _record(TEMPLATE_SAVED, template, actor=actor, at=at)


def _record(action: Action, template: SolutionTemplate, *, actor: User, at: datetime) -> None:
    record(
        action,
        subject=template,
        actor=actor,
        at=at,
        project=None,
        details={"title": template.title},
    )
