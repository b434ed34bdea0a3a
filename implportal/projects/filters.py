from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import Role, User
from implportal.catalogue.models import FieldOfBusiness
from implportal.projects.models import (
    STOPPED_CHOICES,
    Cause,
    Customer,
    Phase,
    Project,
    State,
    Stop,
)


def _managers(_request: Any) -> QuerySet[User]:
    managers = User.objects.filter(role=Role.IMPLEMENTATION_MANAGER)
    return managers.only("name", "email").order_by("name", "pk")


class ProjectFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Code, title or customer"))
    phase = filters.ChoiceFilter(choices=Phase, label=_("Phase"))
    state = filters.ChoiceFilter(choices=State, label=_("State"))
    implementation_manager = filters.ModelChoiceFilter(
        queryset=_managers, label=_("Implementation manager")
    )

    class Meta:
        model = Project
        fields = ("q", "phase", "state", "implementation_manager")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(code__icontains=value)
            | Q(title__icontains=value)
            | Q(customer__name__icontains=value)
        )


class StopFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Project, customer, reason or supplier"))
    state = filters.ChoiceFilter(choices=STOPPED_CHOICES, label=_("State"))
    cause = filters.MultipleChoiceFilter(choices=Cause, label=_("Cause"))
    stands = filters.ChoiceFilter(
        label=_("Today"),
        method="by_standing",
        choices=[("STOPPED", _("Still stopped")), ("RESUMED", _("Going on again"))],
    )
    stopped = filters.DateFromToRangeFilter(field_name="stopped_at", label=_("Stopped"))
    field_of_business = filters.ModelChoiceFilter(
        field_name="project__customer__field_of_business",
        queryset=FieldOfBusiness.objects.order_by("name", "pk"),
        label=_("Field of business"),
    )
    implementation_manager = filters.ModelChoiceFilter(
        field_name="project__implementation_manager",
        queryset=_managers,
        label=_("Implementation manager"),
    )

    class Meta:
        model = Stop
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(project__code__icontains=value)
            | Q(project__title__icontains=value)
            | Q(project__customer__name__icontains=value)
            | Q(reason__icontains=value)
            | Q(lost_to__icontains=value)
        )

    def by_standing(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(resumed_at__isnull=value == "STOPPED")


class CustomerFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Name, region or contact"))
    field_of_business = filters.ModelChoiceFilter(
        queryset=FieldOfBusiness.objects.order_by("name", "pk"), label=_("Field of business")
    )

    class Meta:
        model = Customer
        fields = ("q", "field_of_business")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(name__icontains=value)
            | Q(region__icontains=value)
            | Q(contacts__name__icontains=value)
            | Q(contacts__email__icontains=value)
        ).distinct()
