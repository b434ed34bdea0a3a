"""How a request ends without its document being signed by all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import check_move
from implportal.notifications.domain.outbox import notify
from implportal.signing.domain.inviting import note
from implportal.signing.domain.links import revoke
from implportal.signing.models import (
    REQUEST_MOVES,
    RequestState,
    SignatureRequest,
    SignerState,
)
from implportal.signing.permissions import may_send_for_signature

REQUEST_CANCELLED = Action(
    "signing.request_cancelled", gettext_lazy("cancelled the signing of %(number)s: %(reason)s")
)
REQUEST_EXPIRED = Action(
    "signing.request_expired", gettext_lazy("ended the signing of %(number)s: time was up")
)
REQUEST_SUPERSEDED = Action(
    "signing.request_superseded",
    gettext_lazy("ended the signing of %(number)s: a newer version has taken its place"),
)


@transaction.atomic
def cancel_request(
    *, request: SignatureRequest, actor: User, at: datetime, reason: str
) -> SignatureRequest:
    """Take a request back; its links close and those who were asked are told.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        IllegalMove: it has ended; somebody was faster. A draft is thrown away instead.
    """
    request = SignatureRequest.objects.locked(request.pk)
    if not may_send_for_signature(actor, request.project):
        raise NotAllowed
    end_request(
        request=request, state=RequestState.CANCELLED, action=REQUEST_CANCELLED,
        actor=actor, at=at, reason=reason,
    )  # fmt: skip
    return request


def supersede_requests(*, version: DocumentVersion, at: datetime) -> int:
    """End the requests for earlier versions of the same document; how many."""
    return _end_all(
        earlier_requests(version).running(), RequestState.SUPERSEDED, REQUEST_SUPERSEDED, at=at
    )


def earlier_requests(version: DocumentVersion) -> QuerySet[SignatureRequest]:
    """Return the requests for versions of the same document before this one."""
    return SignatureRequest.objects.filter(
        version__kind=version.kind,
        version__content_type=version.content_type_id,
        version__object_id=version.object_id,
        version__version__lt=version.version,
    )


def end_overdue(*, now: datetime) -> int:
    """End requests whose time is up or whose version is no longer the current one; how many."""
    running = SignatureRequest.objects.running()
    late = running.filter(expires_at__lte=now)
    replaced = running.filter(~Q(version__status=DocumentVersion.Status.ACTIVE), expires_at__gt=now)
    return _end_all(late, RequestState.EXPIRED, REQUEST_EXPIRED, at=now, is_late=True) + _end_all(
        replaced, RequestState.SUPERSEDED, REQUEST_SUPERSEDED, at=now
    )


def _end_all(
    requests: QuerySet[SignatureRequest],
    state: RequestState,
    action: Action,
    *,
    at: datetime,
    is_late: bool = False,
) -> int:
    ended = 0
    for pk in list(requests.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            request = SignatureRequest.objects.locked(pk)
            # Its deadline may have been moved since it was found to be late.
            if request.is_running and not (is_late and request.expires_at > at):
                end_request(request=request, state=state, action=action, actor=None, at=at)
                ended += 1
    return ended


def end_request(
    *,
    request: SignatureRequest,
    state: RequestState,
    action: Action,
    actor: User | None,
    at: datetime,
    reason: str = "",
    actor_name: str = "",
) -> None:
    """Move a locked request to one of its ends and close the links that nobody needs now.

    Everybody who was asked, and who reads along, is told the reason; the document's kind
    hears of it (``DocumentKind.on_ended``), so that nothing waits for signatures for ever.

    Raises:
        IllegalMove: it has ended already, or was never sent.
        Whatever the ``on_ended`` of the document's kind raises; then nothing has happened.
    """
    check_move(REQUEST_MOVES, source=RequestState(request.state), target=state)
    request.state, request.state_reason = state, reason[:1000]
    request.save(update_fields=["state", "state_reason"])
    if hook := request.version.document_kind.on_ended:
        hook(request.version, state, at)
    note(action=action, request=request, actor=actor, at=at, reason=reason, actor_name=actor_name)
    told = request.signers.exclude(state=SignerState.REPLACED).exclude(link=None)
    for signer in told.select_related("link").order_by("order", "pk"):
        if signer.is_on_turn or not signer.decides:
            revoke(link=signer.link, actor=None, at=at)
        if signer.state != SignerState.DECLINED:
            notify(
                to=signer.email,
                to_name=signer.name,
                subject=(
                    _("“%(title)s” is no longer to be confirmed")
                    if request.version.document_kind.to_confirm
                    else _("“%(title)s” is no longer to be signed")
                )
                % {"title": request.version.title},
                template="email/signing/request_ended.txt",
                context={
                    "request": request,
                    "reason": reason,
                    "who": actor_name if state == RequestState.DECLINED else "",
                    "is_late": state == RequestState.EXPIRED,
                    "has_signed": signer.state == SignerState.SIGNED,
                },
                dedupe_key=f"request-ended:{signer.pk}",
                project_id=request.project_id,
                at=at,
            )
    if actor is None and state == RequestState.EXPIRED:
        _tell_sender(request, at=at)


def _tell_sender(request: SignatureRequest, *, at: datetime) -> None:
    user = request.created_by
    missing = request.signers.filter(decided_at=None).order_by("order", "pk")
    notify(
        to=user.email,
        user=user,
        subject=(
            _("Time is up: “%(title)s” was not confirmed")
            if request.version.document_kind.to_confirm
            else _("Time is up: “%(title)s” was not signed")
        )
        % {"title": request.version.title},
        template="email/signing/request_expired.txt",
        context={
            "title": request.version.title,
            "to_confirm": request.version.document_kind.to_confirm,
            "names": ", ".join(signer.name for signer in missing if signer.decides),
        },
        url=request.get_absolute_url(),
        dedupe_key=f"request-expired:{request.pk}",
        project_id=request.project_id,
        at=at,
    )
