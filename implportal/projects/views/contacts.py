"""Import contacts with a preview, and merge customers or contacts that are the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from implportal.accounts.models import User
from implportal.kernel.errors import NotAllowed
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

SALT = "projects.contact_import"
VALID_SECONDS = 24 * 3600


class KeepsCustomersMixin:
    """Only for those who keep customers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit_customers(request.user):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)


class ContactImport(KeepsCustomersMixin, ActionView):
    """First what is in the file, line by line; kept only when that was confirmed.

    The rows that were shown travel in the page, sealed, so that what is kept is what was
    seen, and nothing lies around when somebody thinks better of it.
    """

    queryset = Customer.objects.all()
    form_class = ContactImportForm
    template_name = "projects/contact_import.html"
    http_method_names = ["get", "post", "head", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "rows" in request.POST:
            return self.keep(request.POST["rows"])
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: ContactImportForm) -> HttpResponse:
        rows = check_rows(form.rows, customer=self.object)
        good = [row for row in rows if not row.error]
        sealed = signing.dumps([asdict(row) for row in good], salt=self.salt, compress=True)
        return self.render_to_response(
            self.get_context_data(form=form, rows=rows, good=len(good), sealed=sealed)
        )

    def keep(self, sealed: str) -> HttpResponse:
        try:
            values = signing.loads(sealed, salt=self.salt, max_age=VALID_SECONDS)
        except signing.BadSignature:
            messages.error(self.request, _("This preview is too old. Choose the file again."))
            return HttpResponseRedirect(self.request.path)
        contacts = import_contacts(
            customer=self.object,
            rows=[ContactRow(**value) for value in values],
            actor=self.request.user,
            at=timezone.now(),
        )
        messages.success(
            self.request,
            ngettext("%(count)s contact is kept.", "%(count)s contacts are kept.", len(contacts))
            % {"count": len(contacts)},
        )
        return HttpResponseRedirect(self.object.get_absolute_url())

    @property
    def salt(self) -> str:
        """Rows that were shown for one customer are kept for no other."""
        return f"{SALT}:{self.object.pk}"

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
