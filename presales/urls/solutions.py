from django.urls import path

from presales.views import (
    solutions,
    solutions_files,
    solutions_review,
    solutions_sections,
    solutions_team,
    solutions_templates,
    texts,
)

_SOLUTION = "projects/<int:project_pk>/solution/"
_SECTION = f"{_SOLUTION}sections/<slug:key>/"
_BLOCKS = "solution-blocks/"
_GLOSSARY = "glossary/"
_OUTLINES = "solution-templates/"

urlpatterns = [
    path(_SOLUTION, solutions.SolutionHome.as_view(), name="solution_home"),
    path(f"{_SOLUTION}start/", solutions.SolutionStart.as_view(), name="solution_start"),
    path(f"{_SOLUTION}import/", solutions_files.SolutionImport.as_view(), name="solution_import"),
    path(
        f"{_SOLUTION}reimport/",
        solutions_files.SolutionReimport.as_view(),
        name="solution_reimport",
    ),
    path(f"{_SOLUTION}word/", solutions_files.SolutionWord.as_view(), name="solution_word"),
    path(f"{_SOLUTION}edit/", solutions.SolutionEdit.as_view(), name="solution_edit"),
    path(f"{_SOLUTION}withdraw/", solutions.SolutionWithdraw.as_view(), name="solution_withdraw"),
    path(f"{_SOLUTION}versions/", solutions.SolutionVersions.as_view(), name="solution_versions"),
    path(f"{_SOLUTION}send/", solutions_review.SolutionSend.as_view(), name="solution_send"),
    path(f"{_SOLUTION}revise/", solutions_review.SolutionRevise.as_view(), name="solution_revise"),
    path(f"{_SOLUTION}ask/", solutions_team.SolutionAsk.as_view(), name="solution_ask"),
    path(
        f"{_SOLUTION}take-back/",
        solutions_team.SolutionTakeBack.as_view(),
        name="solution_take_back",
    ),
    path(f"{_SOLUTION}decide/", solutions_team.SolutionDecide.as_view(), name="solution_decide"),
    path(
        f"{_SOLUTION}approval/",
        solutions_team.SolutionApprovalRule.as_view(),
        name="solution_approval_rule",
    ),
    path(f"{_SOLUTION}comments/", solutions_team.CommentList.as_view(), name="comment_list"),
    path(
        f"{_SOLUTION}comments/<int:comment_pk>/resolve/",
        solutions_team.CommentResolve.as_view(),
        name="comment_resolve",
    ),
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
    path(f"{_SOLUTION}blocks/", texts.SectionBlocks.as_view(), name="section_blocks"),
    path(
        f"{_SOLUTION}as-template/",
        solutions_templates.SolutionAsTemplate.as_view(),
        name="solution_as_template",
    ),
    path(
        "projects/<int:project_pk>/glossary/",
        texts.GlossaryList.as_view(),
        name="glossary_project",
    ),
    path(
        "projects/<int:project_pk>/glossary/new/",
        texts.TermCreate.as_view(),
        name="glossary_project_create",
    ),
    path(_GLOSSARY, texts.GlossaryList.as_view(), name="glossary_list"),
    path(f"{_GLOSSARY}new/", texts.TermCreate.as_view(), name="glossary_create"),
    path(f"{_GLOSSARY}<int:pk>/", texts.TermEdit.as_view(), name="glossary_edit"),
    path(f"{_GLOSSARY}<int:pk>/remove/", texts.TermRemove.as_view(), name="glossary_remove"),
    path(_BLOCKS, texts.BlockList.as_view(), name="block_list"),
    path(f"{_BLOCKS}new/", texts.BlockCreate.as_view(), name="block_create"),
    path(f"{_BLOCKS}<int:pk>/", texts.BlockDetail.as_view(), name="block_detail"),
    path(f"{_BLOCKS}<int:pk>/edit/", texts.BlockEdit.as_view(), name="block_edit"),
    path(f"{_BLOCKS}<int:pk>/retire/", texts.BlockRetire.as_view(), name="block_retire"),
    path(
        _OUTLINES,
        solutions_templates.SolutionTemplateList.as_view(),
        name="solution_template_list",
    ),
    path(
        f"{_OUTLINES}new/",
        solutions_templates.SolutionTemplateCreate.as_view(),
        name="solution_template_create",
    ),
    path(
        f"{_OUTLINES}<int:pk>/",
        solutions_templates.SolutionTemplateDetail.as_view(),
        name="solution_template_detail",
    ),
    path(
        f"{_OUTLINES}<int:pk>/edit/",
        solutions_templates.SolutionTemplateEdit.as_view(),
        name="solution_template_edit",
    ),
    path(
        f"{_OUTLINES}<int:pk>/remove/",
        solutions_templates.SolutionTemplateRemove.as_view(),
        name="solution_template_remove",
    ),
    path(
        f"{_OUTLINES}<int:pk>/order/",
        solutions_templates.SolutionTemplateOrder.as_view(),
        name="solution_template_order",
    ),
    path(
        f"{_OUTLINES}<int:pk>/sections/new/",
        solutions_templates.SolutionTemplateSectionCreate.as_view(),
        name="solution_template_section_create",
    ),
    path(
        f"{_OUTLINES}<int:pk>/sections/<int:part_pk>/",
        solutions_templates.SolutionTemplateSectionEdit.as_view(),
        name="solution_template_section_edit",
    ),
    path(
        f"{_OUTLINES}<int:pk>/sections/<int:part_pk>/move/",
        solutions_templates.SolutionTemplateSectionMove.as_view(),
        name="solution_template_section_move",
    ),
    path(
        f"{_OUTLINES}<int:pk>/sections/<int:part_pk>/remove/",
        solutions_templates.SolutionTemplateSectionRemove.as_view(),
        name="solution_template_section_remove",
    ),
    path(f"{_SOLUTION}order/", solutions_sections.SectionOrder.as_view(), name="section_order"),
    path(_SECTION, solutions_sections.SectionDetail.as_view(), name="section_detail"),
    path(f"{_SECTION}edit/", solutions_sections.SectionEdit.as_view(), name="section_edit"),
    path(
        f"{_SECTION}autosave/",
        solutions_sections.SectionAutosave.as_view(),
        name="section_autosave",
    ),
    path(
        f"{_SECTION}writers/", solutions_sections.SectionPresence.as_view(), name="section_writers"
    ),
    path(f"{_SECTION}comment/", solutions_team.SectionCommentWrite.as_view(), name="comment_write"),
    path(f"{_SECTION}requirements/", solutions_sections.SectionLink.as_view(), name="section_link"),
    path(
        f"{_SECTION}picture/", solutions_sections.SectionPicture.as_view(), name="section_picture"
    ),
    path(f"{_SECTION}paste/", solutions_sections.SectionPaste.as_view(), name="section_paste"),
    path(f"{_SECTION}move/", solutions_sections.SectionMove.as_view(), name="section_move"),
    path(f"{_SECTION}remove/", solutions_sections.SectionRemove.as_view(), name="section_remove"),
]
