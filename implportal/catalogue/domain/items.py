from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.catalogue.permissions import may_edit_catalogue
from implportal.kernel.errors import NotAllowed

ITEM_ADDED = Action("catalogue.item_added", _("added “%(name)s” to the catalogue"))
ITEM_CHANGED = Action("catalogue.item_changed", _("changed “%(name)s” in the catalogue"))

Item = TypeVar("Item", bound=models.Model)


@transaction.atomic
def save_item(*, item: Item, actor: User, at: datetime) -> Item:
    """Save something of the catalogue whose form was valid, and put that on record.

    What was frozen into an introduction before stays as it was.

    Raises:
        NotAllowed: ``actor`` does not keep the catalogue.
    """
    if not may_edit_catalogue(actor):
        raise NotAllowed
    action = ITEM_ADDED if item.pk is None else ITEM_CHANGED
    item.save()
    record(action, subject=item, actor=actor, at=at, details={"name": str(item)})
    return item
