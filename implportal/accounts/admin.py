from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import Team, User


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    search_fields = ("name",)


class NewPersonForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "role")


@admin.register(User)
class PersonAdmin(UserAdmin):
    add_form = NewPersonForm
    list_display = ("name", "email", "role", "team", "is_active")
    list_filter = ("role", "team", "is_active")
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    list_select_related = ("team",)
    fieldsets = (
        (None, {"fields": ("name", "email", "password", "role", "team", "is_active")}),
        (_("Shown to customers"), {"fields": ("title", "phone", "introduction")}),
        (_("Settings"), {"fields": ("time_zone",)}),
        (_("Administration pages"), {"fields": ("is_staff", "is_superuser")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )
