"""Many things on one page, each with the requirement that could be made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django import forms
from django.db.models import Model
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.kernel.forms import PageForm
from presales.models import Requirement


class WishRow(NamedTuple):
    """One thing with its three fields."""

    item: Any
    make: BoundField
    text: BoundField
    priority: BoundField


class RequirementRowsForm(PageForm):
    """For each item: make a requirement of it, in these words, this important."""

    def __init__(self, *args: Any, items: Iterable[Model], ticked: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.items = list(items)
        for item in self.items:
            self.fields[f"make_{item.pk}"] = forms.BooleanField(
                required=False, label=gettext_lazy("Make this a requirement"), initial=ticked
            )
            self.fields[f"text_{item.pk}"] = forms.CharField(
                label=gettext_lazy("Requirement"),
                max_length=500,
                required=False,
                initial=self.propose(item),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[f"priority_{item.pk}"] = forms.ChoiceField(
                label=gettext_lazy("Priority"),
                choices=Requirement.Priority,
                initial=self.weigh(item),
            )

    def propose(self, item: Any) -> str:
        """The words to begin with."""
        raise NotImplementedError

    def weigh(self, item: Any) -> str:
        """The priority to begin with."""
        return Requirement.Priority.SHOULD

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for item in self.items:
            name = f"text_{item.pk}"
            if cleaned.get(f"make_{item.pk}") and not cleaned.get(name) and name in cleaned:
                self.add_error(name, _("Write the requirement, or take the tick away."))
        return cleaned

    def chosen(self) -> Iterator[tuple[Any, str, Requirement.Priority]]:
        """Give what is ticked, once the form is valid."""
        for item in self.items:
            if self.cleaned_data[f"make_{item.pk}"]:
                yield (
                    item,
                    self.cleaned_data[f"text_{item.pk}"],
                    Requirement.Priority(self.cleaned_data[f"priority_{item.pk}"]),
                )

    def rows(self) -> list[WishRow]:
        return [
            WishRow(item, *(self[f"{name}_{item.pk}"] for name in ("make", "text", "priority")))
            for item in self.items
        ]
