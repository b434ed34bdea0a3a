from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from presales.models import Requirement

CODE = re.compile(r"[rR]-?0*(\d{1,9})")


class RequirementFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Code or words"))
    priority = filters.MultipleChoiceFilter(choices=Requirement.Priority, label=_("Priority"))
    source = filters.MultipleChoiceFilter(choices=Requirement.Source, label=_("Source"))
    state = filters.MultipleChoiceFilter(choices=Requirement.State, label=_("State"))
    covered = filters.ChoiceFilter(
        field_name="is_covered",
        choices=[("True", _("Answered")), ("False", _("Not answered"))],
        label=_("In the solution"),
    )

    suspect = filters.ChoiceFilter(
        choices=[("yes", _("Suspect")), ("no", _("Nothing suspect"))],
        method="by_suspects",
        label=_("What refers to it"),
    )

    class Meta:
        model = Requirement
        fields = ("q", "priority", "source", "state", "covered", "suspect")

    def __init__(self, *args: Any, suspects: Iterable[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suspects = list(suspects)

    def by_suspects(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        suspect = Q(pk__in=self.suspects)
        return queryset.filter(suspect if value == "yes" else ~suspect)

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        code = CODE.fullmatch(value.strip())
        if code:
            return queryset.filter(number=int(code[1]))
        return queryset.filter(Q(text__icontains=value))
