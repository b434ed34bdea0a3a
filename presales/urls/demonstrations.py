from django.urls import path

from presales.views import (
    demonstrations,
    demonstrations_run,
)

_DEMONSTRATIONS = "projects/<int:project_pk>/demonstrations/"
_DEMONSTRATION = f"{_DEMONSTRATIONS}<int:pk>/"
_SCENARIO = f"{_DEMONSTRATION}scenarios/<int:scenario_pk>/"
_REMARK = f"{_DEMONSTRATION}remarks/<int:remark_pk>/"

urlpatterns = [
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
]
