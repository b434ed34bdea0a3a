"""What became of the mail that carries a link or a code: handed to a mail server, or come back."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.notifications.domain.outbox import notify
from implportal.notifications.models import Message
from implportal.signing.domain.codes import CODE_KEY
from implportal.signing.domain.inviting import note
from implportal.signing.domain.links import MAIL_KEY
from implportal.signing.models import OneTimeCode, SharedLink, SignatureRequest, Signer

LINK_DELIVERED = Action(
    "signing.link_delivered", gettext_lazy("handed the mail with the link to a mail server")
)
LINK_UNDELIVERED = Action(
    "signing.link_undelivered",
    gettext_lazy("could not deliver the mail with the link: %(reason)s"),
)
CODE_UNDELIVERED = Action(
    "signing.code_undelivered",
    gettext_lazy("could not deliver the one-time code to %(address)s: %(reason)s"),
)


def note_delivery(message: Message, at: datetime) -> None:
    """Note at a link what became of its mail; who sent it hears of one that came back.

    What happens to the link of a signer goes on the record of the request. That a mail
    server took a mail says nothing about whether it was read. Of codes only those are noted
    that came back: whoever waits for one can neither sign nor know why.
    """
    if message.dedupe_key.startswith(CODE_KEY) and message.status != Message.Status.SENT:
        _note_lost_code(message, at=at)
    if not message.dedupe_key.startswith(MAIL_KEY):
        return
    link = SharedLink.objects.filter(message=message).select_related("project", "sent_by").first()
    if link is None:
        return
    signer = Signer.objects.filter(link=link).select_related("request__version").first()
    if signer is not None:
        # Whatever happens to a request holds it first; its links come after.
        SignatureRequest.objects.locked(signer.request_id)
    if message.status == Message.Status.SENT:
        SharedLink.objects.filter(pk=link.pk).update(delivered_at=at)
        if signer is not None:
            _record(LINK_DELIVERED, link, signer, at=at)
        return
    reason = _reason(message)
    SharedLink.objects.filter(pk=link.pk).update(undelivered_at=at, undelivered_reason=reason)
    if link.sent_by is not None:
        _tell_sender(link, signer, reason=reason, at=at)
    _record(LINK_UNDELIVERED, link, signer, at=at, reason=reason)


def _note_lost_code(message: Message, *, at: datetime) -> None:
    key = message.dedupe_key.removeprefix(CODE_KEY)
    code = OneTimeCode.objects.select_related("signer").filter(pk=key).first()
    if code is None:
        return
    signer, request = code.signer, SignatureRequest.objects.locked(code.signer.request_id)
    note(
        action=CODE_UNDELIVERED, request=request, actor=None, at=at, name=signer.name,
        address=code.sent_to, reason=_reason(message),
    )  # fmt: skip
    user = request.created_by
    notify(
        to=user.email,
        user=user,
        subject=_("%(name)s cannot sign: the code did not arrive") % {"name": signer.name},
        template="email/signing/code_undelivered.txt",
        context={
            "signer": signer,
            "title": request.version.title,
            "reason": _reason(message),
        },
        url=request.get_absolute_url(),
        dedupe_key=f"code-undelivered:{signer.pk}:{at.date()}",
        project_id=request.project_id,
        at=at,
    )


def _reason(message: Message) -> str:
    return message.last_error or str(message.get_status_display())


def _record(
    action: Action, link: SharedLink, signer: Signer | None, *, at: datetime, **details: str
) -> None:
    record(
        action,
        subject=link,
        actor=None,
        at=at,
        project=link.project,
        details={"name": link.name, "email": link.email, **details},
        chain=signer.request.chain if signer else None,
    )


def _tell_sender(link: SharedLink, signer: Signer | None, *, reason: str, at: datetime) -> None:
    user = link.sent_by
    notify(
        to=user.email,
        user=user,
        subject=_("The mail to %(name)s could not be delivered") % {"name": link.name},
        template="email/signing/link_undelivered.txt",
        context={"link": link, "what": str(link.subject), "reason": reason},
        url=signer.request.get_absolute_url()
        if signer
        else reverse("signing:link_list", kwargs={"project_pk": link.project_id}),
        dedupe_key=f"link-undelivered:{link.public_id}",
        project_id=link.project_id,
        at=at,
    )
