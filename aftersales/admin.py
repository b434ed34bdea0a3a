from __future__ import annotations

from typing import Any

from django.contrib import admin

from aftersales.models import Acceptance, Installment, Receipt


class ReadOnlyAdmin(admin.ModelAdmin):
    """To look at. These change through their own pages, where every change is on record."""

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any) -> bool:
        return False


@admin.register(Installment)
class InstallmentAdmin(ReadOnlyAdmin):
    list_display = ("project", "title", "amount_minor", "currency", "state", "invoice_number")
    list_filter = ("state", "currency")
    list_select_related = ("project",)
    search_fields = ("title", "invoice_number", "project__code")
    ordering = ("-pk",)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("customer", "received_on", "amount_minor", "currency", "reference")
    list_select_related = ("customer",)
    search_fields = ("reference", "customer__name")
    ordering = ("-received_on", "-pk")


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnlyAdmin):
    list_display = ("project", "number", "state", "signed_at")
    list_filter = ("state",)
    list_select_related = ("project",)
    ordering = ("-pk",)
