from django.urls import path

from presales.views import (
    board,
    demonstrations,
    demonstrations_run,
    exchange_questions,
    exchanges,
    inspections,
    introductions,
    introductions_customer,
    introductions_parts,
    requirements,
    requirements_bulk,
    requirements_import,
    requirements_matrix,
    research,
    research_interviews,
    research_problems,
    solutions,
    solutions_files,
    solutions_review,
    solutions_sections,
    solutions_team,
    solutions_templates,
    surveys,
    surveys_answer_sheets,
    surveys_common,
    surveys_customer,
    surveys_preparation,
    surveys_requirements,
    surveys_template_sheets,
    surveys_templates,
    texts,
)

app_name = "presales"

_REQUIREMENTS = "projects/<int:project_pk>/requirements/"
_SOLUTION = "projects/<int:project_pk>/solution/"
_SECTION = f"{_SOLUTION}sections/<slug:key>/"
_INTRODUCTIONS = "projects/<int:project_pk>/introductions/"
_INTRODUCTION = f"{_INTRODUCTIONS}<int:pk>/"
_PART = f"{_INTRODUCTION}parts/<int:part_pk>/"
_EXCHANGE = "projects/<int:project_pk>/exchange/"
_DEMONSTRATIONS = "projects/<int:project_pk>/demonstrations/"
_DEMONSTRATION = f"{_DEMONSTRATIONS}<int:pk>/"
_INSPECTIONS = "projects/<int:project_pk>/inspections/"
_INSPECTION = f"{_INSPECTIONS}<int:pk>/"
_STOP = f"{_INSPECTION}stops/<int:stop_pk>/"
_ARRANGEMENT = f"{_INSPECTION}arrangements/<int:arrangement_pk>/"
_SCENARIO = f"{_DEMONSTRATION}scenarios/<int:scenario_pk>/"
_REMARK = f"{_DEMONSTRATION}remarks/<int:remark_pk>/"
_TOPICS = f"{_EXCHANGE}<int:pk>/topics/"
_TOPIC = f"{_TOPICS}<int:topic_pk>/"
_QUESTION = f"{_EXCHANGE}questions/<int:exchange_question_pk>/"
_IDEA = f"{_EXCHANGE}ideas/<int:idea_pk>/"
_RESEARCH = "projects/<int:project_pk>/user-research/"
_GROUPS = f"{_RESEARCH}groups/"
_INTERVIEWS = f"{_RESEARCH}interviews/"
_INTERVIEW = f"{_INTERVIEWS}<int:pk>/"
_PROBLEMS = f"{_RESEARCH}problems/"
_PROBLEM = f"{_PROBLEMS}<int:pk>/"
_SURVEYS = "projects/<int:project_pk>/surveys/"
_SURVEY = f"{_SURVEYS}<int:pk>/"
_TEMPLATES = "survey-templates/"
_BLOCKS = "solution-blocks/"
_GLOSSARY = "glossary/"
_OUTLINES = "solution-templates/"
_SURVEY_LINK = "r/<uuid:link_id>/survey/"

urlpatterns = [
    path("presales/", board.PresalesBoard.as_view(), name="board"),
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
    path(_INTRODUCTIONS, introductions.IntroductionList.as_view(), name="introduction_list"),
    path(
        f"{_INTRODUCTIONS}new/",
        introductions.IntroductionCreate.as_view(),
        name="introduction_create",
    ),
    path(_INTRODUCTION, introductions.IntroductionDetail.as_view(), name="introduction_detail"),
    path(
        f"{_INTRODUCTION}edit/", introductions.IntroductionEdit.as_view(), name="introduction_edit"
    ),
    path(
        f"{_INTRODUCTION}preview/",
        introductions.IntroductionPreview.as_view(),
        name="introduction_preview",
    ),
    path(
        f"{_INTRODUCTION}freeze/",
        introductions.IntroductionFreeze.as_view(),
        name="introduction_freeze",
    ),
    path(
        f"{_INTRODUCTION}reopen/",
        introductions.IntroductionReopen.as_view(),
        name="introduction_reopen",
    ),
    path(
        f"{_INTRODUCTION}give/", introductions.IntroductionGive.as_view(), name="introduction_give"
    ),
    path(
        f"{_INTRODUCTION}recipients/<int:recipient_pk>/",
        introductions.ConfidenceNote.as_view(),
        name="introduction_confidence",
    ),
    path(
        f"{_INTRODUCTION}parts/",
        introductions_parts.PartsAdd.as_view(),
        name="introduction_parts_add",
    ),
    path(
        f"{_INTRODUCTION}text/", introductions_parts.TextAdd.as_view(), name="introduction_text_add"
    ),
    path(
        f"{_INTRODUCTION}parts/order/",
        introductions_parts.PartsOrder.as_view(),
        name="introduction_parts_order",
    ),
    path(
        f"{_INTRODUCTION}shown/",
        introductions.IntroductionShown.as_view(),
        name="introduction_shown",
    ),
    path(
        f"{_PART}preview/",
        introductions_parts.PartPreview.as_view(),
        name="introduction_part_preview",
    ),
    path(
        "r/<uuid:link_id>/introduction/",
        introductions_customer.IntroductionFeedback.as_view(),
        name="introduction_feedback",
    ),
    path(_PART, introductions_parts.PartEdit.as_view(), name="introduction_part_edit"),
    path(f"{_PART}move/", introductions_parts.PartMove.as_view(), name="introduction_part_move"),
    path(
        f"{_PART}remove/", introductions_parts.PartRemove.as_view(), name="introduction_part_remove"
    ),
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
    path(_EXCHANGE, exchanges.ExchangeHome.as_view(), name="exchange_home"),
    path(f"{_EXCHANGE}<int:pk>/", exchanges.ExchangeDetail.as_view(), name="exchange_detail"),
    path(_TOPICS, exchanges.TopicAdd.as_view(), name="topic_add"),
    path(f"{_TOPICS}order/", exchanges.TopicOrder.as_view(), name="topic_order"),
    path(_TOPIC, exchanges.TopicEdit.as_view(), name="topic_edit"),
    path(f"{_TOPIC}move/", exchanges.TopicMove.as_view(), name="topic_move"),
    path(f"{_TOPIC}remove/", exchanges.TopicRemove.as_view(), name="topic_remove"),
    path(f"{_TOPIC}notes/", exchanges.TopicNotes.as_view(), name="topic_notes"),
    path(
        f"{_TOPIC}notes/autosave/",
        exchanges.TopicNotesAutosave.as_view(),
        name="topic_notes_autosave",
    ),
    path(
        f"{_TOPIC}questions/",
        exchange_questions.QuestionAdd.as_view(),
        name="exchange_question_add",
    ),
    path(
        f"{_TOPIC}technologies/",
        exchange_questions.TechnologiesName.as_view(),
        name="technologies_name",
    ),
    path(f"{_TOPIC}ideas/", exchange_questions.IdeaAdd.as_view(), name="idea_add"),
    path(_QUESTION, exchange_questions.QuestionEdit.as_view(), name="exchange_question_edit"),
    path(
        f"{_QUESTION}answer/",
        exchange_questions.QuestionAnswer.as_view(),
        name="exchange_question_answer",
    ),
    path(
        f"{_QUESTION}take/",
        exchange_questions.QuestionTake.as_view(),
        name="exchange_question_take",
    ),
    path(
        f"{_QUESTION}remove/",
        exchange_questions.QuestionRemove.as_view(),
        name="exchange_question_remove",
    ),
    path(f"{_IDEA}take/", exchange_questions.IdeaTake.as_view(), name="idea_take"),
    path(f"{_IDEA}keep/", exchange_questions.IdeaKeep.as_view(), name="idea_keep"),
    path(f"{_IDEA}remove/", exchange_questions.IdeaRemove.as_view(), name="idea_remove"),
    path(_DEMONSTRATIONS, demonstrations.DemonstrationHome.as_view(), name="demonstration_home"),
    path(_DEMONSTRATION, demonstrations.DemonstrationDetail.as_view(), name="demonstration_detail"),
    path(
        f"{_DEMONSTRATION}sheet/",
        demonstrations.DemonstrationSheet.as_view(),
        name="demonstration_sheet",
    ),
    path(
        f"{_DEMONSTRATION}run/",
        demonstrations_run.DemonstrationRun.as_view(),
        name="demonstration_run",
    ),
    path(
        f"{_DEMONSTRATION}scenarios/choose/",
        demonstrations.ScenariosChoose.as_view(),
        name="scenarios_choose",
    ),
    path(
        f"{_DEMONSTRATION}scenarios/new/",
        demonstrations.ScenarioAdd.as_view(),
        name="scenario_add",
    ),
    path(
        f"{_DEMONSTRATION}scenarios/order/",
        demonstrations.ScenarioOrder.as_view(),
        name="scenario_order",
    ),
    path(_SCENARIO, demonstrations.ScenarioEdit.as_view(), name="scenario_edit"),
    path(f"{_SCENARIO}move/", demonstrations.ScenarioMove.as_view(), name="scenario_move"),
    path(f"{_SCENARIO}remove/", demonstrations.ScenarioRemove.as_view(), name="scenario_remove"),
    path(
        f"{_SCENARIO}run/",
        demonstrations_run.ScenarioRun.as_view(),
        name="demonstration_scenario_run",
    ),
    path(
        f"{_SCENARIO}run/autosave/",
        demonstrations_run.ReactionAutosave.as_view(),
        name="reaction_autosave",
    ),
    path(f"{_SCENARIO}remarks/", demonstrations_run.RemarkAdd.as_view(), name="remark_add"),
    path(_REMARK, demonstrations_run.RemarkAnswer.as_view(), name="remark_answer"),
    path(f"{_REMARK}action/", demonstrations_run.QuestionTake.as_view(), name="question_take"),
    path(f"{_REMARK}requirement/", demonstrations_run.WishTake.as_view(), name="wish_take"),
    path(f"{_REMARK}remove/", demonstrations_run.RemarkRemove.as_view(), name="remark_remove"),
    path(_RESEARCH, research.ResearchHome.as_view(), name="research_home"),
    path(f"{_RESEARCH}report/", research.ResearchReport.as_view(), name="research_report"),
    path(f"{_GROUPS}new/", research.GroupAdd.as_view(), name="user_group_add"),
    path(f"{_GROUPS}<int:pk>/", research.GroupEdit.as_view(), name="user_group_edit"),
    path(f"{_GROUPS}<int:pk>/remove/", research.GroupRemove.as_view(), name="user_group_remove"),
    path(_INTERVIEWS, research_interviews.InterviewList.as_view(), name="interview_list"),
    path(f"{_INTERVIEWS}new/", research_interviews.InterviewAdd.as_view(), name="interview_add"),
    path(_INTERVIEW, research_interviews.InterviewDetail.as_view(), name="interview_detail"),
    path(f"{_INTERVIEW}edit/", research_interviews.InterviewEdit.as_view(), name="interview_edit"),
    path(
        f"{_INTERVIEW}notes/", research_interviews.InterviewNotes.as_view(), name="interview_notes"
    ),
    path(
        f"{_INTERVIEW}notes/autosave/",
        research_interviews.InterviewNotesAutosave.as_view(),
        name="interview_notes_autosave",
    ),
    path(f"{_INTERVIEW}hold/", research_interviews.InterviewHold.as_view(), name="interview_hold"),
    path(
        f"{_INTERVIEW}remove/",
        research_interviews.InterviewRemove.as_view(),
        name="interview_remove",
    ),
    path(f"{_INTERVIEW}problem/", research_interviews.ProblemSee.as_view(), name="interview_saw"),
    path(_PROBLEMS, research_problems.ProblemList.as_view(), name="problem_list"),
    path(f"{_PROBLEMS}new/", research_problems.ProblemAdd.as_view(), name="problem_add"),
    path(
        f"{_PROBLEMS}requirements/",
        research_problems.ProblemRequirements.as_view(),
        name="problem_requirements",
    ),
    path(_PROBLEM, research_problems.ProblemDetail.as_view(), name="problem_detail"),
    path(f"{_PROBLEM}edit/", research_problems.ProblemEdit.as_view(), name="problem_edit"),
    path(f"{_PROBLEM}remove/", research_problems.ProblemRemove.as_view(), name="problem_remove"),
    path(f"{_PROBLEM}settle/", research_problems.ProblemSettle.as_view(), name="problem_settle"),
    path(_INSPECTIONS, inspections.InspectionHome.as_view(), name="inspection_home"),
    path(f"{_INSPECTIONS}new/", inspections.InspectionPlan.as_view(), name="inspection_plan"),
    path(_INSPECTION, inspections.InspectionDetail.as_view(), name="inspection_detail"),
    path(f"{_INSPECTION}sheet/", inspections.InspectionSheet.as_view(), name="inspection_sheet"),
    path(
        f"{_INSPECTION}requirement/",
        inspections.InspectionRequirement.as_view(),
        name="inspection_requirement",
    ),
    path(f"{_INSPECTION}stops/", inspections.StopAdd.as_view(), name="stop_add"),
    path(_STOP, inspections.StopEdit.as_view(), name="stop_edit"),
    path(f"{_STOP}remove/", inspections.StopRemove.as_view(), name="stop_remove"),
    path(
        f"{_INSPECTION}itinerary/move/", inspections.ItineraryMove.as_view(), name="itinerary_move"
    ),
    path(
        f"{_INSPECTION}itinerary/agenda/",
        inspections.ItineraryAsAgenda.as_view(),
        name="itinerary_agenda",
    ),
    path(
        f"{_INSPECTION}arrangements/", inspections.ArrangementAdd.as_view(), name="arrangement_add"
    ),
    path(
        f"{_INSPECTION}arrangements/usual/",
        inspections.ArrangementsUsual.as_view(),
        name="arrangements_usual",
    ),
    path(_ARRANGEMENT, inspections.ArrangementEdit.as_view(), name="arrangement_edit"),
    path(
        f"{_ARRANGEMENT}settle/", inspections.ArrangementSettle.as_view(), name="arrangement_settle"
    ),
    path(
        f"{_ARRANGEMENT}remove/", inspections.ArrangementRemove.as_view(), name="arrangement_remove"
    ),
]
