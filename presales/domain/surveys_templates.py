from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.order import put_in_order
from presales.domain.surveys_conditions import check_conditions
from presales.models import (
    WITH_CHOICES,
    WITH_LINES,
    PreparationItem,
    Survey,
    SurveyTemplate,
    TemplateQuestion,
    TemplateSection,
)
from presales.permissions import may_edit_templates

TEMPLATE_CHANGED = Action(
    "presales.survey_template_changed",
    gettext_lazy("changed the survey template “%(title)s”: %(what)s"),
)


FEWEST_CHOICES = 2
MOST_COLUMNS = 8


class StillAskedFor(DomainError):
    """Another question is asked only after this one."""


Movable = TemplateSection | TemplateQuestion | PreparationItem
TemplateItem = SurveyTemplate | Movable


def fault_of_choices(kind: str | None, lines: Sequence[str]) -> str:
    """Say what is wrong with the answers offered, or the columns of a table; empty if nothing."""
    if kind in WITH_CHOICES:
        too_few = len(lines) < FEWEST_CHOICES
        return _("Give at least two answers to choose from.") if too_few else ""
    if kind in WITH_LINES and not 1 <= len(lines) <= MOST_COLUMNS:
        return _("Give the table between one and eight columns.")
    return ""


@transaction.atomic
def save_template_item(*, item: TemplateItem, actor: User, at: datetime) -> TemplateItem:
    """Save a template, or a line of it, whose form was valid; new ones come last.

    Surveys that run have their own copy of the questions and do not change.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        WrongCondition: a question would wait for one that comes later, or for an answer
            that is not offered.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    if isinstance(item, SurveyTemplate):
        # The version is counted elsewhere, and may have gone on since the form was opened.
        fields = ["title", "field_of_business", "is_published"]
        item.save(update_fields=fields if item.pk else None)
    else:
        count_version(template_of(item))
        if item.pk is None:
            item.order = (_neighbours(item).aggregate(last=Max("order"))["last"] or 0) + 1
        item.save()
    check_conditions(template_of(item))
    _record(item, actor=actor, at=at)
    return item


@transaction.atomic
def move_template_item(*, item: Movable, to: int, actor: User, at: datetime) -> None:
    """Put a line at place ``to`` (from 0) among its neighbours.

    Beyond the ends it goes to the end.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        WrongCondition: a question would come before the one that it hangs on.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    keys = list(_neighbours(item).order_by("order", "pk").values_list("pk", flat=True))
    keys.remove(item.pk)
    keys.insert(max(0, to), item.pk)
    _put(item, keys, actor=actor, at=at)


@transaction.atomic
def order_template_items(
    *, rows: models.QuerySet, keys: Sequence[int], actor: User, at: datetime
) -> None:
    """Put sections, questions of one section, or preparations in the order of ``keys``.

    ``rows`` are all of them, such as ``template.sections.all()``.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        DomainError: the keys are not those of the rows; somebody changed them meanwhile.
        WrongCondition: a question would come before the one that it hangs on.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    first = rows.order_by("pk").first()
    if first is not None:
        _put(first, keys, actor=actor, at=at)


def _put(item: Movable, keys: Sequence[int], *, actor: User, at: datetime) -> None:
    count_version(template_of(item))
    put_in_order(_neighbours(item), keys)
    check_conditions(template_of(item))
    _record(item, actor=actor, at=at)


def place_of(item: Movable) -> int:
    """Return the place (from 0) among the neighbours; one query."""
    return list(_neighbours(item).order_by("order", "pk").values_list("pk", flat=True)).index(
        item.pk
    )


@transaction.atomic
def remove_template_item(*, item: Movable, actor: User, at: datetime) -> None:
    """Take a line, or a section with its questions, out of its template.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        StillAskedFor: a question that stays is asked only after one that goes.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    count_version(template_of(item))
    if not isinstance(item, PreparationItem):
        _check_not_needed(item)
    _record(item, actor=actor, at=at)
    item.delete()


def count_version(template: SurveyTemplate) -> None:
    """Before a change: begin a new version where a survey took a copy of this one.

    Holds the template's row until the transaction ends, so that changes follow each other.
    """
    now = SurveyTemplate.objects.select_for_update().get(pk=template.pk)
    if Survey.objects.filter(template=now, template_version=now.version).exists():
        now.version += 1
        now.save(update_fields=["version"])
    template.version = now.version


def template_of(item: TemplateItem) -> SurveyTemplate:
    if isinstance(item, SurveyTemplate):
        return item
    return item.section.template if isinstance(item, TemplateQuestion) else item.template


def _check_not_needed(item: TemplateSection | TemplateQuestion) -> None:
    going = TemplateQuestion.objects.filter(
        **({"section": item} if isinstance(item, TemplateSection) else {"pk": item.pk})
    )
    left = TemplateQuestion.objects.filter(depends_on__in=going).exclude(pk__in=going)
    if first := left.order_by("pk").first():
        raise StillAskedFor(
            _("“%(question)s” is asked only after this. Change that first.")
            % {"question": first.text}
        )


def _neighbours(item: Movable) -> models.QuerySet:
    if isinstance(item, TemplateQuestion):
        return TemplateQuestion.objects.filter(section=item.section_id)
    return type(item).objects.filter(template=item.template_id)


def _record(item: TemplateItem, *, actor: User, at: datetime) -> None:
    template = template_of(item)
    record(
        TEMPLATE_CHANGED, subject=template, actor=actor, at=at,
        details={"title": template.title, "what": str(item)},
    )  # fmt: skip
