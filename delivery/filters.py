from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from delivery.models import ChangeRequest, Task, UserRequest
from delivery.models.plans import DONE_PERCENT

NOBODY = "nobody"
UNDECIDED = ("DRAFT", "IN_REVIEW", "APPROVED", "SIGNING")


class TaskFilter(filters.FilterSet):
    """Choices come from ``tasks``, the whole plan, which the page has read anyway."""

    q = filters.CharFilter(method="search", label=_("Task, description or need"))
    owner = filters.ChoiceFilter(method="of_owner", label=_("Who"))
    place = filters.ChoiceFilter(label=_("Where"))
    state = filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[
            ("late", _("Late")),
            ("open", _("Open")),
            (Task.State.PLANNED, Task.State.PLANNED.label),
            (Task.State.IN_PROGRESS, Task.State.IN_PROGRESS.label),
            (Task.State.DONE, Task.State.DONE.label),
        ],
    )
    milestones = filters.ChoiceFilter(
        field_name="is_milestone", label=_("Milestones"), choices=[(True, _("Only milestones"))]
    )

    class Meta:
        model = Task
        fields = ("q", "owner", "place", "state", "milestones")

    def __init__(self, *args: Any, tasks: Iterable[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = {task.owner_id: task.owner.name for task in tasks if task.owner}
        theirs = sorted({task.owner_name for task in tasks if task.owner_name})
        self.filters["owner"].extra["choices"] = [
            *((str(pk), name) for pk, name in sorted(ours.items(), key=lambda item: item[1])),
            *((name, name) for name in theirs),
            (NOBODY, _("Nobody yet")),
        ]
        places = sorted({task.place for task in tasks if task.place})
        self.filters["place"].extra["choices"] = [(place, place) for place in places]

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        found = (
            Q(title__icontains=value) | Q(description__icontains=value) | Q(needs__icontains=value)
        )
        number = value.upper().removeprefix("T")
        if number.isdecimal() and len(number) < 7:  # noqa: PLR2004 - fits the column
            found |= Q(number=number)
        return queryset.filter(found)

    def of_owner(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        if value == NOBODY:
            return queryset.filter(owner=None, owner_name="")
        if value.isdecimal():
            return queryset.filter(owner=value)
        return queryset.filter(owner_name=value)

    def in_state(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return {
            "late": queryset.filter(
                progress_percent__lt=DONE_PERCENT, ends_on__lt=timezone.localdate()
            ),
            "open": queryset.filter(progress_percent__lt=DONE_PERCENT),
            Task.State.PLANNED: queryset.filter(progress_percent=0),
            Task.State.IN_PROGRESS: queryset.filter(
                progress_percent__gt=0, progress_percent__lt=DONE_PERCENT
            ),
            Task.State.DONE: queryset.filter(progress_percent=DONE_PERCENT),
        }[value]


class ChangeFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Number or words"))
    state = filters.MultipleChoiceFilter(choices=ChangeRequest.State, label=_("State"))
    open = filters.ChoiceFilter(
        method="is_open",
        label=_("Decided"),
        choices=[("open", _("Not decided yet")), ("not_applied", _("Signed, not carried out"))],
    )
    touches = filters.ChoiceFilter(
        method="does_touch",
        label=_("Touches"),
        choices=[
            ("requirements", _("Requirements")),
            ("tasks", _("Plan")),
            ("end", _("Dates")),
            ("price", _("Price")),
        ],
    )

    class Meta:
        model = ChangeRequest
        fields = ("q", "state", "open", "touches")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(number__icontains=value)
            | Q(title__icontains=value)
            | Q(what__icontains=value)
            | Q(why__icontains=value)
        )

    def is_open(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        if value == "not_applied":
            return queryset.filter(state=ChangeRequest.State.SIGNED, applied_at=None)
        return queryset.filter(state__in=UNDECIDED)

    def does_touch(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return {
            "requirements": queryset.filter(requirement_effects__isnull=False).distinct(),
            "tasks": queryset.filter(task_effects__isnull=False).distinct(),
            "end": queryset.filter(new_end_on__isnull=False),
            "price": queryset.exclude(price_minor=0),
        }[value]


class UserRequestFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Person, words or number"))
    state = filters.ChoiceFilter(choices=UserRequest.State, label=_("State"))
    kind = filters.ChoiceFilter(choices=UserRequest.Kind, label=_("Kind"))
    severity = filters.ChoiceFilter(choices=UserRequest.Severity, label=_("Severity"))

    class Meta:
        model = UserRequest
        fields = ("q", "state", "kind", "severity")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        number = value.upper().removeprefix("UR-")
        found = Q(name__icontains=value) | Q(email__icontains=value) | Q(text__icontains=value)
        if number.isascii() and number.isdigit() and len(number) < 9:  # noqa: PLR2004 - fits
            found |= Q(number=int(number))
        return queryset.filter(found)
