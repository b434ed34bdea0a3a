"""Somebody who is asked hands over to another person; both stay on record."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact
from implportal.signing.domain.inviting import invite, note
from implportal.signing.domain.links import lock_signer_of, revoke
from implportal.signing.domain.requests import check_running_request
from implportal.signing.domain.signing import check_verified
from implportal.signing.domain.turns import check_turn
from implportal.signing.models import (
    SIGNER_MOVES,
    SharedLink,
    SignatureRequest,
    Signer,
    SignerState,
)
from implportal.signing.permissions import may_send_for_signature

MOST_DELEGATIONS = 3
"""How often one place in a request may be handed on; the fourth person would hardly know why."""

SIGNER_DELEGATED = Action(
    "signing.signer_delegated",
    gettext_lazy("put %(name)s in the place of %(before)s for signing %(number)s: %(reason)s"),
)


class DelegationRefused(DomainError):
    """The sender does not want it, or it was handed on too often."""


class WrongDelegate(DomainError):
    """To oneself, to somebody who is in the request already, or to no usable address."""


class DelegationReasonMissing(DomainError):
    """Who hands over says why."""


@transaction.atomic
def delegate_by_link(
    *, link: SharedLink, session: str, name: str, email: str, reason: str, at: datetime
) -> Signer:
    """Let the person behind ``link`` hand over to somebody else; returns the new signer.

    The link closes, the new person gets one of their own with the same part and order, and
    the sender is told. Where signing asks for a one-time code, so does this: else whoever
    gets hold of a link could make a signer of themselves.

    Raises:
        NotYourTurn, LinkIsGone, Overtaken, ProjectNotRunning: see ``turns.check_turn``.
        CodeMissing: the e-mail address is not verified in this browser.
        DelegationRefused, WrongDelegate, DelegationReasonMissing.
    """
    signer = lock_signer_of(link)
    request = check_turn(signer, link=link, at=at)
    if not request.may_delegate:
        raise DelegationRefused(
            _("The sender asks you in person. Please talk to them if somebody else should sign.")
        )
    check_verified(signer, link=link, session=session, at=at)
    return _hand_over(
        signer, request, name=name, email=email, reason=reason, at=at, actor_name=signer.name
    )


@transaction.atomic
def delegate_for(
    *, signer: Signer, name: str, email: str, reason: str, actor: User, at: datetime
) -> Signer:
    """Put somebody else in the place of a signer who can not, e.g. is away; returns who.

    Also for people who are not asked yet; the new one then waits for the same turn.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning.
        IllegalMove: the request is over, or this person has decided.
        DelegationRefused: it was handed on too often.
        WrongDelegate, DelegationReasonMissing.
    """
    request = SignatureRequest.objects.locked(signer.request_id)
    signer = Signer.objects.select_for_update(of=("self",)).get(pk=signer.pk)
    if not may_send_for_signature(actor, request.project):
        raise NotAllowed
    check_running(request.project)
    check_running_request(request, at=at)
    return _hand_over(signer, request, name=name, email=email, reason=reason, at=at, actor=actor)


def delegations_before(signer: Signer) -> int:
    """Return how often this place was handed on already; one query for each time."""
    count = 0
    while signer.delegated_from_id is not None:
        count, signer = count + 1, signer.delegated_from
    return count


def _hand_over(
    signer: Signer,
    request: SignatureRequest,
    *,
    name: str,
    email: str,
    reason: str,
    at: datetime,
    actor: User | None = None,
    actor_name: str = "",
) -> Signer:
    check_move(SIGNER_MOVES, source=SignerState(signer.state), target=SignerState.REPLACED)
    if not signer.decides:
        raise DelegationRefused(_("Who only reads along has nothing to hand over."))
    if delegations_before(signer) >= MOST_DELEGATIONS:
        raise DelegationRefused(
            _("This was handed on %(count)s times already. Please talk to the sender.")
            % {"count": MOST_DELEGATIONS}
        )
    name, email, reason = _line(name, 200), _line(email, 254), _said(reason)
    _check_delegate(request, signer, name=name, email=email)
    was_asked, state = signer.is_on_turn, signer.state
    signer.state, signer.decided_at = SignerState.REPLACED, at
    signer.save(update_fields=["state", "decided_at"])
    contacts = Contact.objects.filter(customer=request.project.customer_id, email__iexact=email)
    other = Signer.objects.create(
        request=request,
        order=signer.order,
        role=signer.role,
        contact=contacts.order_by("pk").first(),
        name=name,
        email=email,
        delegated_from=signer,
        delegation_reason=reason,
    )
    note(
        action=SIGNER_DELEGATED, request=request, actor=actor, actor_name=actor_name, at=at,
        before=signer.name, name=name, email=email, reason=reason, state=str(state),
    )  # fmt: skip
    if signer.link is not None:
        revoke(link=signer.link, actor=None, at=at)
    if was_asked:
        invite(other, request, at=at)
    _tell(signer, other, request, actor=actor, at=at, was_asked=was_asked)
    return other


def _check_delegate(request: SignatureRequest, signer: Signer, *, name: str, email: str) -> None:
    if not name:
        raise WrongDelegate(_("Say who signs instead."))
    try:
        validate_email(email)
    except ValidationError as error:
        raise WrongDelegate(_("Check the e-mail address.")) from error
    if email.casefold() == signer.email.casefold():
        raise WrongDelegate(_("This is the same address. Name somebody else."))
    if request.signers.filter(email__iexact=email).exists():
        raise WrongDelegate(_("This person has a part in this document already. Name another."))


def _tell(
    signer: Signer,
    other: Signer,
    request: SignatureRequest,
    *,
    actor: User | None,
    at: datetime,
    was_asked: bool,
) -> None:
    """The sender hears of it, and the person whose place it was: it may not have been them."""
    title, sender = request.version.title, request.created_by
    context = {"title": title, "signer": signer, "other": other, "by": actor}
    subject = _("%(name)s takes the place of %(before)s: “%(title)s”") % {
        "name": other.name,
        "before": signer.name,
        "title": title,
    }
    if sender != actor:
        notify(
            to=sender.email, user=sender, subject=subject,
            template="email/signing/delegated.txt", context=context,
            url=request.get_absolute_url(), dedupe_key=f"delegated:{other.pk}:sender",
            project_id=request.project_id, at=at,
        )  # fmt: skip
    if was_asked:
        notify(
            to=signer.email, to_name=signer.name, subject=subject,
            template="email/signing/handed_over.txt", context=context | {"sender": sender},
            dedupe_key=f"delegated:{other.pk}:signer", project_id=request.project_id, at=at,
        )  # fmt: skip


def _line(text: str, longest: int) -> str:
    return " ".join(text.replace("\x00", "").split())[:longest]


def _said(reason: str) -> str:
    reason = reason.replace("\x00", "").strip()[:1000]
    if not reason:
        raise DelegationReasonMissing(_("Say in a few words why; it stands on record."))
    return reason
