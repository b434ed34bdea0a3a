from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import CreateView, ListView, TemplateView, UpdateView

from implportal.catalogue.domain.items import save_item
from implportal.catalogue.filters import ProductFilter, QualificationFilter, ReferenceFilter
from implportal.catalogue.forms import (
    FieldOfBusinessForm,
    ProductForm,
    ProfilePartForm,
    QualificationForm,
    ReferenceForm,
)
from implportal.catalogue.models import (
    FieldOfBusiness,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
    soon_after,
)
from implportal.catalogue.permissions import may_edit_catalogue
from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import ListPage, VisibleToUserMixin

SECTIONS = (
    ("overview", gettext_lazy("Overview")),
    ("profile_list", gettext_lazy("Company profile")),
    ("qualification_list", gettext_lazy("Qualifications")),
    ("reference_list", gettext_lazy("References")),
    ("product_list", gettext_lazy("Products")),
    ("field_list", gettext_lazy("Fields of business")),
)


class CatalogueMixin:
    """What every page of the catalogue shows: its sections, and whether one may edit."""

    section = ""

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            sections=[
                (label, reverse(f"catalogue:{route}"), route == self.section)
                for route, label in SECTIONS
            ],
            may_edit=may_edit_catalogue(self.request.user),
            today=timezone.localdate(),
            **kwargs,
        )


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


class ItemMixin(CatalogueMixin):
    """The form of one thing in the catalogue, and saying on record that it was saved."""

    template_name = "catalogue/item_form.html"
    new_title = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit_catalogue(request.user):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet:
        return self.form_class._meta.model.objects.visible_to(self.request.user)

    def form_valid(self, form: Any) -> HttpResponse:
        item = save_item(item=form.instance, actor=self.request.user, at=timezone.now())
        messages.success(self.request, _("“%(name)s” is kept.") % {"name": item})
        return HttpResponseRedirect(reverse(f"catalogue:{self.section}"))

    def get_context_data(self, **kwargs: Any) -> dict:
        # A refused name must not show up as the title of the page.
        stored = self.get_queryset().get(pk=self.object.pk) if self.object else None
        return super().get_context_data(
            title=str(stored or self.new_title),
            back=reverse(f"catalogue:{self.section}"),
            crumbs=[
                (_("Catalogue"), reverse("catalogue:overview")),
                (dict(SECTIONS)[self.section], reverse(f"catalogue:{self.section}")),
            ],
            **kwargs,
        )


class ProfileItem(ItemMixin):
    form_class = ProfilePartForm
    section = "profile_list"
    new_title = gettext_lazy("New part of the company profile")


class ProfileCreate(ProfileItem, CreateView):
    pass


class ProfileEdit(ProfileItem, UpdateView):
    pass


class QualificationItem(ItemMixin):
    form_class = QualificationForm
    section = "qualification_list"
    new_title = gettext_lazy("New qualification")


class QualificationCreate(QualificationItem, CreateView):
    pass


class QualificationEdit(QualificationItem, UpdateView):
    pass


class ReferenceItem(ItemMixin):
    form_class = ReferenceForm
    section = "reference_list"
    new_title = gettext_lazy("New reference case")


class ReferenceCreate(ReferenceItem, CreateView):
    pass


class ReferenceEdit(ReferenceItem, UpdateView):
    pass


class ProductItem(ItemMixin):
    form_class = ProductForm
    section = "product_list"
    new_title = gettext_lazy("New product")


class ProductCreate(ProductItem, CreateView):
    pass


class ProductEdit(ProductItem, UpdateView):
    pass


class FieldItem(ItemMixin):
    form_class = FieldOfBusinessForm
    section = "field_list"
    new_title = gettext_lazy("New field of business")


class FieldCreate(FieldItem, CreateView):
    pass


class FieldEdit(FieldItem, UpdateView):
    pass
