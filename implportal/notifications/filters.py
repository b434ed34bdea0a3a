from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.notifications.models import Message


class MailFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Address, name or subject"))
    status = filters.ChoiceFilter(choices=Message.Status, label=_("Status"))

    class Meta:
        model = Message
        fields = ("q", "status")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(to__icontains=value) | Q(to_name__icontains=value) | Q(subject__icontains=value)
        )
