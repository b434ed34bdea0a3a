from __future__ import annotations

from django.urls import include, path

from delivery.models import TaskEffect
from delivery.views import changes, changes_signing, kickoffs, plans, user_requests

app_name = "delivery"
kickoff = [
    path("", kickoffs.KickoffDetail.as_view(), name="kickoff_detail"),
    path("edit/", kickoffs.KickoffEdit.as_view(), name="kickoff_edit"),
    path("project-manager/", kickoffs.ProjectManagerSet.as_view(), name="project_manager_set"),
    path("people/new/", kickoffs.ResourceSet.as_view(), name="resource_add"),
    path("people/<int:pk>/", kickoffs.ResourceSet.as_view(), name="resource_edit"),
    path("grant/", kickoffs.DeliveryGrant.as_view(), name="delivery_grant"),
    path("hold/", kickoffs.KickoffHold.as_view(), name="kickoff_hold"),
]
one_task = [
    path("", plans.TaskDetail.as_view(), name="task_detail"),
    path("edit/", plans.TaskEdit.as_view(), name="task_edit"),
    path("progress/", plans.ProgressReport.as_view(), name="progress_report"),
    path("links/new/", plans.LinkCreate.as_view(), name="link_create"),
    path("links/<int:link_pk>/remove/", plans.LinkRemove.as_view(), name="link_remove"),
    path("move/", plans.TaskMove.as_view(), name="task_move"),
    path("move-followers/", plans.FollowersMove.as_view(), name="followers_move"),
    path("remove/", plans.TaskRemove.as_view(), name="task_remove"),
]
plan = [
    path("", plans.Plan.as_view(), name="plan"),
    path("tasks/new/", plans.TaskCreate.as_view(), name="task_create"),
    path("tasks/<int:pk>/", include(one_task)),
]
one_change = [
    path("", changes.ChangeDetail.as_view(), name="change_detail"),
    path("preview/", changes.ChangePreview.as_view(), name="change_preview"),
    path("edit/", changes.ChangeEdit.as_view(), name="change_edit"),
    path(
        "requirements/new/", changes.RequirementEffectAdd.as_view(), name="change_requirement_add"
    ),
    path(
        "requirements/<int:effect_pk>/remove/",
        changes.EffectRemove.as_view(),
        name="change_requirement_remove",
    ),
    path("tasks/new/", changes.TaskEffectAdd.as_view(), name="change_task_add"),
    path(
        "tasks/<int:effect_pk>/remove/",
        changes.EffectRemove.as_view(kind=TaskEffect),
        name="change_task_remove",
    ),
    path("hand-in/", changes_signing.ChangeHandIn.as_view(), name="change_hand_in"),
    path("approve/", changes_signing.ChangeApprove.as_view(), name="change_approve"),
    path("send-back/", changes_signing.ChangeSendBack.as_view(), name="change_send_back"),
    path("send/", changes_signing.ChangeSend.as_view(), name="change_send"),
    path("recall/", changes_signing.ChangeRecall.as_view(), name="change_recall"),
    path("withdraw/", changes_signing.ChangeWithdraw.as_view(), name="change_withdraw"),
    path("declined/", changes_signing.ChangeDecline.as_view(), name="change_decline"),
    path("apply/", changes_signing.ChangeApply.as_view(), name="change_apply"),
]
change = [
    path("", changes.ChangeList.as_view(), name="change_list"),
    path("new/", changes.ChangeCreate.as_view(), name="change_create"),
    path("<int:pk>/", include(one_change)),
]
user_request = [
    path("", user_requests.UserRequestList.as_view(), name="user_request_list"),
    path("invite/", user_requests.UserRequestInvite.as_view(), name="user_request_invite"),
    path("<int:pk>/", user_requests.UserRequestDetail.as_view(), name="user_request_detail"),
    path("<int:pk>/triage/", user_requests.UserRequestTriage.as_view(), name="user_request_triage"),
    path(
        "<int:pk>/requirement/",
        user_requests.UserRequestPromote.as_view(),
        name="user_request_promote",
    ),
]
request_link = [
    path("", user_requests.RequestLink.as_view(), name="link_user_requests"),
    path("<int:number>/", user_requests.RequestLinkDetail.as_view(), name="link_user_request"),
]
urlpatterns = [
    path("projects/<int:project_pk>/user-requests/", include(user_request)),
    path("r/<uuid:link_id>/requests/", include(request_link)),
    path("projects/<int:project_pk>/changes/", include(change)),
    path("projects/<int:project_pk>/kickoff/", include(kickoff)),
    path("projects/<int:project_pk>/plan/", include(plan)),
]
