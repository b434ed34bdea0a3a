"""A change request with the customer: sent, taken back, declined, signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.changes import (
    check_can_be_done,
    locked_change,
    move_change,
    note_change_step,
    put_on_record,
)
from delivery.domain.changes_apply import carry_out
from delivery.domain.changes_document import latest_request, latest_version
from delivery.models import ChangeRequest
from delivery.models.changes import CHANGE_MOVES, ChangeState
from implportal.accounts.models import User
from implportal.audit.registry import Action
from implportal.documents.domain.versions import withdraw
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_run
from implportal.signing.domain.ending import cancel_request
from implportal.signing.domain.requests import (
    SignerSpec,
    Terms,
    prepare_request,
    request_signatures,
)
from implportal.signing.models import RequestState, SignatureRequest, SignerState
from implportal.signing.models.requests import DECIDING, UNFINISHED

CHANGE_SENT = Action(
    "delivery.change_sent",
    gettext_lazy(
        "sent version %(version)s of the change request %(number)s for signature to %(names)s"
    ),
)
CHANGE_CAME_BACK = Action(
    "delivery.change_came_back",
    gettext_lazy("got the change request %(number)s back unsigned: %(reason)s"),
)
CHANGE_SIGNED = Action(
    "delivery.change_signed",
    gettext_lazy("had the change request %(number)s signed by everybody"),
)
CHANGE_NOT_APPLIED = Action(
    "delivery.change_not_applied",
    gettext_lazy("could not carry out the change request %(number)s: %(reason)s"),
    tells_money=True,
)
CHANGE_WITHDRAWN = Action(
    "delivery.change_withdrawn", gettext_lazy("withdrew the change request %(number)s: %(reason)s")
)
CHANGE_DECLINED = Action(
    "delivery.change_declined",
    gettext_lazy("noted that the customer does not want %(number)s: %(reason)s"),
)


class NotOutForSignature(DomainError):
    """There is nothing to take back from signing."""


@transaction.atomic
def send_change(
    *,
    change: ChangeRequest,
    signers: Sequence[SignerSpec],
    terms: Terms,
    actor: User,
    at: datetime,
) -> SignatureRequest:
    """Ask the customer to sign the version that was approved.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning, IllegalMove.
        CannotBeDone: what it touches has changed since it was approved.
        NotReadyToSign, NobodyToSign, AskedTwice, ContactOfOthers, DeadlineTooEarly: see
            ``request_signatures``.
    """
    version = _version_to_sign(change, actor=actor)
    return request_signatures(version=version, signers=signers, terms=terms, actor=actor, at=at)


@transaction.atomic
def prepare_signing(
    *,
    change: ChangeRequest,
    signers: Sequence[SignerSpec],
    terms: Terms,
    actor: User,
    at: datetime,
) -> SignatureRequest:
    """Note whom to ask to sign the version that was approved; sent later.

    Raises:
        NotAllowed, ProjectNotRunning, IllegalMove.
        NobodyToSign, AskedTwice, ContactOfOthers, DeadlineTooEarly, AlreadyAsked.
    """
    version = _version_to_sign(change, actor=actor)
    return prepare_request(version=version, signers=signers, terms=terms, actor=actor, at=at)


def note_sent(version: DocumentVersion, actor: User, at: datetime) -> None:
    """People are asked to sign: from now on the change is with the customer.

    Runs in the transaction that sends the request, wherever it was prepared
    (``DocumentKind.on_sent``).

    Raises:
        IllegalMove: it is not approved (any more).
        CannotBeDone: what it touches has changed since it was approved.
    """
    change = ChangeRequest.objects.select_related("project__customer").locked(version.object_id)
    check_move(CHANGE_MOVES, source=ChangeState(change.state), target=ChangeState.SIGNING)
    check_can_be_done(change)
    signers = latest_request(version).signers.filter(role__in=DECIDING)
    names = ", ".join(signers.order_by("order", "pk").values_list("name", flat=True))
    change.came_back_reason = ""
    move_change(change, ChangeState.SIGNING, at=at, also=["came_back_reason"])
    put_on_record(CHANGE_SENT, change, actor=actor, at=at, version=version.version, names=names)
    note_change_step(project=change.project, actor=actor, at=at, waiting_on=names)


@transaction.atomic
def recall_change(
    *, change: ChangeRequest, reason: str, actor: User, at: datetime
) -> ChangeRequest:
    """Take the change back from signing, whether the request still runs or has ended.

    Raises:
        NotAllowed, ProjectNotRunning, NotOutForSignature.
        IllegalMove: everybody has signed; it is being sealed.
    """
    change = _back_from_signing(change, reason=reason, actor=actor, at=at)
    if change.state != ChangeState.APPROVED:
        raise NotOutForSignature(_("This change request is not out for signature any more."))
    return change


@transaction.atomic
def withdraw_change(
    *, change: ChangeRequest, reason: str, actor: User, at: datetime
) -> ChangeRequest:
    """Give the change up, also while it is out for signature; its versions stay on record.

    Raises:
        NotAllowed, ProjectNotRunning.
        IllegalMove: everybody has signed, or it has ended.
    """
    change = _back_from_signing(change, reason=reason, actor=actor, at=at)
    check_move(CHANGE_MOVES, source=ChangeState(change.state), target=ChangeState.WITHDRAWN)
    version = latest_version(change)
    if version:
        withdraw(version=version, actor=actor, at=at, reason=reason)
    return _close(
        change, ChangeState.WITHDRAWN, CHANGE_WITHDRAWN, reason=reason, actor=actor, at=at
    )


@transaction.atomic
def close_declined_change(
    *, change: ChangeRequest, reason: str, actor: User, at: datetime
) -> ChangeRequest:
    """Note that the customer decided against an approved change; nothing moves.

    Raises:
        NotAllowed, ProjectNotRunning.
        IllegalMove: it is not approved, or out for signature now.
    """
    change = _locked_to_run(change, actor=actor)
    check_move(CHANGE_MOVES, source=ChangeState(change.state), target=ChangeState.DECLINED)
    return _close(change, ChangeState.DECLINED, CHANGE_DECLINED, reason=reason, actor=actor, at=at)


def note_signed(version: DocumentVersion, at: datetime) -> None:
    """Everybody has signed: the change is carried out, or says why it cannot be.

    Runs in the transaction that completes the request (``DocumentKind.on_signed``), which
    holds the project. A signature is never lost for something that stands in the way: then
    nothing moves, the change stays signed and waits for a manager.
    """
    change = locked_change(ChangeRequest(pk=version.object_id, project_id=version.project_id))
    if change.state != ChangeState.SIGNING:
        return
    change.signed_at = at
    move_change(change, ChangeState.SIGNED, at=at, also=["signed_at"])
    put_on_record(CHANGE_SIGNED, change, actor=None, at=at)
    try:
        with transaction.atomic():
            carry_out(change, actor=None, at=at)
    except DomainError as refusal:
        change = ChangeRequest.objects.select_related("project").locked(change.pk)
        change.not_applied_reason = str(refusal)[:2000]
        change.save(update_fields=["not_applied_reason"])
        put_on_record(
            CHANGE_NOT_APPLIED, change, actor=None, at=at, reason=change.not_applied_reason
        )
        note_change_step(project=change.project, actor=None, at=at)


def note_ended(version: DocumentVersion, state: RequestState, at: datetime) -> None:
    """Declined, cancelled, expired: the change is with us again, with the reason.

    Runs in the transaction that ends the request (``DocumentKind.on_ended``), which holds
    the request's row. A draft that was thrown away never had it leave us.
    """
    change = ChangeRequest.objects.select_related("project__customer").locked(version.object_id)
    if change.state != ChangeState.SIGNING:
        return
    _come_back(change, reason=_why(version, state), actor=None, at=at)


def _why(version: DocumentVersion, state: RequestState) -> str:
    request = latest_request(version)
    refusals = request.signers.filter(state=SignerState.DECLINED)
    refusal = refusals.order_by("-decided_at", "-pk").first()
    if refusal:
        return f"{refusal.name}: {refusal.decline_reason}"
    return request.state_reason or str(RequestState(state).label)


def _come_back(change: ChangeRequest, *, reason: str, actor: User | None, at: datetime) -> None:
    change.came_back_reason = reason[:2000]
    move_change(change, ChangeState.APPROVED, at=at, also=["came_back_reason"])
    put_on_record(CHANGE_CAME_BACK, change, actor=actor, at=at, reason=reason)
    note_change_step(project=change.project, actor=actor, at=at)


def _back_from_signing(
    change: ChangeRequest, *, reason: str, actor: User, at: datetime
) -> ChangeRequest:
    """Return the locked change, its running request cancelled; others stay as they are.

    Project, request, change: the order in which signing locks them. A request that is
    being sealed is not cancelled any more (IllegalMove).
    """
    project = Project.objects.locked(change.project_id)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    request = latest_request(latest_version(change))
    if request and request.state in UNFINISHED:
        cancel_request(request=request, actor=actor, at=at, reason=reason)
    change = locked_change(change)
    if change.state == ChangeState.SIGNING:
        _come_back(change, reason=reason, actor=actor, at=at)
    return change


def _close(
    change: ChangeRequest, state: ChangeState, action: Action, *, reason: str, actor: User,
    at: datetime,
) -> ChangeRequest:  # fmt: skip
    change.came_back_reason = reason[:2000]
    move_change(change, state, at=at, also=["came_back_reason"])
    put_on_record(action, change, actor=actor, at=at, reason=reason)
    note_change_step(project=change.project, actor=actor, at=at)
    return change


def _version_to_sign(change: ChangeRequest, *, actor: User) -> DocumentVersion:
    change = _locked_to_run(change, actor=actor)
    check_move(CHANGE_MOVES, source=ChangeState(change.state), target=ChangeState.SIGNING)
    return latest_version(change)


def _locked_to_run(change: ChangeRequest, *, actor: User) -> ChangeRequest:
    change = locked_change(change)
    if not may_run(actor, change.project):
        raise NotAllowed
    check_running(change.project)
    return change
