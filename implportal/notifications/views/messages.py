from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View

from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import ListPage, VisibleToUserMixin
from implportal.notifications.domain.outbox import mark_seen, send_again
from implportal.notifications.filters import MailFilter
from implportal.notifications.models import Message


class MessageList(ListView):
    """What the portal has told this person. Looking at it marks it as seen, by a POST."""

    template_name = "notifications/message_list.html"
    context_object_name = "notes"
    paginate_by = 25

    def get_queryset(self) -> Any:
        return (
            Message.objects.visible_to(self.request.user)
            .filter(user=self.request.user)
            .order_by("-created_at", "-pk")
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        mark_seen(user=request.user, at=timezone.now())
        return HttpResponseRedirect(reverse("notifications:message_list"))

    def get_context_data(self, **kwargs: Any) -> dict:
        has_new = self.get_queryset().filter(seen_at=None).exists()
        return super().get_context_data(has_new=has_new, **kwargs)


class ForAdministratorsMixin:
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_administrator:
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)


class MailList(ForAdministratorsMixin, ListPage):
    """Every mail that left, waits, or was kept because no mail server is configured."""

    queryset = Message.objects.defer("text", "secrets")
    filterset_class = MailFilter
    template_name = "notifications/mail_list.html"
    context_object_name = "mails"
    export_name = "mail"
    default_sort = "-created"
    sorts = {"created": ("created_at", "pk"), "to": ("to", "pk"), "subject": ("subject", "pk")}

    def export_columns(self) -> list:
        return [
            (_("Written"), lambda mail: mail.created_at),
            (_("To"), lambda mail: mail.to),
            (_("Subject"), lambda mail: mail.subject),
            (_("Status"), lambda mail: mail.get_status_display()),
            (_("Sent"), lambda mail: mail.sent_at),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(mail_leaves=settings.MAIL_LEAVES, **kwargs)


class MailDetail(ForAdministratorsMixin, VisibleToUserMixin, DetailView):
    """One mail. Links and codes are readable only where no mail can leave the machine."""

    queryset = Message.objects.all()
    template_name = "notifications/mail_detail.html"
    context_object_name = "mail"

    def get_context_data(self, **kwargs: Any) -> dict:
        mail = self.object
        text = mail.text_without_secrets() if settings.MAIL_LEAVES else mail.full_text()
        return super().get_context_data(shown_text=text, mail_leaves=settings.MAIL_LEAVES, **kwargs)


class MailSendAgain(ForAdministratorsMixin, View):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        mail = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
        send_again(message=mail, at=timezone.now())
        messages.success(request, _("It will be tried again within a minute."))
        return HttpResponseRedirect(reverse("notifications:mail_detail", kwargs={"pk": pk}))
