from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from presales.models import Introduction


class IntroductionFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title, number or who has it"))
    state = filters.ChoiceFilter(choices=Introduction.State, label=_("State"))

    class Meta:
        model = Introduction
        fields = ("q", "state")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        having = Introduction.objects.filter(recipients__contact__name__icontains=value)
        return queryset.filter(
            Q(title__icontains=value) | Q(number__icontains=value) | Q(pk__in=having.values("pk"))
        )
