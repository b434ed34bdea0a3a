from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from presales.models import SectionComment


class CommentFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Words, section or name"))
    state = filters.ChoiceFilter(
        choices=[("open", _("Open")), ("resolved", _("Resolved"))],
        method="by_state",
        label=_("State"),
    )

    class Meta:
        model = SectionComment
        fields = ("q", "state")

    def by_state(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(resolved_at__isnull=value == "open")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(text__icontains=value)
            | Q(section_title__icontains=value)
            | Q(author__name__icontains=value)
            | Q(
                pk__in=SectionComment.objects.filter(text__icontains=value)
                .exclude(thread=None)
                .values("thread")
            )
        )
