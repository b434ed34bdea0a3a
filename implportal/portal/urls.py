from __future__ import annotations

from django.urls import path

from implportal.portal.views import gallery, home, projects, search

app_name = "portal"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("search/", search.Search.as_view(), name="search"),
    path("gallery/", gallery.GalleryView.as_view(), name="gallery"),
    path("projects/<int:project_pk>/", projects.ProjectDetail.as_view(), name="project_detail"),
    path(
        "projects/<int:project_pk>/waiting/",
        projects.ProjectWaiting.as_view(),
        name="project_waiting",
    ),
    path(
        "projects/<int:project_pk>/activity/", projects.ProjectFeed.as_view(), name="project_feed"
    ),
]
