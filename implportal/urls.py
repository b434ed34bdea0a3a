"""All addresses. Public ones (no sign-in) are listed in implportal/tests/test_architecture.py."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

APPS = (
    "implportal.accounts",
    "implportal.projects",
    "implportal.catalogue",
    "implportal.notifications",
    "implportal.meetings",
    "implportal.documents",
    "implportal.signing",
    "presales",
    "delivery",
    "aftersales",
    "implportal.portal",
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    *[path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")],
]
