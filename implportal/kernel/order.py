"""The order that people give to the rows of a list."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.kernel.errors import DomainError

LIST_HAS_CHANGED = _("The list has changed since you opened it. Reload the page and try again.")


def keys_after_step(rows: QuerySet, *, key: int, step: int) -> list[int]:
    """Return all keys in the order they would have if one moved by ``step``; one query.

    Beyond either end nothing moves. Raises DomainError when the row is not there any more.
    """
    keys = list(rows.order_by("order", "pk").values_list("pk", flat=True))
    if key not in keys:
        raise DomainError(str(LIST_HAS_CHANGED))
    here = keys.index(key)
    there = here + step
    if 0 <= there < len(keys):
        keys.insert(there, keys.pop(here))
    return keys


def put_in_order(rows: QuerySet, keys: Sequence[int]) -> None:
    """Number ``order`` of the rows 1, 2, 3 … as their primary keys stand in ``keys``.

    To be called inside a transaction: the rows are locked. Raises DomainError when the keys
    are not exactly those of the rows, since then somebody added or removed one meanwhile.
    """
    known = {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    if len(keys) != len(known) or set(keys) != known.keys():
        raise DomainError(str(LIST_HAS_CHANGED))
    for place, key in enumerate(keys, start=1):
        known[key].order = place
    rows.model.objects.bulk_update(known.values(), ["order"], batch_size=500)
