from __future__ import annotations

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness
from presales.models import CommonRequirement, Requirement


class CommonRequirementFilter(filters.FilterSet):
    q = filters.CharFilter(field_name="text", lookup_expr="icontains", label=_("Words"))
    field_of_business = filters.ModelChoiceFilter(
        queryset=FieldOfBusiness.objects.order_by("name", "pk"),
        null_label=_("every field"),
        label=_("Field of business"),
    )
    priority = filters.ChoiceFilter(choices=Requirement.Priority, label=_("Priority"))

    class Meta:
        model = CommonRequirement
        fields = ("q", "field_of_business", "priority")
