from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.signing.models import LinkKind, Question, RequestState, SharedLink, SignatureRequest


class QuestionFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Section, person or words"))
    state = filters.ChoiceFilter(choices=Question.State, label=_("State"))

    class Meta:
        model = Question
        fields = ("q", "state")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(section_title__icontains=value) | Q(name__icontains=value) | Q(text__icontains=value)
        )


class LinkFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Person or e-mail"))
    kind = filters.ChoiceFilter(choices=LinkKind, label=_("Kind"))
    is_open = filters.BooleanFilter(method="only_open", label=_("Still open"))

    class Meta:
        model = SharedLink
        fields = ("q", "kind", "is_open")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(Q(name__icontains=value) | Q(email__icontains=value))

    def only_open(self, queryset: QuerySet, _name: str, value: bool) -> QuerySet:
        now = timezone.now()
        return (
            queryset.open_at(now)
            if value
            else queryset.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=now))
        )


class RequestFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Document or person"))
    state = filters.ChoiceFilter(choices=RequestState, label=_("State"))

    class Meta:
        model = SignatureRequest
        fields = ("q", "state")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(version__title__icontains=value)
            | Q(version__number__icontains=value)
            | Q(signers__name__icontains=value)
        ).distinct()
