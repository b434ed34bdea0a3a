from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact, Project
from implportal.signing.models import LinkKind, SharedLink, SignatureRequest, Signer, SignerState
from implportal.signing.permissions import may_send_for_signature, may_share

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""What ``secrets.token_urlsafe(32)`` gives; anything else was never a token of ours."""

MAIL_KEY = "link:"
"""Begins the key of the mail of a link; its public id follows."""

LINK_SENT = Action(
    "signing.link_sent",
    gettext_lazy("sent %(name)s a link (%(kind)s; it stays open until %(until)s)"),
)
LINK_SENT_AGAIN = Action(
    "signing.link_sent_again",
    gettext_lazy(
        "sent %(name)s a new link (%(kind)s; it stays open until %(until)s); the old one is closed"
    ),
)
LINK_COPIED = Action(
    "signing.link_copied",
    gettext_lazy(
        "copied a new link for %(name)s by hand (%(kind)s; it stays open until %(until)s); "
        "the old one is closed"
    ),
)
LINK_READDRESSED = Action(
    "signing.link_readdressed",
    gettext_lazy("changed the address of %(name)s from %(old)s to %(new)s"),
)
LINK_REVOKED = Action("signing.link_revoked", gettext_lazy("closed the link of %(name)s"))
LINK_OPENED = Action("signing.link_opened", gettext_lazy("opened the page (%(kind)s)"))


class LinkIsGone(DomainError):
    """The link has expired, was taken back or was replaced by a newer one."""


class ContactOfOthers(DomainError):
    """The contact belongs to another customer."""


class AddressMissing(DomainError):
    """There is no e-mail address to send the link to."""


class AddressTaken(DomainError):
    """Somebody else who signs the same has that address; codes would reach the wrong person."""


@transaction.atomic
def share(
    *,
    kind: LinkKind | str,
    project: Project,
    subject: models.Model,
    actor: User | None,
    at: datetime,
    valid_days: int,
    subject_line: str,
    contact: Contact | None = None,
    name: str = "",
    email: str = "",
    template: str = "email/signing/shared_link.txt",
    context: Mapping[str, Any] | None = None,
    sent_by: User | None = None,
    chain: str | None = None,
) -> SharedLink:
    """Give one person a link to ``subject``; its token leaves by mail and is kept nowhere.

    The person is ``contact``, or ``name`` and ``email``. The mail is made from
    ``template`` with ``context`` (plain values, for it is kept to send the link again) and
    ``link``, ``sender_name``, ``sender_email``, ``sender_phone``, ``until``, ``what`` and
    ``project``. ``actor`` is None when the portal itself sends, e.g. to the next signer;
    ``sent_by`` then says in whose name. ``chain`` puts it on another record than the project's.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: the project rests or is over.
        ContactOfOthers: the contact is not one of this customer.
        AddressMissing: nobody to send it to.
    """
    if actor is not None and not may_share(actor, project):
        raise NotAllowed
    check_running(project)
    if contact is not None and contact.customer_id != project.customer_id:
        raise ContactOfOthers(_("This person belongs to another customer."))
    email = email or (contact.email if contact else "")
    if not email:
        raise AddressMissing(_("Say to which e-mail address the link should go."))
    link, token = _mint(
        kind=LinkKind(kind),
        project=project,
        subject=subject,
        contact=contact,
        name=name or (contact.name if contact else email),
        email=email,
        sent_by=actor or sent_by,
        sent_at=at,
        valid_days=valid_days,
        mail={
            "subject": str(subject_line),
            "template": template,
            "context": _plain(context or {}),
        },
    )
    _mail(link, token, at=at)
    _record(LINK_SENT, link, actor=actor, at=at, chain=chain)
    return link


@transaction.atomic
def send_again(
    *, link: SharedLink, actor: User | None, at: datetime, template: str = ""
) -> SharedLink:
    """Send a new link to the same thing and close the old one; a token is never sent twice.

    A signer's part moves to the new link, also from one that was taken back. A signer
    locked out by wrong codes may try again when a person of ours (``actor``) sends it, and
    it then goes to the address that the contact has now. ``template`` replaces the text of
    the first mail, e.g. by a reminder.

    Raises:
        NotAllowed, ProjectNotRunning.
        LinkIsGone: it was taken back or sent again already.
        AddressTaken: another signer has the contact's new address.
    """
    new, token = _replace(link, actor=actor, at=at, template=template, copied_by_hand=False)
    _mail(new, token, at=at)
    _record(LINK_SENT_AGAIN, new, actor=actor, at=at, chain=_chain(new))
    return new


@transaction.atomic
def copy_by_hand(*, link: SharedLink, actor: User, at: datetime) -> tuple[SharedLink, str]:
    """Make a new link to the same thing for ``actor`` to pass on; the link and its address.

    The address is returned this once and kept nowhere; the old link is closed. Whoever
    signs through it must enter a one-time code, for somebody of ours had it in hand.

    Raises:
        NotAllowed, ProjectNotRunning, LinkIsGone, AddressTaken: as when sending again.
    """
    new, token = _replace(link, actor=actor, at=at, copied_by_hand=True)
    _record(LINK_COPIED, new, actor=actor, at=at, chain=_chain(new))
    return new, _address(token)


def _replace(
    link: SharedLink,
    *,
    actor: User | None,
    at: datetime,
    copied_by_hand: bool,
    template: str = "",
) -> tuple[SharedLink, str]:
    """Put a new link in the place of an old one, under the locks of both; with its token."""
    signer = lock_signer_of(link)
    old = SharedLink.objects.select_related("project", "sent_by", "contact").locked(link.pk)
    _check_allowed(actor, old, signer)
    check_running(old.project)
    is_needed = signer and signer.request.is_running and signer.state != SignerState.REPLACED
    is_over = old.revoked_at is not None and not is_needed
    if is_over or old.replaced_by_id is not None:
        raise LinkIsGone(_("This link was closed or replaced already; look at the page again."))
    if actor is not None and old.contact is not None and old.contact.email:
        _readdress(old, signer, email=old.contact.email, actor=actor, at=at)
    new, token = _mint(
        kind=LinkKind(old.kind),
        project=old.project,
        subject=old.subject,
        contact=old.contact,
        name=old.name,
        email=old.email,
        sent_by=actor or old.sent_by,
        sent_at=at,
        valid_days=old.valid_days,
        mail={**old.mail, "template": template or old.mail["template"]},
        copied_by_hand=copied_by_hand,
    )
    SharedLink.objects.filter(pk=old.pk).update(revoked_at=old.revoked_at or at, replaced_by=new)
    if signer is not None:
        signer.link, signer.verified_session = new, ""
        if actor is not None:
            signer.locked_at, signer.code_tries = None, 0
        signer.save(update_fields=["link", "locked_at", "code_tries", "verified_session", "email"])
    return new, token


def _readdress(
    old: SharedLink, signer: Signer | None, *, email: str, actor: User, at: datetime
) -> None:
    """Let link and signer follow the address that was corrected at the contact.

    What somebody signed keeps the address it was signed under.
    """
    if email == old.email or (signer is not None and signer.state == SignerState.SIGNED):
        return
    if signer is not None:
        if signer.request.signers.filter(email__iexact=email).exclude(pk=signer.pk).exists():
            raise AddressTaken(_("Somebody else who signs this has the address %(email)s.")
                               % {"email": email})  # fmt: skip
        signer.codes.filter(used_at=None, voided_at=None).update(voided_at=at)
        signer.email = email
    record(
        LINK_READDRESSED, subject=old, actor=actor, at=at, project=old.project,
        details={"name": old.name, "old": old.email, "new": email},
        chain=signer and signer.request.chain,
    )  # fmt: skip
    old.email = email


@transaction.atomic
def revoke(*, link: SharedLink, actor: User | None, at: datetime) -> SharedLink:
    """Close a link at once; closing it twice is silent.

    Raises:
        NotAllowed: ``actor`` does not work on the project, or does not run it and the
            link is one for signing.
    """
    signer = lock_signer_of(link)
    link = SharedLink.objects.select_related("project").locked(link.pk)
    _check_allowed(actor, link, signer)
    if link.revoked_at is None:
        link.revoked_at = at
        link.save(update_fields=["revoked_at"])
        _record(LINK_REVOKED, link, actor=actor, at=at, chain=signer and signer.request.chain)
    return link


def note_opened(*, link: SharedLink, at: datetime) -> bool:
    """Note that a browser reported the page as opened; True the first time.

    A mail scanner that runs scripts does the same, so this is no proof that a person
    has seen anything. Costs one query when it is known.
    """
    if link.opened_at is not None:
        return False
    with transaction.atomic():
        signer = lock_signer_of(link)
        if not SharedLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=at):
            return False
        if signer is not None and signer.state == "INVITED" and signer.request.is_running:
            signer.state, signer.viewed_at = "VIEWED", at
            signer.save(update_fields=["state", "viewed_at"])
        _record(LINK_OPENED, link, actor=None, at=at, chain=signer and signer.request.chain)
    link.opened_at = at
    return True


def find_by_token(token: str) -> SharedLink | None:
    """Return the link that ``token`` opens, None if there never was one."""
    if not TOKEN.fullmatch(token):
        return None
    return SharedLink.objects.filter(token_sha256=_digest(token)).first()


def lock_signer_of(link: SharedLink) -> Signer | None:
    """Lock the request and then the signer that ``link`` belongs to, if it belongs to one."""
    found = Signer.objects.filter(link=link).values_list("pk", "request_id").first()
    if found is None:
        return None
    request = SignatureRequest.objects.locked(found[1])
    signer = Signer.objects.select_for_update(of=("self",)).get(pk=found[0])
    signer.request = request
    return signer


def _check_allowed(actor: User | None, link: SharedLink, signer: Signer | None) -> None:
    may = may_share if signer is None else may_send_for_signature
    if actor is not None and not may(actor, link.project):
        raise NotAllowed


def _mint(*, sent_at: datetime, valid_days: int, **fields: Any) -> tuple[SharedLink, str]:
    token = secrets.token_urlsafe(32)
    link = SharedLink.objects.create(
        token_sha256=_digest(token),
        sent_at=sent_at,
        valid_days=valid_days,
        expires_at=sent_at + timedelta(days=valid_days),
        **fields,
    )
    return link, token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(token: str) -> str:
    return settings.BASE_URL + reverse("signing:link_enter", kwargs={"token": token})


def _chain(link: SharedLink) -> str | None:
    """The record of the request that the link belongs to, if it belongs to one."""
    signer = Signer.objects.select_related("request").filter(link=link).first()
    return signer.request.chain if signer else None


def _mail(link: SharedLink, token: str, *, at: datetime) -> None:
    sender = link.sent_by
    link.message = notify(
        to=link.email,
        to_name=link.name,
        subject=link.mail["subject"],
        template=link.mail["template"],
        context={
            "what": str(link.subject),
            "project": link.project,
            "until": link.expires_at,
            "sender_name": sender.name if sender else "",
            "sender_email": sender.email if sender else "",
            "sender_phone": sender.phone if sender else "",
            **link.mail["context"],
        },
        secrets={"link": _address(token)},
        dedupe_key=f"{MAIL_KEY}{link.public_id}",
        project_id=link.project_id,
        at=at,
    )
    link.save(update_fields=["message"])


def _record(
    action: Action, link: SharedLink, *, actor: User | None, at: datetime, chain: str | None
) -> None:
    record(
        action,
        subject=link,
        actor=actor,
        actor_name=link.name if action is LINK_OPENED else "",
        at=at,
        project=link.project,
        details={
            "name": link.name,
            "kind": str(LinkKind(link.kind).label),
            "until": link.expires_at.date().isoformat(),
        },
        chain=chain or None,
    )


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(dict(context), cls=DjangoJSONEncoder))
