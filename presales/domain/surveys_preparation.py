"""What the manager has ready before a survey: the template's standard list, and own items."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from presales.models import Preparation, PreparationItem, Survey
from presales.permissions import may_interview

MOST_ITEMS = 60


class NotOwnItem(DomainError):
    """The standard list is the template's; only own items are taken away."""


class TooManyItems(DomainError):
    """Nobody works through a list of that length."""


def copy_preparation(survey: Survey) -> None:
    """Give a new survey its own copy of its template's list."""
    items = PreparationItem.objects.filter(template=survey.template_id).order_by("order", "pk")
    Preparation.objects.bulk_create(
        Preparation(survey=survey, order=order, text=item.text)
        for order, item in enumerate(items, start=1)
    )


@transaction.atomic
def add_preparation(*, survey: Survey, text: str, actor: User, at: datetime) -> Preparation:
    """Add an own item at the end.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        TooManyItems: there are as many as anybody can use.
    """
    survey = _checked(survey, actor)
    found = survey.preparation.aggregate(last=Max("order"))["last"] or 0
    if survey.preparation.count() >= MOST_ITEMS:
        raise TooManyItems(_("The list holds %(most)s items at most.") % {"most": MOST_ITEMS})
    return Preparation.objects.create(survey=survey, order=found + 1, text=text, is_own=True)


@transaction.atomic
def tick_preparation(*, item: Preparation, is_done: bool, actor: User, at: datetime) -> None:
    """Say that an item is ready, or that it is not. Who said it first stays.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
    """
    _checked(item.survey, actor)
    item = Preparation.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if is_done == (item.done_at is not None):
        return
    item.done_at, item.done_by = (at, actor) if is_done else (None, None)
    item.save(update_fields=["done_at", "done_by"])


@transaction.atomic
def remove_preparation(*, item: Preparation, actor: User) -> None:
    """Take an own item away.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        NotOwnItem: it is of the standard list.
    """
    _checked(item.survey, actor)
    if not item.is_own:
        raise NotOwnItem(_("This is on the standard list. Leave it open if it does not apply."))
    item.delete()


def _checked(survey: Survey, actor: User) -> Survey:
    survey = Survey.objects.select_related("project").locked(survey.pk)
    if not may_interview(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    return survey
