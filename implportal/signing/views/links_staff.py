"""Our own pages of links: what was given to whom, what became of it, and giving it anew."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.kernel.errors import DomainError
from implportal.signing.domain import links
from implportal.signing.filters import LinkFilter
from implportal.signing.middleware import HEADERS
from implportal.signing.models import SharedLink, Signer
from implportal.signing.permissions import may_share
from implportal.signing.views.staff import ProjectActionView, ProjectListPage


class LinkList(ProjectListPage):
    queryset = SharedLink.objects.select_related("sent_by", "content_type", "message").defer("mail")
    filterset_class = LinkFilter
    template_name = "signing/link_list.html"
    context_object_name = "links"
    sorts = {"sent": ("sent_at", "pk"), "name": ("name", "pk"), "until": ("expires_at", "pk")}
    default_sort = "-sent"
    export_name = "links"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().prefetch_related("subject")

    def export_columns(self) -> list:
        return [
            (_("Name"), lambda link: link.name),
            (_("E-mail"), lambda link: link.email),
            (_("Kind"), lambda link: link.get_kind_display()),
            (_("Sent"), lambda link: link.sent_at),
            (_("Handed to the mail server"), lambda link: link.delivered_at),
            (_("Could not be delivered"), lambda link: link.undelivered_reason),
            (_("Copied by hand"), lambda link: link.copied_by_hand),
            (_("Opened"), lambda link: link.opened_at),
            (_("Open until"), lambda link: link.expires_at),
            (_("Closed"), lambda link: link.revoked_at),
        ]


class LinkActionView(ProjectActionView):
    """A link that somebody signs through belongs to who runs the project."""

    def allowed(self, found: SharedLink) -> bool:
        if Signer.objects.filter(link=found).exists():
            return super().allowed(found)
        return may_share(self.request.user, self.project)


class LinkAgainView(LinkActionView):
    """A new link goes to the address that the contact has now, which is said before."""

    queryset = SharedLink.objects.select_related("contact")

    def get_context_data(self, **kwargs: Any) -> dict:
        link = self.object
        email = link.contact.email if link.contact and link.contact.email else link.email
        return super().get_context_data(**kwargs) | {"text": str(self.text) % {"email": email}}


class LinkRevoke(LinkActionView):
    queryset = SharedLink.objects.all()
    title = _("Close this link")
    text = _("It stops working at once. Whoever opens it is told to ask for a new one.")
    button = _("Close link")
    tone = "danger"
    back_route = "signing:link_list"
    success_message = _("The link is closed.")

    def perform(self, form: Any) -> None:
        links.revoke(link=self.object, actor=self.request.user, at=timezone.now())


class LinkSendAgain(LinkAgainView):
    title = _("Send a new link")
    text = _("A new link goes by mail to %(email)s; the one sent before is closed.")
    button = _("Send new link")
    back_route = "signing:link_list"
    success_message = _("A new link is on its way; the earlier one is closed.")

    def perform(self, form: Any) -> SharedLink:
        return links.send_again(link=self.object, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        link = getattr(self, "result", self.object)
        signer = Signer.objects.select_related("request").filter(link=link).first()
        if signer is None:
            return super().get_success_url()
        return signer.request.get_absolute_url()


class LinkCopy(LinkAgainView):
    """A new link to pass on by other means than our mail, shown in this one answer."""

    title = _("Copy the link instead")
    text = _(
        "A new link is made and shown to you once; the one sent before is closed. Whoever holds "
        "the link gets in, so give it to this person alone. Before signing, this person is asked "
        "for a one-time code that goes to %(email)s."
    )
    button = _("Make a link to copy")
    back_route = "signing:link_list"

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            link, address = links.copy_by_hand(
                link=self.object, actor=self.request.user, at=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        context = self.get_context_data() | {"link": link, "address": address}
        answer = render(self.request, "signing/link_copied.html", context)
        for name, value in HEADERS.items():
            answer[name] = value
        return answer
