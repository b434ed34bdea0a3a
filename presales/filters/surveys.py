from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness
from presales.models import SurveyTemplate


class SurveyTemplateFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title"))
    field_of_business = filters.ModelChoiceFilter(
        queryset=FieldOfBusiness.objects.order_by("name", "pk"), label=_("Field of business")
    )
    is_published = filters.BooleanFilter(label=_("Published"))

    class Meta:
        model = SurveyTemplate
        fields = ("q", "field_of_business", "is_published")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(title__icontains=value)
