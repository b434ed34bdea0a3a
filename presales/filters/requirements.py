from __future__ import annotations

import re

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

    class Meta:
        model = Requirement
        fields = ("q", "priority", "source", "state", "covered")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        code = CODE.fullmatch(value.strip())
        if code:
            return queryset.filter(number=int(code[1]))
        return queryset.filter(Q(text__icontains=value))
