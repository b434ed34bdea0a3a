from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import Kind, Meeting, State


class MeetingFilter(filters.FilterSet):
    q = filters.CharFilter(field_name="title", lookup_expr="icontains", label=_("Title"))
    kind = filters.ChoiceFilter(choices=Kind, label=_("Kind"))
    state = filters.ChoiceFilter(choices=State, label=_("State"))
    minutes = filters.ChoiceFilter(
        choices=[("with", _("Written")), ("without", _("Missing"))],
        method="with_minutes",
        label=_("Minutes"),
    )

    class Meta:
        model = Meeting
        fields = ("q", "kind", "state", "minutes")

    def with_minutes(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(minutes="") if value == "without" else queryset.exclude(minutes="")
