from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from implportal.signing.domain.links import find_by_token
from implportal.signing.models import LinkKind
from implportal.signing.pages import LinkPageMixin, PublicPageMixin, set_session
from implportal.signing.registry import LINK_PAGES, link_page_key


class LinkEnter(PublicPageMixin, View):
    """The address in the mail: swap the token for a cookie and an address without it."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        link = find_by_token(token.rstrip("/"))
        if link is None:
            return self.unknown()
        if not link.is_open(timezone.now()):
            return self.gone()
        response = HttpResponseRedirect(
            reverse("signing:link_start", kwargs={"link_id": link.public_id})
        )
        set_session(response, link)
        return response


class LinkStart(LinkPageMixin, View):
    """Lead on to the page that the kind of the link and its subject call for."""

    kinds = frozenset(LinkKind.values)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        content_type = self.link.content_type
        key = link_page_key(self.link.kind, f"{content_type.app_label}.{content_type.model}")
        if key not in LINK_PAGES:
            return self.gone()
        return HttpResponseRedirect(
            reverse(LINK_PAGES[key].route, kwargs={"link_id": self.link.public_id})
        )


class LinkOpened(LinkPageMixin, View):
    """The page's own word that a browser shows it; the POST itself is what is noted."""

    kinds = frozenset(LinkKind.values)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return HttpResponse(status=204)
