"""The solution with the customer: sent, discussed, revised, signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.domain.versions import freeze, withdraw
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.projects.domain.events import announce
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Contact, Project, Step
from implportal.projects.permissions import may_run
from implportal.signing.domain.ending import cancel_request
from implportal.signing.domain.links import revoke, share
from implportal.signing.domain.progress import reading_state
from implportal.signing.domain.requests import (
    SignerSpec,
    Terms,
    prepare_request,
    request_signatures,
)
from implportal.signing.models import (
    LinkKind,
    RequestState,
    SharedLink,
    SignatureRequest,
    Signer,
)
from implportal.signing.models.requests import DECIDING, UNFINISHED
from presales.domain.requirements import advance_requirements
from presales.domain.solution_approval import check_approved
from presales.domain.solutions import solution_content
from presales.models import STATE_MOVES, Requirement, Solution

KIND = "presales.solution"
State = Solution.State

SOLUTION_SENT = Action(
    "presales.solution_sent",
    gettext_lazy("sent version %(version)s of the solution %(number)s to %(names)s"),
)
SOLUTION_REVISED = Action(
    "presales.solution_revised", gettext_lazy("began to revise the solution %(number)s")
)
SOLUTION_TO_SIGN = Action(
    "presales.solution_to_sign",
    gettext_lazy("sent version %(version)s of the solution %(number)s for signature to %(names)s"),
)
SIGNING_STOPPED = Action(
    "presales.signing_stopped",
    gettext_lazy("took the solution %(number)s back from signing: %(reason)s"),
)
SOLUTION_SIGNED = Action(
    "presales.solution_signed",
    gettext_lazy("has version %(version)s of the solution %(number)s signed by everybody"),
)
SOLUTION_DECLINED = Action(
    "presales.solution_declined",
    gettext_lazy("learned that version %(version)s of the solution was not signed: %(reason)s"),
)
SOLUTION_WITHDRAWN = Action(
    "presales.solution_withdrawn", gettext_lazy("withdrew the solution %(number)s: %(reason)s")
)


class NothingToSend(DomainError):
    """The solution has no section, so there is nothing to read."""


class NobodyToRead(DomainError):
    """A version is sent to somebody."""


class NotUnderstoodYet(DomainError):
    """Signing opens when every section is understood and no question is open."""


class NotOutForSignature(DomainError):
    """There is nothing to take back from signing."""


@transaction.atomic
def send_for_review(
    *,
    solution: Solution,
    contacts: Sequence[Contact],
    valid_days: int,
    actor: User,
    at: datetime,
    message: str = "",
) -> DocumentVersion:
    """Freeze the solution and offer that version to people at the customer.

    The links leave at once, the PDF follows. Links to earlier versions close, so that
    nobody discusses an old text. ``valid_days`` counts from ``at``.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning: the project rests or is over.
        IllegalMove: it is not being written any more; someone may have been faster.
        NothingToSend, NobodyToRead, MissingImage, ContactOfOthers.
        NotApproved: the project asks for approval, and this text has none.
    """
    # Freezing takes the project; it is held before the closing of links goes on record.
    Project.objects.locked(solution.project_id)
    solution = _locked(solution, actor=actor)
    check_move(STATE_MOVES, source=State(solution.state), target=State.IN_REVIEW)
    if not contacts:
        raise NobodyToRead(_("Choose at least one person who reads it."))
    if not solution.sections.exists():
        raise NothingToSend(_("The solution has no section yet, so there is nothing to read."))
    check_approved(solution)
    project = solution.project
    close_review_links(solution, actor=actor, at=at)
    version = freeze(
        kind=KIND,
        subject=solution,
        project=project,
        number=solution.number,
        title=solution.title,
        content=solution_content(solution, at=at),
        actor=actor,
        at=at,
    )
    subject_line = _("To read: %(title)s") if version.version == 1 else _("Revised: %(title)s")
    for contact in contacts:
        share(
            kind=LinkKind.DISCUSS,
            project=project,
            subject=version,
            contact=contact,
            actor=actor,
            at=at,
            valid_days=valid_days,
            subject_line=subject_line % {"title": solution.title},
            template="email/presales/solution_sent.txt",
            context={
                "title": solution.title,
                "version": version.version,
                "summary": solution.summary,
                "message": message.strip(),
            },
        )
    names = ", ".join(contact.name for contact in contacts)
    solution.declined_reason = ""
    _move(solution, State.IN_REVIEW, at=at)
    _advance(solution, Step.State.WAITING, actor=actor, at=at, waiting_on=names)
    _record(SOLUTION_SENT, solution, actor=actor, at=at, version=version.version, names=names)
    return version


@transaction.atomic
def revise_solution(*, solution: Solution, actor: User, at: datetime) -> Solution:
    """Write on after the customer has read; frozen versions and their links stay.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning, IllegalMove.
    """
    solution = _locked(solution, actor=actor)
    check_move(STATE_MOVES, source=State(solution.state), target=State.DRAFT)
    _move(solution, State.DRAFT, at=at)
    next_step = _("Send the revised solution to the customer")
    _advance(solution, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=next_step)
    _record(SOLUTION_REVISED, solution, actor=actor, at=at)
    return solution


def send_for_signature(
    *, solution: Solution, signers: Sequence[SignerSpec], terms: Terms, actor: User, at: datetime
) -> SignatureRequest:
    """Ask for signatures under the version that the customer has understood.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning, IllegalMove.
        NotUnderstoodYet: a section or a question is still open.
        NotReadyToSign, NobodyToSign, AskedTwice, ContactOfOthers, DeadlineTooEarly: see
            ``request_signatures``.
    """
    version = _version_with_customer(solution, actor=actor)
    _check_understood(version)
    return request_signatures(version=version, signers=signers, terms=terms, actor=actor, at=at)


def prepare_signing(
    *, solution: Solution, signers: Sequence[SignerSpec], terms: Terms, actor: User, at: datetime
) -> SignatureRequest:
    """Note whom to ask to sign the version that the customer has; sent later.

    Raises:
        NotAllowed, ProjectNotRunning, IllegalMove.
        NobodyToSign, AskedTwice, ContactOfOthers, DeadlineTooEarly, AlreadyAsked.
    """
    version = _version_with_customer(solution, actor=actor)
    return prepare_request(version=version, signers=signers, terms=terms, actor=actor, at=at)


def note_to_sign(version: DocumentVersion, actor: User, at: datetime) -> None:
    """A request for signatures is being sent: the solution is out for signature.

    Runs in the transaction that sends it (``DocumentKind.on_sent``).

    Raises:
        ProjectNotRunning, IllegalMove, NotAllowed.
        NotUnderstoodYet: a section or a question is still open.
    """
    solution = _locked(Solution.objects.get(pk=version.object_id), actor=actor)
    check_move(STATE_MOVES, source=State(solution.state), target=State.SIGNING)
    _check_understood(version)
    signers = Signer.objects.filter(
        request__version=version, request__state__in=UNFINISHED, role__in=DECIDING
    )
    names = ", ".join(signers.order_by("order", "pk").values_list("name", flat=True))
    solution.declined_reason = ""
    _move(solution, State.SIGNING, at=at)
    _advance(solution, Step.State.WAITING, actor=actor, at=at, waiting_on=names)
    _record(SOLUTION_TO_SIGN, solution, actor=actor, at=at, version=version.version, names=names)


@transaction.atomic
def stop_signing(*, solution: Solution, reason: str, actor: User, at: datetime) -> Solution:
    """Take the solution back from signing, whether the request still runs or has ended.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning, NotOutForSignature.
        IllegalMove: everybody has signed; it is being sealed.
    """
    # Request, then solution: the order in which signing and its end lock them.
    request = _open_request(solution)
    if request:
        SignatureRequest.objects.locked(request.pk)
    solution = _locked(solution, actor=actor)
    if solution.state != State.SIGNING:
        raise NotOutForSignature(_("The solution is not out for signature any more."))
    _move(solution, State.IN_REVIEW, at=at)
    if request:
        cancel_request(request=request, actor=actor, at=at, reason=reason)
    next_step = _("Revise the solution or send it for signature again")
    _advance(solution, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=next_step)
    _record(SIGNING_STOPPED, solution, actor=actor, at=at, reason=reason)
    return solution


@transaction.atomic
def withdraw_solution(*, solution: Solution, reason: str, actor: User, at: datetime) -> Solution:
    """Give the solution up; its versions stay on record, its links close.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning.
        IllegalMove: it is out for signature (take it back first), or is signed.
    """
    # What sends a version to be signed holds the version before the solution, so this does, too.
    if version := latest_version(solution):
        DocumentVersion.objects.locked(version.pk)
    solution = _locked(solution, actor=actor)
    check_move(STATE_MOVES, source=State(solution.state), target=State.WITHDRAWN)
    close_review_links(solution, actor=actor, at=at)
    version = latest_version(solution)
    if version:
        withdraw(version=version, actor=actor, at=at, reason=reason)
    _move(solution, State.WITHDRAWN, at=at)
    next_step = _("Start another solution")
    _advance(solution, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=next_step)
    _record(SOLUTION_WITHDRAWN, solution, actor=actor, at=at, reason=reason)
    return solution


def note_signed(version: DocumentVersion, at: datetime) -> None:
    """Everybody has signed: what the signed text answers is now promised.

    Runs in the transaction that seals the version (``DocumentKind.on_signed``).
    """
    solution = Solution.objects.locked(version.object_id)
    if solution.state != State.SIGNING:
        return
    project = solution.project
    _move(solution, State.SIGNED, at=at)
    advance_requirements(
        project=project,
        requirements=promised_requirements(version),
        state=Requirement.State.PROMISED,
        actor=None,
        at=at,
    )
    _advance(solution, Step.State.DONE, actor=None, at=at)
    _record(SOLUTION_SIGNED, solution, actor=None, at=at, version=version.version)
    announce(project=project, event="SOLUTION_SIGNED", at=at, actor=None, reference=solution.number)


def note_ended(version: DocumentVersion, state: RequestState, at: datetime) -> None:
    """The signing ended without all signatures: the solution is with us again, with the reason.

    Runs in the transaction of the end (``DocumentKind.on_ended``). Who took the solution
    back has moved it already, and a draft or an earlier version leaves it where it is.
    """
    solution = Solution.objects.locked(version.object_id)
    if solution.state != State.SIGNING or _open_request(solution):
        return
    reason = _why(version, state)
    solution.declined_reason = reason if state == RequestState.DECLINED else ""
    _move(solution, State.IN_REVIEW, at=at)
    next_step = (
        _("Signing was declined: talk to the customer and revise")
        if state == RequestState.DECLINED
        else _("Revise the solution or send it for signature again")
    )
    _advance(solution, Step.State.IN_PROGRESS, actor=None, at=at, next_step=next_step)
    _record(SOLUTION_DECLINED, solution, actor=None, at=at, version=version.version, reason=reason)


def _why(version: DocumentVersion, state: RequestState) -> str:
    ended = version.signature_requests.filter(state=state).order_by("-sent_at", "-pk").first()
    if ended and ended.state_reason:
        return ended.state_reason
    return {
        RequestState.EXPIRED: _("The time for signing was up."),
        RequestState.SUPERSEDED: _("A newer version has taken its place."),
    }.get(state, _("No reason was given."))


def latest_version(solution: Solution) -> DocumentVersion | None:
    """Return the newest frozen version; None before the first. One query."""
    return (
        DocumentVersion.objects.of(solution)
        .filter(kind=KIND)
        .select_related("project")
        .order_by("-version")
        .first()
    )


def promised_requirements(version: DocumentVersion) -> list[Requirement]:
    """Return the requirements that the frozen text of ``version`` answers."""
    codes = {code for section in version.content["sections"] for code in section["requirements"]}
    numbers = [int(code.removeprefix("R-")) for code in codes]
    return list(
        Requirement.objects.filter(project=version.project_id, number__in=numbers).order_by(
            "number", "pk"
        )
    )


def last_readers(solution: Solution) -> list[Contact]:
    """Return the people to whom the newest version was sent."""
    version = latest_version(solution)
    if version is None:
        return []
    return list(
        Contact.objects.filter(
            shared_links__in=SharedLink.objects.to(version).filter(kind=LinkKind.DISCUSS)
        )
        .distinct()
        .order_by("name", "pk")
    )


def close_review_links(solution: Solution, *, actor: User, at: datetime) -> None:
    """Close every link under which a version of ``solution`` is still discussed."""
    links = SharedLink.objects.select_for_update(of=("self",)).filter(
        content_type=ContentType.objects.get_for_model(DocumentVersion),
        object_id__in=DocumentVersion.objects.of(solution).filter(kind=KIND).values("pk"),
        kind=LinkKind.DISCUSS,
        revoked_at=None,
    )
    # All are held before the first goes on record: a reader who opens one waits for that record.
    for link in list(links.order_by("pk")):
        revoke(link=link, actor=actor, at=at)


def _open_request(solution: Solution) -> SignatureRequest | None:
    versions = DocumentVersion.objects.of(solution).filter(kind=KIND)
    return (
        SignatureRequest.objects.filter(version__in=versions, state__in=UNFINISHED)
        .order_by("-pk")
        .first()
    )


def _version_with_customer(solution: Solution, *, actor: User) -> DocumentVersion:
    """Return the version that could be signed; whether all is understood is asked on sending."""
    if not may_run(actor, solution.project):
        raise NotAllowed
    solution = Solution.objects.select_related("project").get(pk=solution.pk)
    check_running(solution.project)
    check_move(STATE_MOVES, source=State(solution.state), target=State.SIGNING)
    version = latest_version(solution)
    assert version is not None  # it was sent, so it was frozen
    return version


def _check_understood(version: DocumentVersion) -> None:
    if not reading_state(version).ready_to_sign:
        raise NotUnderstoodYet(
            _("Signing opens when every section is understood and every question is settled.")
        )


def _locked(solution: Solution, *, actor: User) -> Solution:
    solution = Solution.objects.locked(solution.pk)
    if not may_run(actor, solution.project):
        raise NotAllowed
    check_running(solution.project)
    return solution


def _move(solution: Solution, state: Solution.State, *, at: datetime) -> None:
    solution.state, solution.state_since = state, at
    solution.save(update_fields=["state", "state_since", "declined_reason"])


def _advance(
    solution: Solution, state: Step.State, *, actor: User | None, at: datetime, **said: str
) -> None:
    advance_step(project=solution.project, key="solution", state=state, actor=actor, at=at, **said)


def _record(
    action: Action, solution: Solution, *, actor: User | None, at: datetime, **details: object
) -> None:
    record(
        action,
        subject=solution,
        actor=actor,
        at=at,
        project=solution.project,
        details={"number": solution.number, **details},
    )
