"""The certificate of acceptance: frozen, signed by the customer, sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.domain.acceptances import lock_open, move
from aftersales.models import Acceptance, CommitteeMember, Criterion
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.domain.content import SectionInput, build_content
from implportal.documents.domain.versions import freeze, withdraw
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.events import announce
from implportal.projects.domain.numbers import next_number
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from implportal.projects.permissions import may_run
from implportal.signing.domain.ending import cancel_request
from implportal.signing.domain.requests import (
    SignerSpec,
    Terms,
    discard_draft,
    prepare_request,
    send_request,
)
from implportal.signing.models import RequestState, SignatureRequest
from implportal.signing.models.requests import DECIDING
from presales.domain.requirements import advance_requirements
from presales.models import Requirement

KIND = "aftersales.acceptance"
State = Acceptance.State
Result = Criterion.Result

CERTIFICATE_SENT = Action(
    "aftersales.certificate_sent",
    gettext_lazy("sent the acceptance certificate %(number)s to %(names)s"),
)
CERTIFICATE_SIGNED = Action(
    "aftersales.certificate_signed",
    gettext_lazy("had the acceptance certificate %(number)s signed by everybody"),
)
CERTIFICATE_CAME_BACK = Action(
    "aftersales.certificate_came_back",
    gettext_lazy("got the acceptance certificate %(number)s back: %(reason)s"),
)


class CriteriaUndecided(DomainError):
    """Criteria are open or failed; the message lists them."""


class NobodySigns(DomainError):
    """The committee has no contact of the customer who signs."""


class NothingToAccept(DomainError):
    """There is no criterion."""


def missing_for_certificate(acceptance: Acceptance) -> list[DomainError]:
    """Return what still keeps the certificate from being sent, in plain words."""
    criteria = list(acceptance.criteria.select_related("requirement").order_by("order", "pk"))
    missing: list[DomainError] = []
    if not criteria:
        missing.append(NothingToAccept(_("Add at least one criterion.")))
    for result, words in (
        (Result.FAILED, _("These criteria failed: %(codes)s. Mend and check them again.")),
        (Result.OPEN, _("These criteria are not checked yet: %(codes)s.")),
    ):
        codes = ", ".join(one.code for one in criteria if one.result == result)
        if codes:
            missing.append(CriteriaUndecided(words % {"codes": codes}))
    if not acceptance.committee.filter(signs=True).exists():
        missing.append(NobodySigns(_("Name who signs the certificate for the customer.")))
    return missing


@transaction.atomic
def send_certificate(
    *,
    acceptance: Acceptance,
    actor: User,
    at: datetime,
    signers: Sequence[SignerSpec] = (),
    terms: Terms | None = None,
) -> DocumentVersion:
    """Freeze the certificate; its signers are asked as soon as its PDF is there.

    Without ``signers`` these are the customer's members who sign, all at the same time.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, NotBeingChecked.
        NothingToAccept, CriteriaUndecided, NobodySigns: see ``missing_for_certificate``.
        NobodyToSign, AskedTwice, ContactOfOthers, DeadlineTooEarly: see ``prepare_request``.
    """
    acceptance = lock_open(acceptance)
    project = acceptance.project
    if not may_run(actor, project):
        raise NotAllowed
    for refusal in missing_for_certificate(acceptance):
        raise refusal
    if not acceptance.number:
        number = next_number(series="ACCEPTANCE", year=at.year)
        acceptance.number = f"AC-{at.year}-{number:04d}"
    acceptance.sent_at, acceptance.declined_reason = at, ""
    acceptance.save(update_fields=["number", "sent_at", "declined_reason"])
    move(acceptance, State.SIGNING)
    content = certificate_content(acceptance, at=at)
    version = freeze(
        kind=KIND, subject=acceptance, project=project, number=acceptance.number,
        title=content["title"], content=content, actor=actor, at=at,
    )  # fmt: skip
    signers = signers or [SignerSpec(one.contact) for one in signing_members(acceptance)]
    prepare_request(version=version, signers=signers, terms=terms or Terms(), actor=actor, at=at)
    names = ", ".join(spec.contact.name for spec in signers if spec.role in DECIDING)
    advance_step(
        project=project, key="acceptance", state=Step.State.WAITING, actor=actor, at=at,
        next_step=_("Sign the certificate"), waiting_on=names,
    )  # fmt: skip
    record(
        CERTIFICATE_SENT, subject=acceptance, actor=actor, at=at, project=project,
        details={"number": acceptance.number, "names": names},
    )  # fmt: skip
    return version


def ask_signers(version: DocumentVersion, at: datetime) -> None:
    """Send what was prepared to those who sign, now that the PDF is there.

    Runs in the transaction of the rendering (``DocumentKind.on_rendered``), which must
    not fail for this: where nobody can be asked, the certificate comes back with the reason.
    """
    draft = version.signature_requests.filter(state=RequestState.DRAFT).first()
    if draft:
        # Before the acceptance, as whoever throws the draft away locks them.
        SignatureRequest.objects.locked(draft.pk)
    acceptance = Acceptance.objects.select_related("project").locked(version.object_id)
    is_current = version.status == version.Status.ACTIVE
    if not draft or acceptance.state != State.SIGNING or not is_current:
        return
    try:
        with transaction.atomic():
            send_request(request=draft, actor=version.frozen_by, at=at)
    except (DomainError, NotAllowed) as refusal:
        reason = str(refusal) or _("Whoever sent it may no longer ask for signatures.")
        _take_back(acceptance, reason=reason, actor=None, at=at)
        discard_draft(request=draft, actor=None, at=at)


@transaction.atomic
def recall_certificate(
    *, acceptance: Acceptance, reason: str, actor: User, at: datetime
) -> Acceptance:
    """Take a certificate back that is out for signature, e.g. because its time is up.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning: the project rests or is over.
        IllegalMove: it is not out for signature.
        AlreadySealed: everybody has signed.
    """
    project = Project.objects.get(pk=acceptance.project_id)
    if not may_run(actor, project):
        raise NotAllowed
    check_running(project)
    # Rendering locks the version, then the draft; signing the request, then the version.
    version, request = latest_version(acceptance), latest_request(acceptance)
    if request and request.is_draft:
        DocumentVersion.objects.locked(version.pk)
    request = request and SignatureRequest.objects.locked(request.pk)
    locked = Acceptance.objects.select_related("project").locked(acceptance.pk)
    _take_back(locked, reason=reason, actor=actor, at=at)
    if request and request.is_draft:
        discard_draft(request=request, actor=actor, at=at)
    elif request and request.is_running:
        cancel_request(request=request, actor=actor, at=at, reason=reason)
    if version:
        withdraw(version=version, actor=actor, at=at, reason=reason)
    return locked


def note_signed(version: DocumentVersion, at: datetime) -> None:
    """Everybody has signed: the project is accepted, and with it what passed.

    Runs in the transaction that seals the version (``DocumentKind.on_signed``).
    """
    project = Project.objects.locked(version.project_id)
    acceptance = Acceptance.objects.locked(version.object_id)
    acceptance.project = project
    if acceptance.state != State.SIGNING:
        return
    acceptance.signed_at = at
    move(acceptance, State.SIGNED)
    accepted = list(
        Requirement.objects.filter(
            criteria__acceptance=acceptance, criteria__result=Result.PASSED
        ).order_by("number", "pk")
    )
    # What was never promised in writing is so by being accepted in writing.
    for state in (Requirement.State.PROMISED, Requirement.State.ACCEPTED):
        movable = [
            one
            for one in accepted
            if state == Requirement.State.ACCEPTED or one.state == Requirement.State.OPEN
        ]
        advance_requirements(
            project=project, requirements=movable, state=state, actor=None, at=at,
            actor_name=_("The portal"),
        )  # fmt: skip
    advance_step(
        project=project, key="acceptance", state=Step.State.DONE, actor=None, at=at,
        actor_name=_("The portal"),
    )  # fmt: skip
    record(
        CERTIFICATE_SIGNED, subject=acceptance, actor=None, actor_name=_("The portal"), at=at,
        project=project, details={"number": acceptance.number},
    )  # fmt: skip
    announce(
        project=project, event="ACCEPTANCE_SIGNED", at=at, actor=None,
        reference=acceptance.number,
    )  # fmt: skip


def note_ended(version: DocumentVersion, state: RequestState, at: datetime) -> None:
    """The signing ended without all signatures: the criteria are open again, with the reason.

    Runs in the transaction of the end (``DocumentKind.on_ended``). Who took the certificate
    back has opened the acceptance already, and then nothing is left to do.
    """
    acceptance = Acceptance.objects.select_related("project").locked(version.object_id)
    if acceptance.state != State.SIGNING:
        return
    request = version.signature_requests.filter(state=state).order_by("-sent_at", "-pk").first()
    reason = request.state_reason if request else ""
    reason = reason or {
        RequestState.EXPIRED: _("The time for signing was up."),
        RequestState.SUPERSEDED: _("A newer version has taken its place."),
        RequestState.CANCELLED: _("It was not sent."),
    }.get(state, _("No reason was given."))
    _take_back(acceptance, reason=reason, actor=None, at=at)


def _take_back(acceptance: Acceptance, *, reason: str, actor: User | None, at: datetime) -> None:
    move(acceptance, State.OPEN)
    acceptance.declined_reason = reason[:2000]
    acceptance.save(update_fields=["declined_reason"])
    name = "" if actor else _("The portal")
    advance_step(
        project=acceptance.project, key="acceptance", state=Step.State.IN_PROGRESS, actor=actor,
        at=at, next_step=_("Talk to the customer, then send the certificate again"),
        actor_name=name,
    )  # fmt: skip
    record(
        CERTIFICATE_CAME_BACK, subject=acceptance, actor=actor, actor_name=name, at=at,
        project=acceptance.project, details={"number": acceptance.number, "reason": reason},
    )  # fmt: skip


def signing_members(acceptance: Acceptance) -> QuerySet[CommitteeMember]:
    """Those of the committee who sign, in the order in which they were named."""
    return acceptance.committee.filter(signs=True).select_related("contact").order_by("pk")


def latest_version(acceptance: Acceptance) -> DocumentVersion | None:
    """The newest certificate; None before the first was sent."""
    return (
        DocumentVersion.objects.of(acceptance).filter(kind=KIND).order_by("-version", "-pk").first()
    )


def latest_request(acceptance: Acceptance) -> SignatureRequest | None:
    """How the signing of the newest certificate stands; None while its PDF is made."""
    version = latest_version(acceptance)
    return version and version.signature_requests.order_by("-created_at", "-pk").first()


def certificate_content(acceptance: Acceptance, *, at: datetime) -> dict:
    """What is frozen: the words of the certificate, every criterion, the committee."""
    day = acceptance.held_on or timezone.localdate(at)
    criteria = list(
        acceptance.criteria.select_related("requirement", "checked_by").order_by("order", "pk")
    )
    facts = [(_("Day of the acceptance"), date_format(day, "j F Y"))]
    if acceptance.place:
        facts.append((_("Place"), acceptance.place))
    return build_content(
        project=acceptance.project,
        number=acceptance.number,
        title=_("Certificate of acceptance"),
        subtitle=acceptance.project.title,
        date=day,
        facts=facts,
        sections=[
            SectionInput(
                key="statement",
                title=_("Acceptance"),
                markdown=_statement(acceptance.project, criteria),
            ),
            SectionInput(
                key="criteria",
                title=_("Criteria"),
                markdown=_criteria_table(criteria),
                requirements=[one.requirement.code for one in criteria if one.requirement],
            ),
            SectionInput(
                key="committee", title=_("Committee"), markdown=_committee_table(acceptance)
            ),
        ],
    )


def _statement(project: Project, criteria: list[Criterion]) -> str:
    """The sentence that the signers agree to."""
    waived = sum(one.result == Result.WAIVED for one in criteria)
    words = {
        "customer": project.customer.name,
        "project": f"{project.code} {project.title}",
        "count": len(criteria),
        "passed": len(criteria) - waived,
        "waived": waived,
    }
    statement = (
        _(
            "%(customer)s accepts the result of the project %(project)s. The committee "
            "checked %(count)s criteria: %(passed)s passed, %(waived)s were waived by agreement."
        )
        if waived
        else _(
            "%(customer)s accepts the result of the project %(project)s. The committee "
            "checked %(count)s criteria, and all of them passed."
        )
    )
    return statement % {name: _cell(value) for name, value in words.items()}


def _criteria_table(criteria: list[Criterion]) -> str:
    return _table(
        [_("No."), _("Criterion"), _("Result"), _("Evidence"), _("Checked by")],
        [
            [
                one.code,
                one.text,
                one.get_result_display(),
                one.evidence,
                one.checked_by.name if one.checked_by else "",
            ]
            for one in criteria
        ],
    )


def _committee_table(acceptance: Acceptance) -> str:
    people = acceptance.committee.select_related("user", "contact").order_by("pk")
    return _table(
        [_("Name"), _("Part"), _("Signs")],
        [[one.name, one.get_role_display(), _("yes") if one.signs else ""] for one in people],
    )


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    """Return ``value`` as one line of Markdown that means nothing but itself."""
    text = " ".join(str(value).split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#!|~&" else char for char in text)
