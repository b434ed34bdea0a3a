from __future__ import annotations

from typing import Any

from django.contrib import admin

from implportal.audit.models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """The record can be read here and changed nowhere."""

    list_display = ("at", "actor_name", "action", "subject_label", "project_id")
    list_filter = ("action",)
    search_fields = ("subject_label", "actor_name")
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    list_select_related = ("chain",)

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any) -> bool:
        return False
