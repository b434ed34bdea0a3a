from django.urls import path

from presales.views import (
    requirements,
    requirements_bulk,
    requirements_import,
    requirements_matrix,
)

_REQUIREMENTS = "projects/<int:project_pk>/requirements/"

urlpatterns = [
    path(_REQUIREMENTS, requirements.RequirementList.as_view(), name="requirement_list"),
    path(
        f"{_REQUIREMENTS}add/", requirements.RequirementCreate.as_view(), name="requirement_create"
    ),
    path(
        f"{_REQUIREMENTS}import/",
        requirements_import.RequirementImport.as_view(),
        name="requirement_import",
    ),
    path(
        f"{_REQUIREMENTS}change/",
        requirements_bulk.RequirementBulk.as_view(),
        name="requirement_bulk",
    ),
    path(
        f"{_REQUIREMENTS}order/",
        requirements_bulk.RequirementOrder.as_view(),
        name="requirement_order",
    ),
    path(
        f"{_REQUIREMENTS}matrix/",
        requirements_matrix.RequirementMatrix.as_view(),
        name="requirement_matrix",
    ),
    path(
        f"{_REQUIREMENTS}matrix/print/",
        requirements_matrix.RequirementMatrixPrint.as_view(),
        name="requirement_matrix_print",
    ),
    path(
        f"{_REQUIREMENTS}still-right/",
        requirements.SuspectsClear.as_view(),
        name="requirement_suspects_clear",
    ),
    path(
        f"{_REQUIREMENTS}<int:pk>/",
        requirements.RequirementDetail.as_view(),
        name="requirement_detail",
    ),
    path(
        f"{_REQUIREMENTS}<int:pk>/edit/",
        requirements.RequirementEdit.as_view(),
        name="requirement_edit",
    ),
    path(
        f"{_REQUIREMENTS}<int:pk>/drop/",
        requirements.RequirementDrop.as_view(),
        name="requirement_drop",
    ),
]
