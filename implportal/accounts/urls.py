from __future__ import annotations

from django.urls import path

from implportal.accounts.views import profile, saved_views

app_name = "accounts"
urlpatterns = [
    path("profile/", profile.Profile.as_view(), name="profile"),
    path("profile/views/", saved_views.SavedViewKeep.as_view(), name="saved_view_keep"),
    path(
        "profile/views/<int:pk>/remove/",
        saved_views.SavedViewRemove.as_view(),
        name="saved_view_remove",
    ),
]
