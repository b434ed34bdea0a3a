from __future__ import annotations

from django.urls import path

from implportal.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("catalogue/", views.Overview.as_view(), name="overview"),
    path("catalogue/profile/", views.ProfileList.as_view(), name="profile_list"),
    path("catalogue/profile/new/", views.ProfileCreate.as_view(), name="profile_create"),
    path("catalogue/profile/<int:pk>/", views.ProfileEdit.as_view(), name="profile_edit"),
    path("catalogue/qualifications/", views.QualificationList.as_view(), name="qualification_list"),
    path(
        "catalogue/qualifications/new/",
        views.QualificationCreate.as_view(),
        name="qualification_create",
    ),
    path(
        "catalogue/qualifications/<int:pk>/",
        views.QualificationEdit.as_view(),
        name="qualification_edit",
    ),
    path("catalogue/references/", views.ReferenceList.as_view(), name="reference_list"),
    path("catalogue/references/new/", views.ReferenceCreate.as_view(), name="reference_create"),
    path("catalogue/references/<int:pk>/", views.ReferenceEdit.as_view(), name="reference_edit"),
    path("catalogue/products/", views.ProductList.as_view(), name="product_list"),
    path("catalogue/products/new/", views.ProductCreate.as_view(), name="product_create"),
    path("catalogue/products/<int:pk>/", views.ProductEdit.as_view(), name="product_edit"),
    path("catalogue/fields-of-business/", views.FieldList.as_view(), name="field_list"),
    path("catalogue/fields-of-business/new/", views.FieldCreate.as_view(), name="field_create"),
    path("catalogue/fields-of-business/<int:pk>/", views.FieldEdit.as_view(), name="field_edit"),
]
