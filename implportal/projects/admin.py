from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from implportal.projects.domain.customers import save_master_data
from implportal.projects.models import Contact, Customer, Project


class ContactInline(admin.TabularInline):
    model = Contact
    extra = 0
    fields = ("name", "title", "email", "phone")


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ("name", "field_of_business", "region", "currency")
    list_select_related = ("field_of_business",)
    search_fields = ("name",)
    inlines = (ContactInline,)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Contacts are kept by the domain here too: some hear of a new address."""
        for contact in formset.save(commit=False):
            save_master_data(data=contact, actor=request.user, at=timezone.now())
        for contact in formset.deleted_objects:
            contact.delete()


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    """To look at. A project changes through its own pages, where every change is on record."""

    list_display = ("code", "title", "customer", "phase", "state", "implementation_manager")
    list_filter = ("phase", "state")
    list_select_related = ("customer", "implementation_manager")
    search_fields = ("code", "title", "customer__name")
    ordering = ("-created_at", "-pk")

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any) -> bool:
        return False
