from django.urls import path

from implportal.signing.views import documents, links, links_staff, signing, staff

app_name = "signing"

PROJECT = "projects/<int:project_pk>/"
LINK = "r/<uuid:link_id>/"

urlpatterns = [
    path("s/<str:token>/", links.LinkEnter.as_view(), name="link_enter"),
    path("s/<path:token>", links.LinkEnter.as_view(), name="link_enter_inexact"),
    path(LINK, links.LinkStart.as_view(), name="link_start"),
    path(f"{LINK}opened/", links.LinkOpened.as_view(), name="link_opened"),
    path(f"{LINK}document/", documents.DocumentPage.as_view(), name="link_document"),
    path(f"{LINK}changes/", documents.DocumentChanges.as_view(), name="link_changes"),
    path(f"{LINK}document.pdf", documents.DocumentFile.as_view(), name="link_document_file"),
    path(f"{LINK}signed.pdf", documents.SealedFile.as_view(), name="link_sealed_file"),
    path(f"{LINK}images/<str:sha256>", documents.DocumentImage.as_view(), name="link_image"),
    path(
        f"{LINK}sections/<str:key>/understood/",
        documents.SectionUnderstood.as_view(),
        name="link_section_understood",
    ),
    path(
        f"{LINK}sections/<str:key>/question/",
        documents.QuestionAsk.as_view(),
        name="link_question_ask",
    ),
    path(
        f"{LINK}questions/<int:pk>/reply/",
        documents.QuestionReply.as_view(),
        name="link_question_reply",
    ),
    path(
        f"{LINK}questions/<int:pk>/close/",
        documents.QuestionClose.as_view(),
        name="link_question_close",
    ),
    path(f"{LINK}sign/", signing.SignPage.as_view(), name="link_sign"),
    path(f"{LINK}sign/code/", signing.CodeSend.as_view(), name="link_code_send"),
    path(f"{LINK}sign/verify/", signing.CodeCheck.as_view(), name="link_code_check"),
    path(f"{LINK}sign/decline/", signing.Decline.as_view(), name="link_decline"),
    path(f"{PROJECT}links/", links_staff.LinkList.as_view(), name="link_list"),
    path(f"{PROJECT}links/<int:pk>/copy/", links_staff.LinkCopy.as_view(), name="link_copy"),
    path(f"{PROJECT}links/<int:pk>/revoke/", links_staff.LinkRevoke.as_view(), name="link_revoke"),
    path(
        f"{PROJECT}links/<int:pk>/send-again/",
        links_staff.LinkSendAgain.as_view(),
        name="link_send_again",
    ),
    path(f"{PROJECT}questions/", staff.QuestionList.as_view(), name="question_list"),
    path(
        f"{PROJECT}questions/<int:pk>/answer/",
        staff.QuestionAnswer.as_view(),
        name="question_answer",
    ),
    path(f"{PROJECT}signatures/", staff.RequestList.as_view(), name="request_list"),
    path(f"{PROJECT}signatures/<int:pk>/", staff.RequestDetail.as_view(), name="request_detail"),
    path(
        f"{PROJECT}signatures/<int:pk>/cancel/",
        staff.RequestCancel.as_view(),
        name="request_cancel",
    ),
    path(
        f"{PROJECT}signatures/<int:pk>/retry-seal/",
        staff.RequestRetrySeal.as_view(),
        name="request_retry_seal",
    ),
]
