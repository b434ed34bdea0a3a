from django.urls import path

from aftersales.views import money, payments

app_name = "aftersales"

MONEY = "projects/<int:project_pk>/money/"

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
]
