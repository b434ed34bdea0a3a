from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, UpdateView

from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import ListPage, VisibleToUserMixin
from implportal.projects.domain.customers import save_master_data
from implportal.projects.domain.duplicates import alike_contacts, customers_like
from implportal.projects.filters import CustomerFilter
from implportal.projects.forms.customers import ContactForm, CustomerForm
from implportal.projects.models import Contact, Customer, Project
from implportal.projects.permissions import may_create_project, may_edit_customers


class CustomerList(ListPage):
    queryset = Customer.objects.select_related("field_of_business").annotate(
        project_count=Count("projects", distinct=True),
    )
    filterset_class = CustomerFilter
    template_name = "projects/customer_list.html"
    context_object_name = "customers"
    export_name = "customers"
    sorts = {
        "name": ("name", "pk"),
        "region": ("region", "name", "pk"),
        "projects": ("project_count", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Name"), lambda customer: customer.name),
            (_("Field of business"), lambda customer: customer.field_of_business),
            (_("Region"), lambda customer: customer.region),
            (_("Currency"), lambda customer: customer.currency),
            (_("Projects"), lambda customer: customer.project_count),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_edit=may_edit_customers(self.request.user), **kwargs)


class CustomerDetail(VisibleToUserMixin, DetailView):
    queryset = Customer.objects.select_related("field_of_business")
    template_name = "projects/customer_detail.html"
    context_object_name = "customer"

    def get_context_data(self, **kwargs: Any) -> dict:
        user = self.request.user
        contacts = list(self.object.contacts.order_by("name", "pk"))
        return super().get_context_data(
            contacts=contacts,
            twins=alike_contacts(contacts) if may_edit_customers(user) else [],
            projects=Project.objects.visible_to(user)
            .filter(customer=self.object)
            .select_related("implementation_manager")
            .order_by("-created_at", "-pk"),
            may_edit=may_edit_customers(user),
            may_create_project=may_create_project(user),
            **kwargs,
        )


class EditsCustomersMixin:
    """Saving master data and saying on record that it was saved."""

    template_name = "form_page.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit_customers(request.user):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        self.object = save_master_data(
            data=form.instance, actor=self.request.user, at=timezone.now()
        )
        messages.success(self.request, self.said())
        return HttpResponseRedirect(self.object.get_absolute_url())


class CustomerCreate(EditsCustomersMixin, CreateView):
    model = Customer
    form_class = CustomerForm

    def form_valid(self, form: CustomerForm) -> HttpResponse:
        """Ask first where a customer of almost this name is there already."""
        alike = customers_like(form.instance.name, user=self.request.user)
        if alike and not form.cleaned_data["is_another"]:
            form.ask_whether_it_is_another(alike)
            return self.form_invalid(form)
        return super().form_valid(form)

    def said(self) -> str:
        return _("%(name)s is kept. Add the people you talk to next.") % {"name": self.object.name}

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("New customer"),
            button=_("Add customer"),
            back=reverse("projects:customer_list"),
            crumbs=[(_("Customers"), reverse("projects:customer_list"))],
            **kwargs,
        )


class CustomerEdit(EditsCustomersMixin, VisibleToUserMixin, UpdateView):
    queryset = Customer.objects.all()
    form_class = CustomerForm

    def said(self) -> str:
        return _("The changes to %(name)s are kept.") % {"name": self.object.name}

    def get_context_data(self, **kwargs: Any) -> dict:
        # A refused name must not show up as the title of the page.
        name = Customer.objects.values_list("name", flat=True).get(pk=self.object.pk)
        url = self.object.get_absolute_url()
        return super().get_context_data(
            title=_("Edit customer"),
            button=_("Keep changes"),
            back=url,
            crumbs=[(_("Customers"), reverse("projects:customer_list")), (name, url)],
            **kwargs,
        )


class ContactCreate(EditsCustomersMixin, CreateView):
    model = Contact
    form_class = ContactForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.customer = get_object_or_404(
            Customer.objects.visible_to(request.user), pk=kwargs["customer_pk"]
        )
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": Contact(customer=self.customer)}

    def said(self) -> str:
        return _("%(name)s is kept as a contact.") % {"name": self.object.name}

    def get_context_data(self, **kwargs: Any) -> dict:
        url = self.customer.get_absolute_url()
        return super().get_context_data(
            title=_("New contact"),
            button=_("Add contact"),
            back=url,
            crumbs=[
                (_("Customers"), reverse("projects:customer_list")),
                (self.customer.name, url),
            ],
            **kwargs,
        )


class ContactEdit(EditsCustomersMixin, VisibleToUserMixin, UpdateView):
    queryset = Contact.objects.select_related("customer")
    form_class = ContactForm

    def said(self) -> str:
        return _("The changes to %(name)s are kept.") % {"name": self.object.name}

    def get_context_data(self, **kwargs: Any) -> dict:
        customer = self.object.customer
        return super().get_context_data(
            title=_("Edit contact"),
            button=_("Keep changes"),
            back=customer.get_absolute_url(),
            crumbs=[
                (_("Customers"), reverse("projects:customer_list")),
                (customer.name, customer.get_absolute_url()),
            ],
            **kwargs,
        )
