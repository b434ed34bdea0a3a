from __future__ import annotations

from django.contrib import admin

from implportal.catalogue.models import (
    FieldOfBusiness,
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
)


@admin.register(FieldOfBusiness, OfferedSolution, Product, ProfilePart)
class PlainAdmin(admin.ModelAdmin):
    pass


@admin.register(Qualification)
class QualificationAdmin(admin.ModelAdmin):
    list_display = ("title", "number", "issuer", "valid_until", "owner")
    list_select_related = ("owner",)


@admin.register(ReferenceCase)
class ReferenceCaseAdmin(admin.ModelAdmin):
    list_display = ("title", "customer_name", "consent_given_on", "consent_ends_on")
