from __future__ import annotations

import re
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.projects.models import Project
from presales.models import Frequency, Interview, Problem, Severity, UserGroup

CODE = re.compile(r"[pP]-?0*(\d{1,9})")


class InterviewFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Name or words of the notes"))
    group = filters.ModelMultipleChoiceFilter(queryset=None, label=_("Group"))
    state = filters.ChoiceFilter(choices=Interview.State, label=_("State"))
    interviewer = filters.ModelChoiceFilter(queryset=None, label=_("Interviewer"))

    class Meta:
        model = Interview
        fields = ("q", "group", "state", "interviewer")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["group"].queryset = project.user_groups.order_by("name", "pk")
        self.filters["interviewer"].queryset = (
            User.objects.filter(interviews__project=project).distinct().order_by("name", "pk")
        )

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(name__icontains=value) | Q(contact__name__icontains=value) | Q(notes__icontains=value)
        )


class ProblemFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Code or words"))
    severity = filters.MultipleChoiceFilter(choices=Severity, label=_("How bad"))
    frequency = filters.MultipleChoiceFilter(choices=Frequency, label=_("How often"))
    group = filters.ModelMultipleChoiceFilter(
        queryset=UserGroup.objects.none(), label=_("Whom it hinders")
    )
    settled = filters.ChoiceFilter(
        choices=[("yes", _("Has one")), ("no", _("Has none"))],
        method="is_settled",
        label=_("Requirement"),
    )

    class Meta:
        model = Problem
        fields = ("q", "severity", "frequency", "group", "settled")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["group"].queryset = project.user_groups.order_by("name", "pk")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        code = CODE.fullmatch(value.strip())
        if code:
            return queryset.filter(number=int(code[1]))
        return queryset.filter(text__icontains=value)

    def is_settled(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        """By a query of its own: a join would count what is linked twice."""
        linked = Problem.requirements.through.objects.values("problem_id")
        return queryset.filter(pk__in=linked) if value == "yes" else queryset.exclude(pk__in=linked)
