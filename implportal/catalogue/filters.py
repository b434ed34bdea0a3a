from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import Role, User
from implportal.catalogue.models import (
    FieldOfBusiness,
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
    Scenario,
    soon_after,
)

SHOWABLE = (
    ("USABLE", _("May be shown")),
    ("ENDS_SOON", _("Ends soon")),
    ("UNUSABLE", _("May not be shown")),
)


class ProfileFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title or text"))

    class Meta:
        model = ProfilePart
        fields = ("q",)

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(Q(title__icontains=value) | Q(text__icontains=value))


class QualificationFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title, number or issuer"))
    standing = filters.ChoiceFilter(method="narrow", choices=SHOWABLE, label=_("Validity"))

    class Meta:
        model = Qualification
        fields = ("q", "standing")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(title__icontains=value) | Q(number__icontains=value) | Q(issuer__icontains=value)
        )

    def narrow(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "ENDS_SOON":
            return queryset.filter(valid_until__range=(today, soon_after(today)))
        usable = queryset.valid_on(today)
        return usable if value == "USABLE" else queryset.exclude(pk__in=usable.values("pk"))


class ReferenceFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title or customer"))
    field_of_business = filters.ModelChoiceFilter(
        queryset=FieldOfBusiness.objects.order_by("name", "pk"), label=_("Field of business")
    )
    standing = filters.ChoiceFilter(method="narrow", choices=SHOWABLE, label=_("Consent"))

    class Meta:
        model = ReferenceCase
        fields = ("q", "field_of_business", "standing")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(Q(title__icontains=value) | Q(customer_name__icontains=value))

    def narrow(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        usable = queryset.usable_on(today)
        if value == "ENDS_SOON":
            return usable.filter(consent_ends_on__lte=soon_after(today))
        return usable if value == "USABLE" else queryset.exclude(pk__in=usable.values("pk"))


class ProductFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Code, name or summary"))
    is_offered = filters.BooleanFilter(label=_("Offered today"))

    class Meta:
        model = Product
        fields = ("q", "is_offered")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(code__icontains=value) | Q(name__icontains=value) | Q(summary__icontains=value)
        )


class ScenarioFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title, goal or steps"))
    product = filters.ModelChoiceFilter(
        queryset=Product.objects.order_by("name", "pk"), label=_("Product")
    )
    is_current = filters.BooleanFilter(label=_("Used today"))

    class Meta:
        model = Scenario
        fields = ("q", "product", "is_current")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(title__icontains=value) | Q(goal__icontains=value) | Q(steps__icontains=value)
        )


class SolutionFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Title, text or product"))
    field_of_business = filters.ModelChoiceFilter(
        queryset=FieldOfBusiness.objects.order_by("name", "pk"), label=_("Field of business")
    )
    is_offered = filters.BooleanFilter(label=_("Offered today"))

    class Meta:
        model = OfferedSolution
        fields = ("q", "field_of_business", "is_offered")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        by_product = Product.objects.filter(name__icontains=value).values("solutions")
        return queryset.filter(
            Q(title__icontains=value) | Q(text__icontains=value) | Q(pk__in=by_product)
        )


class PersonFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Name, position or introduction"))
    role = filters.ChoiceFilter(choices=Role, label=_("Role"))
    is_introduced = filters.BooleanFilter(method="narrow", label=_("Has an introduction"))

    class Meta:
        model = User
        fields = ("q", "role", "is_introduced")

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(name__icontains=value) | Q(title__icontains=value) | Q(introduction__icontains=value)
        )

    def narrow(self, queryset: QuerySet, _name: str, value: bool) -> QuerySet:
        return queryset.exclude(introduction="") if value else queryset.filter(introduction="")


class FieldFilter(filters.FilterSet):
    q = filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("Name"))

    class Meta:
        model = FieldOfBusiness
        fields = ("q",)
