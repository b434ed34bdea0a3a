from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import NotAllowed
from presales.models import SurveyTemplate, TemplateQuestion, TemplateSection
from presales.permissions import may_edit_templates

TEMPLATE_CHANGED = Action(
    "presales.survey_template_changed", _("changed the survey template “%(title)s”: %(what)s")
)

TemplateItem = SurveyTemplate | TemplateSection | TemplateQuestion


@transaction.atomic
def save_template_item(*, item: TemplateItem, actor: User, at: datetime) -> TemplateItem:
    """Save a template, a section or a question whose form was valid; new ones come last.

    Surveys that run have their own copy of the questions and do not change.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    if not isinstance(item, SurveyTemplate) and item.pk is None:
        item.order = (_neighbours(item).aggregate(last=Max("order"))["last"] or 0) + 1
    item.save()
    _record(item, actor=actor, at=at)
    return item


@transaction.atomic
def move_template_item(
    *, item: TemplateSection | TemplateQuestion, up: bool, actor: User, at: datetime
) -> None:
    """Let a section or question change places with its neighbour; at the end nothing happens.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    items = list(_neighbours(item).select_for_update(of=("self",)).order_by("order", "pk"))
    here = [other.pk for other in items].index(item.pk)
    there = here - 1 if up else here + 1
    if 0 <= there < len(items):
        items[here], items[there] = items[there], items[here]
    for order, moved in enumerate(items, start=1):
        moved.order = order
    type(item).objects.bulk_update(items, ["order"])
    _record(item, actor=actor, at=at)


@transaction.atomic
def remove_template_item(
    *, item: TemplateSection | TemplateQuestion, actor: User, at: datetime
) -> None:
    """Take a question, or a section with its questions, out of its template.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    _record(item, actor=actor, at=at)
    item.delete()


def _neighbours(item: TemplateSection | TemplateQuestion) -> models.QuerySet:
    if isinstance(item, TemplateSection):
        return TemplateSection.objects.filter(template=item.template)
    return TemplateQuestion.objects.filter(section=item.section)


def _record(item: TemplateItem, *, actor: User, at: datetime) -> None:
    template = item
    if isinstance(item, TemplateSection):
        template = item.template
    elif isinstance(item, TemplateQuestion):
        template = item.section.template
    record(
        TEMPLATE_CHANGED, subject=template, actor=actor, at=at,
        details={"title": template.title, "what": str(item)},
    )  # fmt: skip
