from django.urls import path

from presales.views import requirements, solutions, solutions_review, solutions_sections

app_name = "presales"

_REQUIREMENTS = "projects/<int:project_pk>/requirements/"
_SOLUTION = "projects/<int:project_pk>/solution/"
_SECTION = f"{_SOLUTION}sections/<slug:key>/"

urlpatterns = [
    path(_REQUIREMENTS, requirements.RequirementList.as_view(), name="requirement_list"),
    path(
        f"{_REQUIREMENTS}add/", requirements.RequirementCreate.as_view(), name="requirement_create"
    ),
    path(
        f"{_REQUIREMENTS}matrix/",
        requirements.RequirementMatrix.as_view(),
        name="requirement_matrix",
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
    path(_SOLUTION, solutions.SolutionHome.as_view(), name="solution_home"),
    path(f"{_SOLUTION}start/", solutions.SolutionStart.as_view(), name="solution_start"),
    path(f"{_SOLUTION}import/", solutions.SolutionImport.as_view(), name="solution_import"),
    path(f"{_SOLUTION}reimport/", solutions.SolutionReimport.as_view(), name="solution_reimport"),
    path(f"{_SOLUTION}edit/", solutions.SolutionEdit.as_view(), name="solution_edit"),
    path(f"{_SOLUTION}withdraw/", solutions.SolutionWithdraw.as_view(), name="solution_withdraw"),
    path(f"{_SOLUTION}versions/", solutions.SolutionVersions.as_view(), name="solution_versions"),
    path(f"{_SOLUTION}send/", solutions_review.SolutionSend.as_view(), name="solution_send"),
    path(f"{_SOLUTION}revise/", solutions_review.SolutionRevise.as_view(), name="solution_revise"),
    path(f"{_SOLUTION}sign/", solutions_review.SolutionSign.as_view(), name="solution_sign"),
    path(
        f"{_SOLUTION}stop-signing/",
        solutions_review.SolutionStopSigning.as_view(),
        name="solution_stop_signing",
    ),
    path(
        f"{_SOLUTION}preview/", solutions_sections.SectionPreview.as_view(), name="section_preview"
    ),
    path(f"{_SOLUTION}add/", solutions_sections.SectionCreate.as_view(), name="section_create"),
    path(_SECTION, solutions_sections.SectionDetail.as_view(), name="section_detail"),
    path(f"{_SECTION}edit/", solutions_sections.SectionEdit.as_view(), name="section_edit"),
    path(f"{_SECTION}requirements/", solutions_sections.SectionLink.as_view(), name="section_link"),
    path(
        f"{_SECTION}picture/", solutions_sections.SectionPicture.as_view(), name="section_picture"
    ),
    path(f"{_SECTION}move/", solutions_sections.SectionMove.as_view(), name="section_move"),
    path(f"{_SECTION}remove/", solutions_sections.SectionRemove.as_view(), name="section_remove"),
]
