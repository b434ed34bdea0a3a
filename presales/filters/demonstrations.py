from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import Kind, Meeting, State
from implportal.projects.models import Project
from presales.models import Remark


class RemarkFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Words or a name"))
    kind = filters.ChoiceFilter(choices=Remark.Kind, label=_("Kind"))
    state = filters.ChoiceFilter(
        choices=[("open", _("Open")), ("settled", _("Settled"))],
        method="in_state",
        label=_("State"),
    )
    meeting = filters.ModelChoiceFilter(
        field_name="scenario__meeting", queryset=None, label=_("Demonstration")
    )

    class Meta:
        model = Remark
        fields = ("q", "kind", "state", "meeting")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = project.meetings.filter(kind=Kind.DEMONSTRATION).exclude(state=State.CANCELLED)
        self.filters["meeting"].queryset = shown.order_by("start_at", "pk")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(text__icontains=value)
            | Q(answer__icontains=value)
            | Q(scenario__title__icontains=value)
            | Q(said_by__name__icontains=value)
            | Q(said_by__user__name__icontains=value)
            | Q(said_by__contact__name__icontains=value)
        )

    def in_state(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        if value == "open":
            return queryset.open()
        return queryset.exclude(pk__in=Remark.objects.open().values("pk"))


class VisitFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title, place or a name"))
    state = filters.ChoiceFilter(choices=State, label=_("State"))

    class Meta:
        model = Meeting
        fields = ("q", "state")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        visitors = Meeting.objects.filter(
            Q(attendees__name__icontains=value)
            | Q(attendees__user__name__icontains=value)
            | Q(attendees__contact__name__icontains=value)
        )
        return queryset.filter(
            Q(title__icontains=value)
            | Q(place__icontains=value)
            | Q(organiser__name__icontains=value)
            | Q(pk__in=visitors.values("pk"))
        )
