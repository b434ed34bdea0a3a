from django.urls import path

from implportal.signing.views import (
    delegation,
    documents,
    evidence,
    links,
    links_staff,
    requests,
    signing,
    staff,
)

app_name = "signing"

PROJECT = "projects/<int:project_pk>/"
LINK = "r/<uuid:link_id>/"
REQUEST = f"{PROJECT}signatures/<int:pk>/"

urlpatterns = [
    path(
        "verify/evidence-schema-1.json", evidence.EvidenceSchema.as_view(), name="evidence_schema"
    ),
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
    path(f"{LINK}sign/delegate/", delegation.Delegate.as_view(), name="link_delegate"),
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
    path(f"{PROJECT}signatures/", requests.RequestList.as_view(), name="request_list"),
    path(f"{PROJECT}signatures/<int:pk>/", requests.RequestDetail.as_view(), name="request_detail"),
    path(f"{REQUEST}change/", requests.RequestChange.as_view(), name="request_change"),
    path(f"{REQUEST}send/", requests.RequestSend.as_view(), name="request_send"),
    path(f"{REQUEST}discard/", requests.RequestDiscard.as_view(), name="request_discard"),
    path(f"{REQUEST}extend/", requests.RequestExtend.as_view(), name="request_extend"),
    path(
        f"{REQUEST}signers/<int:signer_pk>/remind/",
        requests.SignerRemind.as_view(),
        name="signer_remind",
    ),
    path(
        f"{REQUEST}signers/<int:signer_pk>/delegate/",
        requests.SignerDelegate.as_view(),
        name="signer_delegate",
    ),
    path(
        f"{PROJECT}signatures/<int:pk>/cancel/",
        requests.RequestCancel.as_view(),
        name="request_cancel",
    ),
    path(
        f"{PROJECT}signatures/<int:pk>/evidence.zip",
        evidence.EvidenceExport.as_view(),
        name="request_evidence",
    ),
    path(
        f"{PROJECT}signatures/<int:pk>/retry-seal/",
        requests.RequestRetrySeal.as_view(),
        name="request_retry_seal",
    ),
]
