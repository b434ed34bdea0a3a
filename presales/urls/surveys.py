from django.urls import path

from presales.views import (
    surveys,
    surveys_answer_sheets,
    surveys_common,
    surveys_customer,
    surveys_preparation,
    surveys_requirements,
    surveys_template_sheets,
    surveys_templates,
)

_REQUIREMENTS = "projects/<int:project_pk>/requirements/"
_SURVEYS = "projects/<int:project_pk>/surveys/"
_SURVEY = f"{_SURVEYS}<int:pk>/"
_TEMPLATES = "survey-templates/"
_SURVEY_LINK = "r/<uuid:link_id>/survey/"

urlpatterns = [
    path(_SURVEYS, surveys.SurveyList.as_view(), name="survey_list"),
    path(f"{_SURVEYS}new/", surveys.SurveyCreate.as_view(), name="survey_create"),
    path(_SURVEY, surveys.SurveyDetail.as_view(), name="survey_detail"),
    path(f"{_SURVEY}interview/", surveys.SurveyInterview.as_view(), name="survey_interview"),
    path(
        f"{_SURVEY}questions/<int:question_pk>/answer/",
        surveys.AnswerKeep.as_view(),
        name="survey_answer_keep",
    ),
    path(
        f"{_SURVEY}statements/<int:statement_pk>/take/",
        surveys.StatementTake.as_view(),
        name="survey_statement_take",
    ),
    path(
        f"{_SURVEY}sheet/",
        surveys_answer_sheets.SurveyAnswerSheet.as_view(),
        name="survey_answer_sheet",
    ),
    path(
        f"{_SURVEY}import/",
        surveys_answer_sheets.SurveyAnswerImport.as_view(),
        name="survey_answer_import",
    ),
    path(
        f"{_SURVEY}preparation/",
        surveys_preparation.PreparationAdd.as_view(),
        name="survey_preparation_add",
    ),
    path(
        f"{_SURVEY}preparation/<int:item_pk>/",
        surveys_preparation.PreparationTick.as_view(),
        name="survey_preparation_tick",
    ),
    path(
        f"{_SURVEY}preparation/<int:item_pk>/remove/",
        surveys_preparation.PreparationRemove.as_view(),
        name="survey_preparation_remove",
    ),
    path(f"{_SURVEY}send/", surveys.SurveySend.as_view(), name="survey_send"),
    path(f"{_SURVEY}hand-in/", surveys.SurveyHandIn.as_view(), name="survey_hand_in"),
    path(f"{_SURVEY}reopen/", surveys.SurveyReopen.as_view(), name="survey_reopen"),
    path(f"{_SURVEY}close/", surveys.SurveyClose.as_view(), name="survey_close"),
    path(
        f"{_SURVEY}requirements/",
        surveys_requirements.SurveyRequirements.as_view(),
        name="survey_requirements",
    ),
    path(
        f"{_REQUIREMENTS}common/",
        surveys_common.CommonRequirementTake.as_view(),
        name="common_requirement_take",
    ),
    path(
        "common-requirements/",
        surveys_common.CommonRequirementList.as_view(),
        name="common_requirement_list",
    ),
    path(
        "common-requirements/new/",
        surveys_common.CommonRequirementCreate.as_view(),
        name="common_requirement_create",
    ),
    path(
        "common-requirements/<int:pk>/",
        surveys_common.CommonRequirementEdit.as_view(),
        name="common_requirement_edit",
    ),
    path(
        "common-requirements/<int:pk>/remove/",
        surveys_common.CommonRequirementRemove.as_view(),
        name="common_requirement_remove",
    ),
    path(_TEMPLATES, surveys_templates.SurveyTemplateList.as_view(), name="survey_template_list"),
    path(
        f"{_TEMPLATES}new/",
        surveys_templates.SurveyTemplateCreate.as_view(),
        name="survey_template_create",
    ),
    path(
        f"{_TEMPLATES}<int:pk>/",
        surveys_templates.SurveyTemplateDetail.as_view(),
        name="survey_template_detail",
    ),
    path(
        f"{_TEMPLATES}<int:pk>/edit/",
        surveys_templates.SurveyTemplateEdit.as_view(),
        name="survey_template_edit",
    ),
    path(
        f"{_TEMPLATES}<int:pk>/sheet/",
        surveys_template_sheets.SurveyTemplateSheet.as_view(),
        name="survey_template_sheet",
    ),
    path(
        f"{_TEMPLATES}<int:pk>/import/",
        surveys_template_sheets.SurveyTemplateImport.as_view(),
        name="survey_template_import",
    ),
    path(
        f"{_TEMPLATES}<int:pk>/order/",
        surveys_templates.TemplateSectionOrder.as_view(),
        name="template_section_order",
    ),
    path(
        f"{_TEMPLATES}<int:pk>/preparation/order/",
        surveys_templates.PreparationItemOrder.as_view(),
        name="template_preparation_order",
    ),
    path(
        f"{_TEMPLATES}<int:template_pk>/preparation/new/",
        surveys_templates.PreparationItemCreate.as_view(),
        name="template_preparation_create",
    ),
    path(
        f"{_TEMPLATES}preparation/<int:pk>/",
        surveys_templates.PreparationItemEdit.as_view(),
        name="template_preparation_edit",
    ),
    path(
        f"{_TEMPLATES}preparation/<int:pk>/move/",
        surveys_templates.PreparationItemMove.as_view(),
        name="template_preparation_move",
    ),
    path(
        f"{_TEMPLATES}preparation/<int:pk>/remove/",
        surveys_templates.PreparationItemRemove.as_view(),
        name="template_preparation_remove",
    ),
    path(
        f"{_TEMPLATES}<int:template_pk>/sections/new/",
        surveys_templates.TemplateSectionCreate.as_view(),
        name="template_section_create",
    ),
    path(
        f"{_TEMPLATES}sections/<int:pk>/",
        surveys_templates.TemplateSectionEdit.as_view(),
        name="template_section_edit",
    ),
    path(
        f"{_TEMPLATES}sections/<int:pk>/move/",
        surveys_templates.TemplateSectionMove.as_view(),
        name="template_section_move",
    ),
    path(
        f"{_TEMPLATES}sections/<int:pk>/order/",
        surveys_templates.TemplateQuestionOrder.as_view(),
        name="template_question_order",
    ),
    path(
        f"{_TEMPLATES}sections/<int:pk>/remove/",
        surveys_templates.TemplateSectionRemove.as_view(),
        name="template_section_remove",
    ),
    path(
        f"{_TEMPLATES}sections/<int:section_pk>/questions/new/",
        surveys_templates.TemplateQuestionCreate.as_view(),
        name="template_question_create",
    ),
    path(
        f"{_TEMPLATES}questions/<int:pk>/",
        surveys_templates.TemplateQuestionEdit.as_view(),
        name="template_question_edit",
    ),
    path(
        f"{_TEMPLATES}questions/<int:pk>/move/",
        surveys_templates.TemplateQuestionMove.as_view(),
        name="template_question_move",
    ),
    path(
        f"{_TEMPLATES}questions/<int:pk>/remove/",
        surveys_templates.TemplateQuestionRemove.as_view(),
        name="template_question_remove",
    ),
    path(_SURVEY_LINK, surveys_customer.SurveyStart.as_view(), name="survey_link_start"),
    path(
        f"{_SURVEY_LINK}<int:number>/",
        surveys_customer.SurveySection.as_view(),
        name="survey_link_section",
    ),
    path(
        f"{_SURVEY_LINK}not-me/",
        surveys_customer.SurveyNotMe.as_view(),
        name="survey_link_not_me",
    ),
    path(
        f"{_SURVEY_LINK}file/<int:question_pk>/",
        surveys_customer.SurveyFile.as_view(),
        name="survey_link_file",
    ),
    path(
        f"{_SURVEY_LINK}hand-in/",
        surveys_customer.SurveyHandInPage.as_view(),
        name="survey_link_hand_in",
    ),
]
