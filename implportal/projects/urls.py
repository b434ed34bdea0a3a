from __future__ import annotations

from django.urls import path

from implportal.projects.views import (
    attachments,
    contacts,
    customers,
    people,
    projects,
    steps,
    stops,
)

app_name = "projects"
urlpatterns = [
    path("customers/", customers.CustomerList.as_view(), name="customer_list"),
    path("customers/new/", customers.CustomerCreate.as_view(), name="customer_create"),
    path("customers/<int:pk>/", customers.CustomerDetail.as_view(), name="customer_detail"),
    path("customers/<int:pk>/edit/", customers.CustomerEdit.as_view(), name="customer_edit"),
    path(
        "customers/<int:customer_pk>/contacts/new/",
        customers.ContactCreate.as_view(),
        name="contact_create",
    ),
    path(
        "customers/<int:pk>/contacts/import/",
        contacts.ContactImport.as_view(),
        name="customer_contact_import",
    ),
    path("customers/<int:pk>/merge/", contacts.CustomerMerge.as_view(), name="customer_merge"),
    path("contacts/<int:pk>/merge/", contacts.ContactMerge.as_view(), name="contact_merge"),
    path("contacts/<int:pk>/edit/", customers.ContactEdit.as_view(), name="contact_edit"),
    path("projects/", projects.ProjectList.as_view(), name="project_list"),
    path("projects/stopped/", stops.StopList.as_view(), name="stop_list"),
    path("projects/new/", projects.ProjectCreate.as_view(), name="project_create"),
    path("projects/<int:project_pk>/edit/", projects.ProjectEdit.as_view(), name="project_edit"),
    path(
        "projects/<int:project_pk>/next-phase/", projects.PhaseEnter.as_view(), name="phase_enter"
    ),
    path(
        "projects/<int:project_pk>/suspend/",
        stops.ProjectSuspend.as_view(),
        name="project_suspend",
    ),
    path("projects/<int:project_pk>/resume/", stops.ProjectResume.as_view(), name="project_resume"),
    path("projects/<int:project_pk>/lost/", stops.ProjectLose.as_view(), name="project_lose"),
    path("projects/<int:project_pk>/cancel/", stops.ProjectCancel.as_view(), name="project_cancel"),
    path("projects/<int:project_pk>/people/", people.People.as_view(), name="people"),
    path("projects/<int:project_pk>/people/new/", people.MemberAdd.as_view(), name="member_add"),
    path(
        "projects/<int:project_pk>/people/<int:pk>/remove/",
        people.MemberRemove.as_view(),
        name="member_remove",
    ),
    path(
        "projects/<int:project_pk>/stakeholders/",
        people.StakeholderSet.as_view(),
        name="stakeholder_set",
    ),
    path(
        "projects/<int:project_pk>/steps/<slug:key>/",
        steps.StepDetail.as_view(),
        name="step_detail",
    ),
    path(
        "attachments/add/<str:label>/<int:subject_pk>/",
        attachments.AttachmentAdd.as_view(),
        name="attachment_add",
    ),
    path(
        "attachments/<int:pk>/",
        attachments.AttachmentDownload.as_view(),
        name="attachment_download",
    ),
    path(
        "attachments/<int:pk>/remove/",
        attachments.AttachmentRemove.as_view(),
        name="attachment_remove",
    ),
]
