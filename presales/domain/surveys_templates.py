from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from presales.domain.surveys_conditions import check_conditions
from presales.models import SurveyTemplate, TemplateQuestion, TemplateSection
from presales.permissions import may_edit_templates

TEMPLATE_CHANGED = Action(
    "presales.survey_template_changed",
    gettext_lazy("changed the survey template “%(title)s”: %(what)s"),
)


class StillAskedFor(DomainError):
    """Another question is asked only after this one."""


TemplateItem = SurveyTemplate | TemplateSection | TemplateQuestion


@transaction.atomic
def save_template_item(*, item: TemplateItem, actor: User, at: datetime) -> TemplateItem:
    """Save a template, a section or a question whose form was valid; new ones come last.

    Surveys that run have their own copy of the questions and do not change.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        WrongCondition: a question would wait for one that comes later, or for an answer
            that is not offered.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    if not isinstance(item, SurveyTemplate) and item.pk is None:
        item.order = (_neighbours(item).aggregate(last=Max("order"))["last"] or 0) + 1
    item.save()
    check_conditions(_template_of(item))
    _record(item, actor=actor, at=at)
    return item


@transaction.atomic
def move_template_item(
    *, item: TemplateSection | TemplateQuestion, to: int, actor: User, at: datetime
) -> None:
    """Put a section or question at place ``to`` (from 0) among its neighbours.

    Beyond the ends it goes to the end.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        WrongCondition: a question would come before the one that it hangs on.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    items = list(_neighbours(item).select_for_update(of=("self",)).order_by("order", "pk"))
    here = [other.pk for other in items].index(item.pk)
    items.insert(max(0, to), items.pop(here))
    for order, moved in enumerate(items, start=1):
        moved.order = order
    type(item).objects.bulk_update(items, ["order"])
    check_conditions(_template_of(item))
    _record(item, actor=actor, at=at)


def place_of(item: TemplateSection | TemplateQuestion) -> int:
    """Return the place (from 0) among the neighbours; one query."""
    return list(_neighbours(item).order_by("order", "pk").values_list("pk", flat=True)).index(
        item.pk
    )


@transaction.atomic
def remove_template_item(
    *, item: TemplateSection | TemplateQuestion, actor: User, at: datetime
) -> None:
    """Take a question, or a section with its questions, out of its template.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        StillAskedFor: a question that stays is asked only after one that goes.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    going = TemplateQuestion.objects.filter(
        **({"section": item} if isinstance(item, TemplateSection) else {"pk": item.pk})
    )
    left = TemplateQuestion.objects.filter(depends_on__in=going).exclude(pk__in=going)
    if first := left.order_by("pk").first():
        raise StillAskedFor(
            _("“%(question)s” is asked only after this. Change that first.")
            % {"question": first.text}
        )
    _record(item, actor=actor, at=at)
    item.delete()


def _neighbours(item: TemplateSection | TemplateQuestion) -> models.QuerySet:
    if isinstance(item, TemplateSection):
        return TemplateSection.objects.filter(template=item.template)
    return TemplateQuestion.objects.filter(section=item.section)


def _template_of(item: TemplateItem) -> SurveyTemplate:
    if isinstance(item, TemplateSection):
        return item.template
    return item.section.template if isinstance(item, TemplateQuestion) else item


def _record(item: TemplateItem, *, actor: User, at: datetime) -> None:
    template = _template_of(item)
    record(
        TEMPLATE_CHANGED, subject=template, actor=actor, at=at,
        details={"title": template.title, "what": str(item)},
    )  # fmt: skip
