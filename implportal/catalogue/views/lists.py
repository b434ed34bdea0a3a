from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from implportal.accounts.models import User
from implportal.catalogue.filters import (
    FieldFilter,
    PersonFilter,
    ProductFilter,
    ProfileFilter,
    QualificationFilter,
    ReferenceFilter,
    SolutionFilter,
)
from implportal.catalogue.models import (
    FieldOfBusiness,
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
    soon_after,
)
from implportal.catalogue.views.frame import CatalogueMixin
from implportal.kernel.views import ListPage


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
            solution_count=OfferedSolution.objects.visible_to(user).filter(is_offered=True).count(),
            person_count=User.objects.filter(is_active=True).exclude(introduction="").count(),
            product_count=Product.objects.visible_to(user).filter(is_offered=True).count(),
            field_count=FieldOfBusiness.objects.visible_to(user).count(),
            consents=references.filter(consent_ends_on__lte=soon_after(today)).order_by(
                "consent_ends_on", "pk"
            )[:20],
            # What has ended or is about to, the most urgent first.
            ending=qualifications.filter(valid_until__lte=soon_after(today))
            .select_related("owner")
            .order_by("valid_until", "pk")[:20],
            **kwargs,
        )


class ProfileList(CatalogueMixin, ListPage):
    queryset = ProfilePart.objects.all()
    filterset_class = ProfileFilter
    template_name = "catalogue/profile_list.html"
    section = "profile_list"
    export_name = "profile"
    sorts = {"order": ("order", "pk"), "title": ("title", "pk")}

    def export_columns(self) -> list:
        return [(_("Title"), lambda row: row.title), (_("Text"), lambda row: row.text)]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        # Moving a row tells the order of all of them, so all of them must be there.
        is_whole = context["total"] == len(context["object_list"]) > 1
        context["may_order"] = (
            context["may_edit"]
            and is_whole
            and self.sort == "order"
            and not self.filterset.form.changed_data
        )
        return context


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


class SolutionList(CatalogueMixin, ListPage):
    queryset = OfferedSolution.objects.select_related("field_of_business").prefetch_related(
        Prefetch("products", Product.objects.order_by("name", "pk"))
    )
    filterset_class = SolutionFilter
    template_name = "catalogue/solution_list.html"
    section = "solution_list"
    export_name = "solutions"
    sorts = {
        "title": ("title", "pk"),
        "field": ("field_of_business__name", "title", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Title"), lambda row: row.title),
            (_("Field of business"), lambda row: row.field_of_business),
            (_("Products"), lambda row: ", ".join(one.name for one in row.products.all())),
            (_("Offered today"), lambda row: _("yes") if row.is_offered else _("no")),
            (_("Text"), lambda row: row.text),
        ]


class PersonList(CatalogueMixin, ListPage):
    """What our people say of themselves to customers; everybody writes their own."""

    filterset_class = PersonFilter
    template_name = "catalogue/person_list.html"
    section = "person_list"
    export_name = "people"
    sorts = {
        "name": ("name", "pk"),
        "role": ("role", "name", "pk"),
        "team": ("team__name", "name", "pk"),
    }

    def get_queryset(self) -> QuerySet:
        # Colleagues know of each other; who has left is shown to no customer.
        people = User.objects.filter(is_active=True).select_related("team")
        return people.order_by(*self.ordering_fields())

    def export_columns(self) -> list:
        return [
            (_("Name"), lambda row: row.name),
            (_("Position"), lambda row: row.title),
            (_("Role"), lambda row: row.get_role_display()),
            (_("Team"), lambda row: row.team),
            (_("Personal introduction"), lambda row: row.introduction),
        ]


class FieldList(CatalogueMixin, ListPage):
    queryset = FieldOfBusiness.objects.annotate(
        reference_count=Count("referencecase", distinct=True),
        solution_count=Count("offeredsolution", distinct=True),
    )
    filterset_class = FieldFilter
    template_name = "catalogue/field_list.html"
    section = "field_list"
    export_name = "fields-of-business"
    sorts = {
        "name": ("name", "pk"),
        "references": ("reference_count", "name", "pk"),
        "solutions": ("solution_count", "name", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Name"), lambda row: row.name),
            (_("References"), lambda row: row.reference_count),
            (_("Solutions"), lambda row: row.solution_count),
        ]


def with_standings(context: dict) -> dict:
    """Tell each shown row how it stands today."""
    for row in context["object_list"]:
        row.standing = row.standing_on(context["today"])
    return context
