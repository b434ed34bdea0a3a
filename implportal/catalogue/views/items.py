"""The forms behind the lists: one thing of the catalogue each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import CreateView, UpdateView

from implportal.catalogue.domain.items import save_item
from implportal.catalogue.forms import (
    FieldOfBusinessForm,
    ProductForm,
    ProfilePartForm,
    QualificationForm,
    ReferenceForm,
)
from implportal.catalogue.permissions import may_edit_catalogue
from implportal.catalogue.views.frame import SECTIONS, CatalogueMixin
from implportal.kernel.errors import NotAllowed


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
