"""What every page behind a shared link begins with. Views of the phase apps build on it."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from implportal.kernel.clients import client_address
from implportal.signing.domain.links import note_opened
from implportal.signing.domain.proposing import Proposal, propose_signers
from implportal.signing.domain.signing import Circumstances
from implportal.signing.forms import RequestForm
from implportal.signing.models import SharedLink

COOKIE = "ip_link"
COOKIE_LASTS_SECONDS = 24 * 3600
SALT = "implportal.signing.link"


class PublicPageMixin:
    """A page without sign-in. Its headers come from ``signing.middleware``."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return login_not_required(super().as_view(**initkwargs))

    def unknown(self) -> HttpResponse:
        """The one answer to whatever is no link of this browser's."""
        return render(self.request, "signing/link_unknown.html", status=404)

    def gone(self) -> HttpResponse:
        return render(self.request, "410.html", status=410)


class NothingHere(PublicPageMixin, View):
    """Whatever else stands under /s/ and /r/: the answer to a link that nobody has given."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.unknown()


class AskForSignaturesMixin:
    """A page of ours on which people are chosen who sign; needs ``self.project``.

    ``form.signers`` and ``form.terms`` are what ``signing.domain.requests`` takes. Templates
    include ``signing/_request_fields.html``.
    """

    form_class = RequestForm

    def to_be_signed(self) -> Model | None:
        """Return what the document is about, whose earlier signers are then proposed."""
        return None

    def proposed(self) -> Proposal:
        """Return the people to begin with."""
        return propose_signers(project=self.project, subject=self.to_be_signed())

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "project": self.project,
            "proposed": self.proposed(),
        }


class LinkPageMixin(PublicPageMixin):
    """A page behind a shared link: ``self.link`` is it, ``self.session`` the browser session.

    The address begins ``/r/<uuid:link_id>/``, where alone the link's cookie is sent. A
    browser without that cookie, or a link not of ``kinds``, gets the 404 of an unknown
    link; an expired, revoked or replaced link gets a neutral 410. Costs one query.
    GET and HEAD must change nothing: mail scanners open links. A POST counts as opened.
    Templates extend ``signing/link_base.html``.
    """

    kinds: frozenset[str] | set[str] | tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = session_of(request, kwargs["link_id"])
        link = session and find_link(kwargs["link_id"])
        if not link or link.kind not in self.kinds:
            return self.unknown()
        self.link, self.session, self.now = link, session, timezone.now()
        if not link.is_open(self.now):
            return self.gone()
        if refusal := self.refusal():
            return refusal
        if request.method == "POST":
            note_opened(link=link, at=self.now)
        # Times are the customer's; the page is drawn here, for later it would be ours again.
        with timezone.override(link.project.customer.time_zone):
            response = super().dispatch(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        return response

    def refusal(self) -> HttpResponse | None:
        """Return an answer instead of the page, e.g. ``self.gone()`` when its subject is over."""
        return None

    def circumstances(self) -> Circumstances:
        """Return what the server knows of this browser, for the evidence."""
        meta = self.request.META
        return Circumstances(
            session=self.session,
            address=client_address(self.request),
            user_agent=meta.get("HTTP_USER_AGENT", ""),
            language=meta.get("HTTP_ACCEPT_LANGUAGE", ""),
            time_zone=self.request.POST.get("time_zone", ""),
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "link": self.link,
            "sender": self.link.sent_by,
            "project": self.link.project,
            # Drawn once: each form of a page would otherwise mask the secret anew, four times.
            "csrf_token": get_token(self.request),
        }


def find_link(link_id: uuid.UUID) -> SharedLink | None:
    link = (
        SharedLink.objects.filter(public_id=link_id)
        .select_related("project__customer", "sent_by")
        .defer("mail")
        .first()
    )
    if link:
        link.content_type = ContentType.objects.get_for_id(link.content_type_id)  # kept in memory
    return link


def set_session(response: HttpResponse, link: SharedLink) -> None:
    """Give the browser a session for this link alone; nothing is stored on the server."""
    value = f"{link.public_id}:{secrets.token_urlsafe(16)}"
    response.set_cookie(
        COOKIE,
        signing.TimestampSigner(salt=SALT).sign(value),
        max_age=COOKIE_LASTS_SECONDS,
        path=f"/r/{link.public_id}/",
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def session_of(request: HttpRequest, link_id: uuid.UUID) -> str:
    """Return the browser session for a link, empty where this browser has none."""
    try:
        value = signing.TimestampSigner(salt=SALT).unsign(
            request.COOKIES.get(COOKIE, ""), max_age=COOKIE_LASTS_SECONDS
        )
    except signing.BadSignature:
        return ""
    public_id, _colon, session = value.partition(":")
    return session if public_id == str(link_id) else ""
