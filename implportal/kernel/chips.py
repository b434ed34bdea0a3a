"""What a list is filtered by, as chips that can be taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.forms import ChoiceField
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

RANGE_ENDS = ("_min", "_max", "_after", "_before")
"""What django-filter appends to a name when one filter has two fields."""
SEARCH_NAMES = ("q", "search", "query")


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    url: str
    """The same list without this filter."""


def active_chips(filterset: Any, query: QueryDict) -> list[Chip]:
    """Return one chip for every filter in force; none for what is not valid."""
    form = filterset.form
    if not form.is_bound:
        return []
    form.is_valid()
    return [
        Chip(
            label=str(form.fields[name].label or name),
            value=_spoken(form.fields[name], value),
            url=_without(query, name),
        )
        for name, value in form.cleaned_data.items()
        if _is_set(value)
    ]


def _is_set(value: Any) -> bool:
    if isinstance(value, slice):
        return value.start is not None or value.stop is not None
    if isinstance(value, bool):
        return True
    if isinstance(value, str | int) or value is None:
        return value not in ("", None)
    return bool(value)


def _spoken(field: Any, value: Any) -> str:
    if isinstance(value, slice):
        return _spoken_range(field, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value, _("j M Y"))
    if isinstance(value, Iterable) and not isinstance(value, str | Model):
        return ", ".join(_spoken(field, one) for one in value)
    if not isinstance(value, Model):
        # A choice is stored as a word; people know its label.
        value = dict(_flat_choices(field)).get(str(value), value)
    return str(value)


def _spoken_range(field: Any, value: slice) -> str:
    if value.stop is None:
        return _("from %(start)s") % {"start": _spoken(field, value.start)}
    if value.start is None:
        return _("up to %(end)s") % {"end": _spoken(field, value.stop)}
    return f"{_spoken(field, value.start)} – {_spoken(field, value.stop)}"


def _flat_choices(field: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(field, ChoiceField):
        for key, label in field.choices:
            yield str(key), label


def _without(query: QueryDict, name: str) -> str:
    left = query.copy()
    for key in (name, *(name + end for end in RANGE_ENDS), "page"):
        left.pop(key, None)
    return f"?{left.urlencode()}"
