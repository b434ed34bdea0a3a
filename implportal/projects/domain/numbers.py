from __future__ import annotations

from django.db import connection
from django.db.models import F

from implportal.projects.models import NumberSeries


def next_number(*, series: str, year: int) -> int:
    """Return the next number of a series that has no gaps, beginning with 1 each year.

    The series stays locked until the caller's transaction ends: if that is rolled
    back, so is the number.

    Raises:
        RuntimeError: called outside a transaction (a number could be lost).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("next_number must share the transaction of what it numbers")
    NumberSeries.objects.get_or_create(name=series, year=year)
    mine = NumberSeries.objects.filter(name=series, year=year)
    mine.update(value=F("value") + 1)
    return mine.get().value
