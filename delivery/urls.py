from __future__ import annotations

from django.urls import include, path

from delivery.views import kickoffs, plans

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
urlpatterns = [
    path("projects/<int:project_pk>/kickoff/", include(kickoff)),
    path("projects/<int:project_pk>/plan/", include(plan)),
]
