from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.meetings.domain.parts import with_minutes, without_minutes
from implportal.meetings.models import Attendee, Kind, Meeting, State


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
        return without_minutes(queryset) if value == "without" else with_minutes(queryset)


class DiaryFilter(MeetingFilter):
    """Meetings of all projects; without another choice those to come."""

    q = filters.CharFilter(method="search", label=_("Title, project or customer"))
    when = filters.ChoiceFilter(
        choices=[("past", _("Past")), ("all", _("All"))],
        method="at_that_time",
        empty_label=_("To come"),
        label=_("When"),
    )
    whose = filters.ChoiceFilter(
        choices=[("mine", _("Mine"))],
        method="of_that_person",
        empty_label=_("Everybody's"),
        label=_("Whose"),
    )

    class Meta(MeetingFilter.Meta):
        fields = ("q", "when", "whose", "kind", "state", "minutes")

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        # Bound even when nothing is chosen: that means something here.
        super().__init__({} if data is None else data, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        queryset = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("when"):
            return queryset
        return queryset.filter(end_at__gte=timezone.now())

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(title__icontains=value)
            | Q(project__title__icontains=value)
            | Q(project__code__icontains=value)
            | Q(project__customer__name__icontains=value)
        )

    def at_that_time(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(end_at__lt=timezone.now()) if value == "past" else queryset

    def of_that_person(self, queryset: QuerySet, _name: str, _value: str) -> QuerySet:
        """Organised by this person, or this person is on the list."""
        user = self.request.user
        on_the_list = Attendee.objects.filter(user=user).values("meeting_id")
        return queryset.filter(Q(organiser=user) | Q(pk__in=on_the_list))
