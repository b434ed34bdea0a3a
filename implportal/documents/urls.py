from django.urls import path

from implportal.documents.views import printouts, verifications, versions

app_name = "documents"

urlpatterns = [
    path(
        "projects/<int:project_pk>/documents/",
        versions.VersionList.as_view(),
        name="version_list",
    ),
    path(
        "projects/<int:project_pk>/images/<str:sha256>",
        versions.ImageFile.as_view(),
        name="image_file",
    ),
    path(
        "projects/<int:project_pk>/printouts/<str:word>/",
        printouts.PrintoutDetail.as_view(),
        name="printout_detail",
    ),
    path(
        "projects/<int:project_pk>/printouts/<str:word>/file.pdf",
        printouts.PrintoutFile.as_view(),
        name="printout_file",
    ),
    path("documents/<int:pk>/frozen.pdf", versions.VersionPdf.as_view(), name="version_pdf"),
    path("documents/<int:pk>/sealed.pdf", versions.VersionSealed.as_view(), name="version_sealed"),
    path("documents/<int:pk>/retry/", versions.VersionRetry.as_view(), name="version_retry"),
    path("verify/", verifications.VerificationStart.as_view(), name="verification_start"),
    path(
        "verify/<uuid:public_id>/",
        verifications.VerificationDetail.as_view(),
        name="verification_detail",
    ),
]
