from django.urls import path

from aftersales.views import acceptances, money, payments, training_links, trainings

app_name = "aftersales"

PROJECT = "projects/<int:project_pk>/"
MONEY = f"{PROJECT}money/"
ACCEPTANCE = f"{PROJECT}acceptance/"
TRAINING = f"{PROJECT}training/"

urlpatterns = [
    path("payments/", payments.PaymentBoard.as_view(), name="payment_board"),
    path(MONEY, money.ProjectMoney.as_view(), name="project_money"),
    path(f"{MONEY}split/", money.InstallmentsEdit.as_view(), name="installments_edit"),
    path(f"{MONEY}receipts/new/", money.ReceiptRecord.as_view(), name="receipt_record"),
    path(f"{MONEY}receipts/<int:pk>/cancel/", money.ReceiptCancel.as_view(), name="receipt_cancel"),
    path(f"{MONEY}<int:pk>/invoice/", money.InstallmentInvoice.as_view(), name="invoice_create"),
    path(
        f"{MONEY}<int:pk>/write-off/",
        money.InstallmentWriteOff.as_view(),
        name="installment_write_off",
    ),
    path(ACCEPTANCE, acceptances.AcceptanceDetail.as_view(), name="acceptance_detail"),
    path(f"{ACCEPTANCE}start/", acceptances.AcceptanceStart.as_view(), name="acceptance_start"),
    path(f"{ACCEPTANCE}place/", acceptances.AcceptancePlace.as_view(), name="acceptance_place"),
    path(f"{ACCEPTANCE}committee/", acceptances.CommitteeEdit.as_view(), name="committee_edit"),
    path(
        f"{ACCEPTANCE}certificate/", acceptances.CertificateSend.as_view(), name="certificate_send"
    ),
    path(
        f"{ACCEPTANCE}certificate/recall/",
        acceptances.CertificateRecall.as_view(),
        name="certificate_recall",
    ),
    path(f"{ACCEPTANCE}criteria/new/", acceptances.CriterionAdd.as_view(), name="criterion_add"),
    path(
        f"{ACCEPTANCE}criteria/<int:pk>/",
        acceptances.CriterionCheck.as_view(),
        name="criterion_check",
    ),
    path(TRAINING, trainings.TrainingList.as_view(), name="training_list"),
    path(f"{TRAINING}courses/new/", trainings.CourseCreate.as_view(), name="course_create"),
    path(f"{TRAINING}courses/<int:pk>/", trainings.CourseEdit.as_view(), name="course_edit"),
    path(
        f"{TRAINING}courses/<int:pk>/sessions/new/",
        trainings.SessionPlan.as_view(),
        name="session_plan",
    ),
    path(
        f"{TRAINING}sessions/<int:pk>/", trainings.SessionDetail.as_view(), name="training_session"
    ),
    path(
        f"{TRAINING}sessions/<int:pk>/trainees/",
        trainings.TraineesAdd.as_view(),
        name="trainees_add",
    ),
    path(
        f"{TRAINING}sessions/<int:pk>/invite/",
        trainings.TraineesInvite.as_view(),
        name="trainees_invite",
    ),
    path("r/<uuid:link_id>/training/", training_links.TrainingLink.as_view(), name="training_link"),
    path(
        "r/<uuid:link_id>/training.ics",
        training_links.TrainingLinkCalendar.as_view(),
        name="training_link_calendar",
    ),
]
