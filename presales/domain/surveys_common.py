"""Requirements that are common in a field of business: the list, and taking over from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.domain.requirements import write_new
from presales.domain.surveys_requirements import NothingTicked
from presales.models import CommonRequirement, Requirement
from presales.permissions import may_edit_templates

COMMON_CHANGED = Action(
    "presales.common_requirement_changed",
    gettext_lazy("changed what is common in %(field)s: %(text)s"),
)
COMMON_REMOVED = Action(
    "presales.common_requirement_removed",
    gettext_lazy("took off the list of what is common in %(field)s: %(text)s"),
)


class OnTheListAlready(DomainError):
    """The same sentence is there for this field."""


class NotOfThisField(DomainError):
    """It is common in another field than the customer's."""


@transaction.atomic
def save_common_requirement(
    *, item: CommonRequirement, actor: User, at: datetime
) -> CommonRequirement:
    """Keep a sentence whose form was valid. Requirements made of it stay as they are.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
        OnTheListAlready: the field has the same sentence.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    item.text = " ".join(item.text.split())
    check_is_new(item)
    item.save()
    _record(COMMON_CHANGED, item, actor=actor, at=at)
    return item


def check_is_new(item: CommonRequirement) -> None:
    """Let pass a sentence that the list does not have for this field yet.

    Raises:
        OnTheListAlready: it does.
    """
    same = CommonRequirement.objects.filter(
        field_of_business=item.field_of_business, text__iexact=" ".join(item.text.split())
    )
    if same.exclude(pk=item.pk).exists():
        raise OnTheListAlready(_("This sentence is on the list already."))


@transaction.atomic
def remove_common_requirement(*, item: CommonRequirement, actor: User, at: datetime) -> None:
    """Take a sentence off the list; requirements that were made of it stay.

    Raises:
        NotAllowed: ``actor`` does not keep templates.
    """
    if not may_edit_templates(actor):
        raise NotAllowed
    _record(COMMON_REMOVED, item, actor=actor, at=at)
    item.delete()


def there_already(project: Project, items: Iterable[CommonRequirement]) -> dict[int, Requirement]:
    """Return what the project has already, made of an item or in its words; two queries."""
    in_force = project.requirements.in_force().order_by("number", "pk")
    by_pk = {requirement.pk: requirement for requirement in in_force}
    by_text = {_plain(one.text): one for one in reversed(by_pk.values())}
    made = CommonRequirement.requirements.through.objects.filter(requirement__in=by_pk)
    found = {
        common: by_pk[requirement]
        for common, requirement in made.values_list("commonrequirement", "requirement")
    }
    for item in items:
        if item.pk not in found and _plain(item.text) in by_text:
            found[item.pk] = by_text[_plain(item.text)]
    return found


@transaction.atomic
def take_common_requirements(
    *, project: Project, items: Sequence[CommonRequirement], actor: User, at: datetime
) -> list[Requirement]:
    """Add what is common in the field to the project's requirements; return the new ones.

    What the project has already is left out. Each new one knows what it was made of.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        NothingTicked: ``items`` is empty.
        NotOfThisField: one belongs to another field than the customer.
    """
    project = Project.objects.select_related("customer").locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    if not items:
        raise NothingTicked(_("Tick what should become a requirement of this project."))
    if any(
        item.field_of_business_id not in {None, project.customer.field_of_business_id}
        for item in items
    ):
        raise NotOfThisField(_("One of these is common in another field of business."))
    there = there_already(project, items)
    made = []
    for item in items:
        if item.pk in there:
            continue
        requirement = write_new(
            project=project, text=item.text, source=Requirement.Source.FIELD,
            priority=item.priority, actor=actor, at=at,
        )  # fmt: skip
        item.requirements.add(requirement)
        made.append(requirement)
    return made


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _record(action: Action, item: CommonRequirement, *, actor: User, at: datetime) -> None:
    field = str(item.field_of_business or _("every field"))
    record(action, subject=item, actor=actor, at=at, details={"field": field, "text": item.text})
