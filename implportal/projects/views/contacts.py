"""Import contacts with a preview, and merge customers or contacts that are the same."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from implportal.accounts.models import User
from implportal.kernel.errors import NotAllowed
from implportal.kernel.imports import ImportPageMixin
from implportal.kernel.views import ActionView
from implportal.projects.domain.contact_imports import ContactRow, check_rows, import_contacts
from implportal.projects.domain.duplicates import (
    customers_like,
    merge_contacts,
    merge_customers,
    what_moves,
)
from implportal.projects.forms.contacts import ContactImportForm, MergeForm
from implportal.projects.models import Contact, Customer
from implportal.projects.permissions import may_edit_customers


class KeepsCustomersMixin:
    """Only for those who keep customers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit_customers(request.user):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)


class ContactImport(KeepsCustomersMixin, ImportPageMixin, ActionView):
    queryset = Customer.objects.all()
    form_class = ContactImportForm
    template_name = "projects/contact_import.html"
    row_class = ContactRow

    @property
    def place(self) -> str:
        return f"projects.customer:{self.object.pk}"

    def check(self, rows: list[ContactRow]) -> list[ContactRow]:
        return check_rows(rows, customer=self.object)

    def keep(self, rows: list[ContactRow], seen: None) -> str:
        contacts = import_contacts(
            customer=self.object, rows=rows, actor=self.request.user, at=timezone.now()
        )
        return ngettext(
            "%(count)s contact is kept.", "%(count)s contacts are kept.", len(contacts)
        ) % {"count": len(contacts)}

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(crumbs=_crumbs(self.object), **kwargs)


class MergePage(KeepsCustomersMixin, ActionView):
    """Choose the other one, see what moves, confirm."""

    form_class = MergeForm
    template_name = "projects/merge.html"

    def choices(self) -> QuerySet:
        raise NotImplementedError

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"choices": self.choices()}

    def get_initial(self) -> dict:
        return {"merged": self.request.GET.get("merged", "")}

    def form_valid(self, form: MergeForm) -> HttpResponse:
        if "confirmed" in self.request.POST:
            return super().form_valid(form)
        merged = form.cleaned_data["merged"]
        return self.render_to_response(
            self.get_context_data(form=form, merged=merged, moved=what_moves(merged))
        )

    def get_success_message(self) -> str:
        return _("They are one now.")

    def get_context_data(self, **kwargs: Any) -> dict:
        customer = getattr(self.object, "customer", self.object)
        return super().get_context_data(crumbs=_crumbs(customer), **kwargs)


class CustomerMerge(MergePage):
    queryset = Customer.objects.all()

    def choices(self) -> QuerySet[Customer]:
        others = Customer.objects.visible_to(self.request.user).exclude(pk=self.object.pk)
        return others.order_by("name", "pk")

    def perform(self, form: MergeForm) -> Customer:
        return merge_customers(
            kept=self.object, merged=form.cleaned_data["merged"], actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(alike=_alike(self.object, self.request.user), **kwargs)


class ContactMerge(MergePage):
    queryset = Contact.objects.select_related("customer")

    def choices(self) -> QuerySet[Contact]:
        others = Contact.objects.filter(customer=self.object.customer_id).exclude(pk=self.object.pk)
        return others.order_by("name", "pk")

    def perform(self, form: MergeForm) -> Contact:
        return merge_contacts(
            kept=self.object, merged=form.cleaned_data["merged"], actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip


def _alike(customer: Customer, user: User) -> list[Customer]:
    return customers_like(customer.name, user=user, but=customer.pk)


def _crumbs(customer: Customer) -> list[tuple[str, str]]:
    return [
        (_("Customers"), reverse("projects:customer_list")),
        (customer.name, customer.get_absolute_url()),
    ]
