"""All addresses. Public ones (no sign-in) are listed in implportal/tests/test_architecture.py."""

from __future__ import annotations

from importlib.util import find_spec

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from implportal.signing.pages import NothingHere

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

# The admin's own sign-in knows neither second factors nor limits.
admin.site.login = secure_admin_login(admin.site.login)

nothing = [re_path(r"^[rs](?:/[\s\S]*)?$", NothingHere.as_view(), name="link_nothing")]
urlpatterns = [
    path("admin/", admin.site.urls),
    # Administrators set the address that somebody signs in with, not its holder.
    path("accounts/email/", RedirectView.as_view(pattern_name="accounts:profile")),
    path("accounts/", include("allauth.urls")),
    *[path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")],
    # Last of all, for the pages behind a link belong to several apps.
    path("", include((nothing, "shared"))),
]
