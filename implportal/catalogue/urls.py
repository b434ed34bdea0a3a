from __future__ import annotations

from django.urls import path

from implportal.catalogue.views import items, lists, scenarios

app_name = "catalogue"
urlpatterns = [
    path("catalogue/", lists.Overview.as_view(), name="overview"),
    path("catalogue/profile/", lists.ProfileList.as_view(), name="profile_list"),
    path("catalogue/profile/new/", items.ProfileCreate.as_view(), name="profile_create"),
    path("catalogue/profile/<int:pk>/edit/", items.ProfileEdit.as_view(), name="profile_edit"),
    path("catalogue/qualifications/", lists.QualificationList.as_view(), name="qualification_list"),
    path(
        "catalogue/qualifications/new/",
        items.QualificationCreate.as_view(),
        name="qualification_create",
    ),
    path(
        "catalogue/qualifications/<int:pk>/edit/",
        items.QualificationEdit.as_view(),
        name="qualification_edit",
    ),
    path("catalogue/references/", lists.ReferenceList.as_view(), name="reference_list"),
    path("catalogue/references/new/", items.ReferenceCreate.as_view(), name="reference_create"),
    path(
        "catalogue/references/<int:pk>/edit/", items.ReferenceEdit.as_view(), name="reference_edit"
    ),
    path("catalogue/products/", lists.ProductList.as_view(), name="product_list"),
    path("catalogue/products/new/", items.ProductCreate.as_view(), name="product_create"),
    path("catalogue/products/<int:pk>/edit/", items.ProductEdit.as_view(), name="product_edit"),
    path("catalogue/profile/order/", items.ProfileOrder.as_view(), name="profile_order"),
    path("catalogue/profile/<int:pk>/", items.ProfileDetail.as_view(), name="profile_detail"),
    path(
        "catalogue/qualifications/<int:pk>/",
        items.QualificationDetail.as_view(),
        name="qualification_detail",
    ),
    path(
        "catalogue/qualifications/<int:pk>/scan/",
        items.QualificationScan.as_view(),
        name="qualification_scan",
    ),
    path(
        "catalogue/references/<int:pk>/", items.ReferenceDetail.as_view(), name="reference_detail"
    ),
    path("catalogue/products/<int:pk>/", items.ProductDetail.as_view(), name="product_detail"),
    path("catalogue/solutions/", lists.SolutionList.as_view(), name="solution_list"),
    path("catalogue/solutions/new/", items.SolutionCreate.as_view(), name="solution_create"),
    path("catalogue/solutions/<int:pk>/", items.SolutionDetail.as_view(), name="solution_detail"),
    path("catalogue/solutions/<int:pk>/edit/", items.SolutionEdit.as_view(), name="solution_edit"),
    path("catalogue/scenarios/", scenarios.ScenarioList.as_view(), name="scenario_list"),
    path("catalogue/scenarios/new/", scenarios.ScenarioCreate.as_view(), name="scenario_create"),
    path(
        "catalogue/scenarios/<int:pk>/", scenarios.ScenarioDetail.as_view(), name="scenario_detail"
    ),
    path(
        "catalogue/scenarios/<int:pk>/edit/", scenarios.ScenarioEdit.as_view(), name="scenario_edit"
    ),
    path("catalogue/people/", lists.PersonList.as_view(), name="person_list"),
    path("catalogue/fields-of-business/", lists.FieldList.as_view(), name="field_list"),
    path("catalogue/fields-of-business/new/", items.FieldCreate.as_view(), name="field_create"),
    path("catalogue/fields-of-business/<int:pk>/", items.FieldEdit.as_view(), name="field_edit"),
]
