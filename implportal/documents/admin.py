from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from implportal.documents.models import (
    DocumentVersion,
    Seal,
    SealCertificate,
    StoredImage,
    TimeAuthority,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    """For looking, not for changing: what is here was frozen or is history."""

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(DocumentVersion)
class DocumentVersionAdmin(ReadOnlyAdmin):
    list_display = ("number", "version", "title", "kind", "state", "status", "frozen_at")
    list_filter = ("state", "status", "kind")
    search_fields = ("number", "title", "content_sha256", "pdf_sha256", "sealed_sha256")
    ordering = ("-frozen_at", "-pk")
    exclude = ("content",)


@admin.register(SealCertificate)
class SealCertificateAdmin(ReadOnlyAdmin):
    list_display = (
        *("subject", "fingerprint", "valid_until_at", "is_test", "first_used_at", "last_used_at"),
    )
    ordering = ("-first_used_at", "-pk")

    def get_queryset(self, request: Any) -> Any:
        sealed = DocumentVersion.objects.filter(sealed_with=OuterRef("pk"))
        latest = sealed.order_by("-sealed_at", "-pk").values("sealed_at")[:1]
        return super().get_queryset(request).annotate(last_used=Subquery(latest))

    @admin.display(description=_("last used"))
    def last_used_at(self, row: Any) -> Any:
        return row.last_used


@admin.register(TimeAuthority)
class TimeAuthorityAdmin(ReadOnlyAdmin):
    list_display = ("subject", "fingerprint", "first_used_at")
    ordering = ("-first_used_at", "-pk")


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ("version", "level", "stamped_at", "stamped_by", "remark")
    list_filter = ("level",)
    list_select_related = ("version", "stamped_by")
    ordering = ("-pk",)


@admin.register(StoredImage)
class StoredImageAdmin(ReadOnlyAdmin):
    list_display = ("name", "project", "content_type", "width", "height", "size", "uploaded_at")
    list_select_related = ("project",)
    ordering = ("-uploaded_at", "-pk")
