from __future__ import annotations

from django.urls import path

from implportal.accounts.views import profile

app_name = "accounts"
urlpatterns = [path("profile/", profile.Profile.as_view(), name="profile")]
