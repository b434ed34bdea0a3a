from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness, Product
from presales.domain.text_blocks import search_blocks
from presales.models import GlossaryTerm, SolutionTemplate, TextBlock


class BlockFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title or text"))
    product = filters.ModelChoiceFilter(
        queryset=Product.objects.order_by("name", "pk"), label=_("Product")
    )
    field_of_business = filters.ModelChoiceFilter(
        queryset=FieldOfBusiness.objects.order_by("name", "pk"), label=_("Field of business")
    )
    is_retired = filters.BooleanFilter(label=_("Not used any more"))

    class Meta:
        model = TextBlock
        fields = ("q", "product", "field_of_business", "is_retired")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return search_blocks(queryset, value)


class TermFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Word or meaning"))

    class Meta:
        model = GlossaryTerm
        fields = ("q",)

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(Q(term__icontains=value) | Q(explanation__icontains=value))


class SolutionTemplateFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title or purpose"))

    class Meta:
        model = SolutionTemplate
        fields = ("q",)

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(Q(title__icontains=value) | Q(purpose__icontains=value))
