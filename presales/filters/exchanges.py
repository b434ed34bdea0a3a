from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import Kind
from implportal.projects.models import Project
from presales.models import Topic, TopicKind


class TopicFilter(filters.FilterSet):
    """Rows of ``with_questions``: a topic with one of its questions, or with none."""

    q = filters.CharFilter(method="search", label=_("Words or a name"))
    kind = filters.MultipleChoiceFilter(choices=TopicKind, label=_("Kind"))
    state = filters.ChoiceFilter(
        choices=[
            ("open", _("Open")),
            ("answered", _("Answered")),
            ("none", _("Without a question")),
        ],
        method="in_state",
        label=_("Question"),
    )
    meeting = filters.ModelChoiceFilter(queryset=None, label=_("Exchange"))

    class Meta:
        model = Topic
        fields = ("q", "kind", "state", "meeting")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["meeting"].queryset = project.meetings.filter(kind=Kind.EXCHANGE).order_by(
            "start_at", "pk"
        )

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(title__icontains=value)
            | Q(notes__icontains=value)
            | Q(question_text__icontains=value)
            | Q(asked_by__icontains=value)
            | Q(answer__icontains=value)
            | Q(answered_by__icontains=value)
        )

    def in_state(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        if value == "none":
            return queryset.filter(question_pk=None)
        return queryset.exclude(question_pk=None).filter(answered_at__isnull=value == "open")
