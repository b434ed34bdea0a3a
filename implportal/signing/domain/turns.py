"""Whether somebody behind a link may still act on a signature request."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError
from implportal.projects.domain.projects import check_running
from implportal.signing.domain.links import LinkIsGone
from implportal.signing.models import SharedLink, SignatureRequest, Signer, SignerState


class Conflict(DomainError):
    """What the person saw is no longer so; answered with 409, and nothing was stored."""


class Overtaken(Conflict):
    """The request ended, or this person decided already."""


class NotYourTurn(DomainError):
    """Others sign first, or this link is not one for signing."""


def check_turn(signer: Signer | None, *, link: SharedLink, at: datetime) -> SignatureRequest:
    """Return the request of a locked signer who may act on it now.

    Raises:
        NotYourTurn: the link does not belong to somebody who signs now.
        Overtaken: the request or this signer's part in it has ended.
        LinkIsGone: the link expired, was taken back or replaced.
        ProjectNotRunning: the project rests or is over.
    """
    if signer is None or not signer.decides or signer.state == SignerState.WAITING:
        raise NotYourTurn(_("This document does not wait for you."))
    request = signer.request
    if signer.state == SignerState.REPLACED:
        raise Overtaken(_("Somebody else signs in your place meanwhile. Nothing was stored."))
    if not request.is_running or not signer.is_on_turn or request.expires_at <= at:
        raise Overtaken(
            _("The signing of this document has ended meanwhile: %(state)s. Nothing was stored.")
            % {"state": request.standing}
        )
    if request.version.status != DocumentVersion.Status.ACTIVE:
        raise Overtaken(_("A newer version has taken the place of this one. Nothing was stored."))
    if not SharedLink.objects.open_at(at).filter(pk=link.pk).exists():
        raise LinkIsGone(_("This link is no longer open. Please ask the sender for a new one."))
    check_running(request.project)
    return request
