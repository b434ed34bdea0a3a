"""More time for those who have yet to sign."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.notifications.domain.outbox import notify
from implportal.signing.domain.inviting import RECEIPT_DAYS, deadline_text, end_of_day, note
from implportal.signing.domain.requests import (
    DeadlineTooEarly,
    check_actor,
    check_running_request,
)
from implportal.signing.models import SignatureRequest, Signer
from implportal.signing.models.requests import TURN

REQUEST_EXTENDED = Action(
    "signing.request_extended",
    gettext_lazy("gave time to sign %(number)s until %(until)s, no longer until %(before)s"),
)


@transaction.atomic
def extend_request(
    *, request: SignatureRequest, deadline: date, actor: User, at: datetime
) -> SignatureRequest:
    """Give more time; links that people have stay good for it, and who is on turn is told.

    Raises:
        NotAllowed, ProjectNotRunning.
        IllegalMove: it has ended; an end is never undone.
        DeadlineTooEarly: ``deadline`` is not later than the one before.
    """
    request = SignatureRequest.objects.locked(request.pk)
    check_actor(actor, request.project)
    check_running_request(request, at=at)
    expires_at = end_of_day(deadline, request.project)
    if expires_at <= request.expires_at:
        raise DeadlineTooEarly(
            _("They have time until %(day)s already. Choose a later day.")
            % {"day": deadline_text(request)}
        )
    before = request.expires_at
    request.expires_at = expires_at
    request.save(update_fields=["expires_at"])
    note(
        action=REQUEST_EXTENDED, request=request, actor=actor, at=at,
        until=deadline.isoformat(), before=before.date().isoformat(),
    )  # fmt: skip
    for signer in request.signers.exclude(link=None).select_related("link").order_by("order", "pk"):
        link = signer.link
        if link.revoked_at is None:
            # A link is good for so long after the deadline, and its reminders name the new one.
            link.expires_at = max(link.expires_at, expires_at + timedelta(days=RECEIPT_DAYS))
            link.valid_days = (link.expires_at - link.sent_at).days
            link.mail["context"]["deadline"] = deadline_text(request)
            link.save(update_fields=["expires_at", "valid_days", "mail"])
        if signer.state in TURN and signer.decides:
            _tell_deadline(signer, request, at=at)
    return request


def _tell_deadline(signer: Signer, request: SignatureRequest, *, at: datetime) -> None:
    title = request.version.title
    notify(
        to=signer.email,
        to_name=signer.name,
        subject=_("More time for “%(title)s”") % {"title": title},
        template="email/signing/deadline_moved.txt",
        context={
            "title": title,
            "version": request.version.version,
            "deadline": deadline_text(request),
            "sender_name": request.created_by.name,
            "sender_email": request.created_by.email,
        },
        dedupe_key=f"deadline:{signer.pk}:{request.expires_at.isoformat()}",
        project_id=request.project_id,
        at=at,
    )
