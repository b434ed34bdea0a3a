"""A contact gets another address while their signature is waited for.

Whoever keeps contacts could so lead the next link elsewhere; who asked for the signature is told.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.notifications.domain.outbox import notify
from implportal.projects.models import Contact
from implportal.signing.domain.inviting import note
from implportal.signing.models import SignatureRequest, Signer
from implportal.signing.models.requests import DECIDING, RUNNING, UNDECIDED

ADDRESS_CHANGED = Action(
    "signing.address_changed",
    gettext_lazy(
        "changed the contact %(name)s from %(old)s to %(new)s; links already sent stay as they are"
    ),
)


def note_other_address(contact: Contact, before: str, actor: User, at: datetime) -> None:
    """Put on record, and tell whoever asked, that a signer's contact has another address.

    Links that were sent lead on whoever has them, and so do reminders of the portal itself;
    only the next link that one of us sends goes to the new address.
    """
    waiting = Signer.objects.filter(
        contact=contact,
        role__in=DECIDING,
        state__in=UNDECIDED,
        request__state__in=RUNNING,
        email__iexact=before,
    )
    for pk, request_pk in list(waiting.order_by("request_id").values_list("pk", "request_id")):
        request = SignatureRequest.objects.locked(request_pk)
        signer = Signer.objects.get(pk=pk)
        if request.is_running and signer.is_undecided:
            note(
                action=ADDRESS_CHANGED, request=request, actor=actor, at=at,
                name=signer.name, old=before, new=contact.email,
            )  # fmt: skip
            _tell_sender(signer, request, new=contact.email, actor=actor, at=at)


def _tell_sender(
    signer: Signer, request: SignatureRequest, *, new: str, actor: User, at: datetime
) -> None:
    user = request.created_by
    notify(
        to=user.email,
        user=user,
        subject=_("%(name)s, who is to sign “%(title)s”, has another address now")
        % {"name": signer.name, "title": request.version.title},
        template="email/signing/address_changed.txt",
        context={
            "signer": signer,
            "new": new,
            "by": actor,
            "title": request.version.title,
        },
        url=request.get_absolute_url(),
        dedupe_key=f"address-changed:{signer.pk}:{at.isoformat()}",
        project_id=request.project_id,
        at=at,
    )


def other_address(signer: Signer) -> str:
    """Return where the next link that one of us sends goes, if not where the last one went."""
    contact = signer.contact
    if not signer.is_undecided or contact is None or not contact.email:
        return ""
    return "" if contact.email.casefold() == signer.email.casefold() else contact.email
