from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import ListView, TemplateView

from implportal.catalogue.filters import ProductFilter, QualificationFilter, ReferenceFilter
from implportal.catalogue.models import (
    FieldOfBusiness,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
    soon_after,
)
from implportal.catalogue.views.frame import CatalogueMixin
from implportal.kernel.views import ListPage, VisibleToUserMixin


class Overview(CatalogueMixin, TemplateView):
    template_name = "catalogue/overview.html"
    section = "overview"

    def get_context_data(self, **kwargs: Any) -> dict:
        user, today = self.request.user, timezone.localdate()
        qualifications = Qualification.objects.visible_to(user)
        references = ReferenceCase.objects.visible_to(user)
        return super().get_context_data(
            profile_count=ProfilePart.objects.visible_to(user).count(),
            qualification_count=qualifications.valid_on(today).count(),
            reference_count=references.usable_on(today).count(),
            product_count=Product.objects.visible_to(user).filter(is_offered=True).count(),
            field_count=FieldOfBusiness.objects.visible_to(user).count(),
            # What has ended or is about to, the most urgent first.
            ending=qualifications.filter(valid_until__lte=soon_after(today))
            .select_related("owner")
            .order_by("valid_until", "pk")[:20],
            **kwargs,
        )


class ProfileList(CatalogueMixin, VisibleToUserMixin, ListView):
    queryset = ProfilePart.objects.order_by("order", "pk")
    template_name = "catalogue/profile_list.html"
    context_object_name = "parts"
    section = "profile_list"


class QualificationList(CatalogueMixin, ListPage):
    queryset = Qualification.objects.select_related("owner")
    filterset_class = QualificationFilter
    template_name = "catalogue/qualification_list.html"
    section = "qualification_list"
    export_name = "qualifications"
    sorts = {
        "title": ("title", "pk"),
        "issuer": ("issuer", "title", "pk"),
        "valid_until": ("valid_until", "title", "pk"),
    }

    def export_columns(self) -> list:
        today = timezone.localdate()
        return [
            (_("Title"), lambda row: row.title),
            (_("Number"), lambda row: row.number),
            (_("Issuer"), lambda row: row.issuer),
            (_("Valid from"), lambda row: row.valid_from),
            (_("Valid until"), lambda row: row.valid_until),
            (_("Validity"), lambda row: row.standing_on(today).label),
            (_("Owner"), lambda row: row.owner),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return with_standings(super().get_context_data(**kwargs))


class ReferenceList(CatalogueMixin, ListPage):
    queryset = ReferenceCase.objects.select_related("field_of_business")
    filterset_class = ReferenceFilter
    template_name = "catalogue/reference_list.html"
    section = "reference_list"
    export_name = "references"
    sorts = {
        "title": ("title", "pk"),
        "customer": ("customer_name", "title", "pk"),
        "consent": ("consent_ends_on", "title", "pk"),
    }

    def export_columns(self) -> list:
        today = timezone.localdate()
        return [
            (_("Title"), lambda row: row.title),
            (_("Customer"), lambda row: row.customer_name),
            (_("Field of business"), lambda row: row.field_of_business),
            (_("Consent given on"), lambda row: row.consent_given_on),
            (_("Consent ends on"), lambda row: row.consent_ends_on),
            (_("Consent"), lambda row: row.standing_on(today).label),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return with_standings(super().get_context_data(**kwargs))


class ProductList(CatalogueMixin, ListPage):
    queryset = Product.objects.annotate(project_count=Count("projects"))
    filterset_class = ProductFilter
    template_name = "catalogue/product_list.html"
    section = "product_list"
    export_name = "products"
    sorts = {
        "code": ("code", "pk"),
        "name": ("name", "pk"),
        "projects": ("project_count", "name", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Code"), lambda row: row.code),
            (_("Name"), lambda row: row.name),
            (_("Offered today"), lambda row: _("yes") if row.is_offered else _("no")),
            (_("Projects"), lambda row: row.project_count),
        ]


class FieldList(CatalogueMixin, VisibleToUserMixin, ListView):
    queryset = FieldOfBusiness.objects.order_by("name", "pk")
    template_name = "catalogue/field_list.html"
    context_object_name = "fields"
    section = "field_list"


def with_standings(context: dict) -> dict:
    """Tell each shown row how it stands today."""
    for row in context["object_list"]:
        row.standing = row.standing_on(context["today"])
    return context
