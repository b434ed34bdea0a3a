"""The meetings of all projects that a person sees."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from implportal.kernel.views import ListPage
from implportal.meetings.domain.parts import note_minutes
from implportal.meetings.filters import DiaryFilter
from implportal.meetings.models import Meeting


class Diary(ListPage):
    queryset = Meeting.objects.select_related("organiser", "project__customer").annotate(
        people=Count("attendees"), came=Count("attendees", filter=Q(attendees__came=True))
    )
    filterset_class = DiaryFilter
    template_name = "meetings/diary.html"
    context_object_name = "meetings"
    export_name = "meetings"
    default_sort = "start"
    sorts = {
        "start": ("start_at", "pk"),
        "title": ("title", "pk"),
        "project": ("project__code", "start_at", "pk"),
        "customer": ("project__customer__name", "start_at", "pk"),
    }

    def get_queryset(self) -> QuerySet[Meeting]:
        return note_minutes(super().get_queryset())

    def export_columns(self) -> list:
        return [
            (_("Start"), lambda meeting: meeting.start_at),
            (_("End"), lambda meeting: meeting.end_at),
            (_("Project"), lambda meeting: meeting.project.code),
            (_("Customer"), lambda meeting: meeting.project.customer.name),
            (_("Kind"), lambda meeting: meeting.get_kind_display()),
            (_("Title"), lambda meeting: meeting.title),
            (_("Place"), lambda meeting: meeting.place or meeting.call_link),
            (_("Organiser"), lambda meeting: meeting.organiser.name),
            (_("Invited"), lambda meeting: meeting.people),
            (_("Came"), lambda meeting: meeting.came),
            (_("State"), lambda meeting: meeting.get_state_display()),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(now=timezone.now(), **kwargs)
