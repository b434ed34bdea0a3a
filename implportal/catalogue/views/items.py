"""The pages behind the lists: one thing of the catalogue each, to read and to write."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import CreateView, DetailView, UpdateView

from implportal.catalogue.domain.items import order_profile, save_item
from implportal.catalogue.domain.scans import save_qualification
from implportal.catalogue.forms import (
    FieldOfBusinessForm,
    ProductForm,
    ProfilePartForm,
    QualificationForm,
    ReferenceForm,
    SolutionForm,
)
from implportal.catalogue.models import (
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
)
from implportal.catalogue.permissions import may_edit_catalogue
from implportal.catalogue.views.frame import SECTIONS, CatalogueMixin
from implportal.kernel.errors import NotAllowed
from implportal.kernel.files import PICTURES, hand_out
from implportal.kernel.views import ReorderView, VisibleToUserMixin


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

    def save(self, form: Any) -> Any:
        """Make the one domain call; its refusal is shown in the form."""
        many = {field.name for field in form.instance._meta.many_to_many}
        return save_item(
            item=form.instance,
            related={name: value for name, value in form.cleaned_data.items() if name in many},
            actor=self.request.user,
            at=timezone.now(),
        )

    def form_valid(self, form: Any) -> HttpResponse:
        item = self.save(form)
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


class ItemDetail(CatalogueMixin, VisibleToUserMixin, DetailView):
    """One thing of the catalogue, as everybody reads it. Subclasses name its facts."""

    template_name = "catalogue/item_detail.html"
    context_object_name = "item"
    text_field = "text"

    def facts(self) -> list[tuple[str, Any]]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict:
        edit = self.section.replace("_list", "_edit")
        return super().get_context_data(
            title=str(getattr(self.object, "title", self.object)),
            facts=[(label, value) for label, value in self.facts() if value],
            text=getattr(self.object, self.text_field, ""),
            edit_url=reverse(f"catalogue:{edit}", kwargs={"pk": self.object.pk}),
            crumbs=[
                (_("Catalogue"), reverse("catalogue:overview")),
                (dict(SECTIONS)[self.section], reverse(f"catalogue:{self.section}")),
            ],
            **kwargs,
        )


class ProfileDetail(ItemDetail):
    queryset = ProfilePart.objects.all()
    section = "profile_list"


class QualificationDetail(ItemDetail):
    queryset = Qualification.objects.select_related("owner")
    section = "qualification_list"

    def facts(self) -> list[tuple[str, Any]]:
        item = self.object
        return [
            (_("Number"), item.number),
            (_("Issued by"), item.issuer),
            (_("Valid from"), item.valid_from),
            (_("Valid until"), item.valid_until or _("no end")),
            (_("Owner"), item.owner),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            standing=self.object.standing_on(timezone.localdate()),
            scan_is_picture=self.object.scan_content_type in PICTURES,
            **kwargs,
        )


class QualificationScan(VisibleToUserMixin, DetailView):
    """The scan itself, for whoever signs in."""

    queryset = Qualification.objects.exclude(scan="")

    def render_to_response(self, context: dict, **_kwargs: Any) -> FileResponse:
        return hand_out(
            self.object.scan,
            name=self.object.scan_name,
            content_type=self.object.scan_content_type,
        )


class ReferenceDetail(ItemDetail):
    queryset = ReferenceCase.objects.select_related("field_of_business")
    section = "reference_list"

    def facts(self) -> list[tuple[str, Any]]:
        item = self.object
        return [
            (_("Customer"), item.customer_name),
            (_("Field of business"), item.field_of_business),
            (_("Consent given on"), item.consent_given_on),
            (_("Consent ends on"), item.consent_ends_on),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            standing=self.object.standing_on(timezone.localdate()), **kwargs
        )


class SolutionDetail(ItemDetail):
    queryset = OfferedSolution.objects.select_related("field_of_business")
    section = "solution_list"

    def facts(self) -> list[tuple[str, Any]]:
        products = self.object.products.order_by("name", "pk")
        return [
            (_("Field of business"), self.object.field_of_business or _("fits everywhere")),
            (_("Products in it"), ", ".join(products.values_list("name", flat=True))),
            (_("Offered today"), _("yes") if self.object.is_offered else _("no")),
        ]


class ProductDetail(ItemDetail):
    queryset = Product.objects.all()
    section = "product_list"
    text_field = "summary"

    def facts(self) -> list[tuple[str, Any]]:
        solutions = self.object.solutions.order_by("title", "pk")
        return [
            (_("Code"), self.object.code),
            (_("Part of the solutions"), ", ".join(solutions.values_list("title", flat=True))),
            (_("Scenarios"), self.scenarios()),
            (_("Offered today"), _("yes") if self.object.is_offered else _("no")),
        ]

    def scenarios(self) -> SafeString | None:
        """How many ways there are to show it, leading to them; None without any."""
        count = self.object.scenarios.count()
        address = f"{reverse('catalogue:scenario_list')}?product={self.object.pk}"
        return format_html('<a href="{}">{}</a>', address, count) if count else None


class ProfileOrder(ReorderView):
    """What the list of profile parts sends when somebody moves one."""

    def get_object(self) -> None:
        """The profile is the company's; its parts belong to nothing else."""

    def reorder(self, keys: list[int]) -> None:
        order_profile(keys=keys, actor=self.request.user)


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

    def save(self, form: QualificationForm) -> Qualification:
        return save_qualification(
            item=form.instance,
            scan=form.cleaned_data["scan_file"],
            removes_scan=form.cleaned_data.get("removes_scan", False),
            actor=self.request.user,
            at=timezone.now(),
        )


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


class SolutionItem(ItemMixin):
    form_class = SolutionForm
    section = "solution_list"
    new_title = gettext_lazy("New solution")


class SolutionCreate(SolutionItem, CreateView):
    pass


class SolutionEdit(SolutionItem, UpdateView):
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
