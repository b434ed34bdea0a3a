"""What direct users report in the trial run, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.models import UserRequest
from delivery.models.user_requests import USER_REQUEST_MOVES
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.files import sniff
from implportal.kernel.moves import check_move
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.attachments import FileRefused, attach
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Contact, Project, Step
from implportal.projects.permissions import may_contribute
from implportal.projects.registry import Waiting
from implportal.signing.domain.links import share
from implportal.signing.models import LinkKind, SharedLink
from presales.domain.requirements import add_requirement
from presales.models import Requirement

A_DAY = timedelta(days=1)
REQUESTS_PER_DAY = 20
FILE_MAX_BYTES = 10 * 1024 * 1024
FILE_TYPES = frozenset(
    {
        *("image/png", "image/jpeg", "image/gif", "image/webp"),
        *("application/pdf", "text/plain", "application/zip"),
    }
)
"""What a direct user may add, by its first bytes; documents of office programs are ZIP files."""

State = UserRequest.State

REQUESTS_INVITED = Action(
    "delivery.requests_invited", gettext_lazy("asked %(name)s for requests in the trial run")
)
REQUEST_RECEIVED = Action("delivery.user_request_received", gettext_lazy("sent %(code)s: %(text)s"))
REQUEST_TRIAGED = Action(
    "delivery.user_request_triaged",
    gettext_lazy("set %(code)s to “%(state)s” (%(kind)s)"),
)
REQUEST_PROMOTED = Action(
    "delivery.user_request_promoted", gettext_lazy("made %(code)s the requirement %(requirement)s")
)


class NothingSaid(DomainError):
    """A request says what happened."""


class TooManyRequests(DomainError):
    """One person sends at most REQUESTS_PER_DAY in 24 hours."""


class AnswerMissing(DomainError):
    """Whoever is told no, or told that it is done, is told why."""


class NotAWish(DomainError):
    """Only a wish becomes a requirement, and once."""


@transaction.atomic
def invite_requests(
    *, project: Project, contact: Contact, valid_days: int, actor: User, at: datetime
) -> SharedLink:
    """Give a contact a link for sending requests in the trial run.

    Raises:
        NotAllowed, ProjectNotRunning, ContactOfOthers, AddressMissing: see ``links.share``.
    """
    link = share(
        kind=LinkKind.REQUEST,
        project=project,
        subject=project,
        contact=contact,
        actor=actor,
        at=at,
        valid_days=valid_days,
        subject_line=_("Your requests about “%(title)s”") % {"title": project.title},
        template="email/delivery/user_request_link.txt",
        context={"title": project.title},
    )
    _advance(project, actor=actor, at=at)
    record(
        REQUESTS_INVITED, subject=project, actor=actor, at=at, project=project,
        details={"name": contact.name},
    )  # fmt: skip
    return link


@transaction.atomic
def send_request(
    *,
    link: SharedLink,
    text: str,
    severity: UserRequest.Severity | str,
    at: datetime,
    file: UploadedFile | None = None,
) -> UserRequest:
    """Take down what the person behind ``link`` reports; it gets the project's next number.

    Requests are counted in the database, by project and address, whichever link or process
    takes them.

    Raises:
        ProjectNotRunning: the project rests or is over.
        NothingSaid, TooManyRequests.
        FileRefused: empty, larger than FILE_MAX_BYTES, or not one of FILE_TYPES.
    """
    project = Project.objects.locked(link.project_id)
    check_running(project)
    text = text.replace("\x00", "").strip()[:5000]
    if not text:
        raise NothingSaid(_("Say in a few words what happened."))
    sent = UserRequest.objects.of_sender(link)
    if sent.filter(sent_at__gt=at - A_DAY).count() >= REQUESTS_PER_DAY:
        raise TooManyRequests(
            _("You have sent %(limit)s requests within a day. Please go on tomorrow, or call us.")
            % {"limit": REQUESTS_PER_DAY}
        )
    if file is not None:
        _check_file(file)
    # The project's row is locked, so no two requests get the same number.
    latest = project.user_requests.aggregate(latest=Max("number"))["latest"] or 0
    request = UserRequest.objects.create(
        project=project,
        number=latest + 1,
        link=link,
        name=link.name,
        email=link.email,
        text=text,
        severity=UserRequest.Severity(severity),
        sent_at=at,
    )
    if file is not None:
        attach(project=project, subject=request, file=file, actor=None, actor_name=link.name, at=at)
    _advance(project, actor=None, actor_name=link.name, at=at)
    record(
        REQUEST_RECEIVED, subject=request, actor=None, actor_name=link.name, at=at,
        project=project, details={"code": request.code, "text": text[:200]},
    )  # fmt: skip
    return request


@transaction.atomic
def triage_request(
    *,
    user_request: UserRequest,
    kind: UserRequest.Kind | str,
    severity: UserRequest.Severity | str,
    state: UserRequest.State | str,
    answer: str,
    actor: User,
    at: datetime,
) -> UserRequest:
    """Say what it is and what becomes of it; the sender is told by mail.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning.
        IllegalMove: it is settled; somebody may have been faster.
        AnswerMissing: no reason for a no, or nothing said about what was done.
    """
    request = _locked(user_request, actor=actor)
    state, answer = State(state), answer.replace("\x00", "").strip()[:5000]
    check_move(USER_REQUEST_MOVES, source=State(request.state), target=state)
    if state != State.ACCEPTED and not answer:
        raise AnswerMissing(_("Write an answer: the sender reads it."))
    _settle(request, kind=kind, state=state, actor=actor, at=at)
    request.severity, request.answer = UserRequest.Severity(severity), answer
    request.save(update_fields=["severity", "answer"])
    _tell_sender(request, at=at)
    _advance(request.project, actor=actor, at=at)
    record(
        REQUEST_TRIAGED, subject=request, actor=actor, at=at, project=request.project,
        details={
            "code": request.code,
            "state": str(state.label),
            "kind": str(UserRequest.Kind(kind).label),
        },
    )  # fmt: skip
    return request


@transaction.atomic
def promote_to_requirement(
    *,
    user_request: UserRequest,
    text: str,
    priority: Requirement.Priority | str,
    actor: User,
    at: datetime,
) -> Requirement:
    """Make a wish a requirement of the project; the sender hears that it is accepted.

    Raises:
        NotAllowed, ProjectNotRunning, EmptyRequirement: see ``add_requirement``.
        NotAWish: it is none, it was not accepted, or it is one already.
    """
    request = _locked(user_request, actor=actor)
    is_wish = request.kind in {"", UserRequest.Kind.WISH}
    if not is_wish or request.requirement_id or request.state not in {State.NEW, State.ACCEPTED}:
        raise NotAWish(_("Only an open wish becomes a requirement, and only once."))
    requirement = add_requirement(
        project=request.project,
        text=text,
        source=Requirement.Source.TRIAL,
        priority=Requirement.Priority(priority),
        actor=actor,
        at=at,
    )
    was_new = request.state == State.NEW
    _settle(request, kind=UserRequest.Kind.WISH, state=State.ACCEPTED, actor=actor, at=at)
    request.requirement = requirement
    request.save(update_fields=["requirement"])
    if was_new:
        _tell_sender(request, at=at)
    _advance(request.project, actor=actor, at=at)
    record(
        REQUEST_PROMOTED, subject=request, actor=actor, at=at, project=request.project,
        details={"code": request.code, "requirement": requirement.code},
    )  # fmt: skip
    return requirement


def requests_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Requests that nobody has looked at, in projects that ``user`` runs. One query."""
    waiting = (
        UserRequest.objects.filter(
            Q(project__implementation_manager=user)
            | Q(project__project_manager=user, project__delivery_granted_at__isnull=False),
            state=State.NEW,
            project__in=Project.objects.running(),
        )
        .select_related("project__customer")
        .order_by("sent_at", "pk")
    )
    for request in waiting:
        yield Waiting(
            text=_("%(code)s of %(name)s is to be looked at")
            % {"code": request.code, "name": request.name},
            project=request.project,
            since=request.sent_at,
            url=request.get_absolute_url(),
            button=_("Look at it"),
            urgency=2 if request.severity == UserRequest.Severity.BLOCKING else 1,
        )


def _locked(user_request: UserRequest, *, actor: User) -> UserRequest:
    request = UserRequest.objects.locked(user_request.pk)
    if not may_contribute(actor, request.project):
        raise NotAllowed
    check_running(request.project)
    return request


def _settle(
    request: UserRequest, *, kind: str, state: UserRequest.State, actor: User, at: datetime
) -> None:
    request.kind, request.state = UserRequest.Kind(kind), state
    request.triaged_by, request.triaged_at = actor, at
    request.save(update_fields=["kind", "state", "triaged_by", "triaged_at"])


def _check_file(file: UploadedFile) -> None:
    if file.size > FILE_MAX_BYTES:
        raise FileRefused(
            _("%(name)s is larger than %(limit)s.")
            % {"name": file.name, "limit": filesizeformat(FILE_MAX_BYTES)}
        )
    head = file.read(4096)
    file.seek(0)
    if head and sniff(head) not in FILE_TYPES:
        raise FileRefused(_("Add a picture, a PDF, a text or an office document."))


def _tell_sender(request: UserRequest, *, at: datetime) -> None:
    notify(
        to=request.email,
        to_name=request.name,
        subject=_("Your request %(code)s: %(state)s")
        % {"code": request.code, "state": request.get_state_display()},
        template="email/delivery/user_request_answered.txt",
        context={"request": request, "project": request.project},
        dedupe_key=f"user-request:{request.pk}:{request.state}",
        project_id=request.project_id,
        at=at,
    )


def _advance(project: Project, *, actor: User | None, at: datetime, actor_name: str = "") -> None:
    """The activity goes on as long as users write; its next step is the oldest new request."""
    oldest = project.user_requests.filter(state=State.NEW).order_by("sent_at", "pk").first()
    advance_step(
        project=project, key="user_requests", state=Step.State.IN_PROGRESS, actor=actor,
        actor_name=actor_name, at=at,
        next_step=_("Look at %(code)s") % {"code": oldest.code} if oldest else "",
    )  # fmt: skip
