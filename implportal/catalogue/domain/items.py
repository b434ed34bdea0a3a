from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.catalogue.models import ProfilePart
from implportal.catalogue.permissions import may_edit_catalogue
from implportal.kernel.errors import NotAllowed
from implportal.kernel.order import put_in_order

ITEM_ADDED = Action("catalogue.item_added", _("added “%(name)s” to the catalogue"))
ITEM_CHANGED = Action("catalogue.item_changed", _("changed “%(name)s” in the catalogue"))

Item = TypeVar("Item", bound=models.Model)


@transaction.atomic
def save_item(
    *,
    item: Item,
    actor: User,
    at: datetime,
    related: Mapping[str, Iterable[models.Model]] | None = None,
) -> Item:
    """Save something of the catalogue whose form was valid, and put that on record.

    ``related`` holds what belongs to it by the names of its many-to-many fields. What was
    frozen into an introduction before stays as it was.

    Raises:
        NotAllowed: ``actor`` does not keep the catalogue.
    """
    if not may_edit_catalogue(actor):
        raise NotAllowed
    action = ITEM_ADDED if item.pk is None else ITEM_CHANGED
    item.save()
    for name, those in (related or {}).items():
        getattr(item, name).set(those)
    record(action, subject=item, actor=actor, at=at, details={"name": str(item)})
    return item


@transaction.atomic
def order_profile(*, keys: Sequence[int], actor: User) -> None:
    """Put the parts of the company profile in the order of their primary keys.

    Raises:
        NotAllowed: ``actor`` does not keep the catalogue.
        DomainError: the keys are not exactly those of the parts.
    """
    if not may_edit_catalogue(actor):
        raise NotAllowed
    put_in_order(ProfilePart.objects.all(), keys)
