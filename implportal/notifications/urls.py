from __future__ import annotations

from django.urls import path

from implportal.notifications.views import messages

app_name = "notifications"
urlpatterns = [
    path("notifications/", messages.MessageList.as_view(), name="message_list"),
    path("mail/", messages.MailList.as_view(), name="mail_list"),
    path("mail/<int:pk>/", messages.MailDetail.as_view(), name="mail_detail"),
    path("mail/<int:pk>/send-again/", messages.MailSendAgain.as_view(), name="mail_send_again"),
]
