"""The minutes as a document: frozen, sent to those who were there, confirmed or objected to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.domain.content import SectionInput, build_content, plain_words, table
from implportal.documents.domain.versions import freeze
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import announce_move, hold_if_begun, lock_open_meeting
from implportal.meetings.domain.outcomes import who_does
from implportal.meetings.domain.parts import parts_of
from implportal.meetings.models import Attendee, Meeting
from implportal.meetings.permissions import may_send_minutes
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.numbers import next_number
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Contact, Project
from implportal.signing.domain.links import share
from implportal.signing.domain.requests import (
    SignerSpec,
    Terms,
    prepare_request,
    send_request,
)
from implportal.signing.models import (
    LinkKind,
    RequestState,
    SignatureRequest,
    Signer,
    SignerRole,
    SignerState,
)

KIND = "meetings.minutes"
PREFIX = "MM"
READ_DAYS = 60

MINUTES_SENT = Action(
    "meetings.minutes_sent",
    gettext_lazy("sent version %(version)s of the minutes of “%(title)s” to %(names)s to confirm"),
)
MINUTES_CONFIRMED = Action(
    "meetings.minutes_confirmed",
    gettext_lazy("has version %(version)s of the minutes of “%(title)s” confirmed by everybody"),
)
MINUTES_OBJECTED = Action(
    "meetings.minutes_objected",
    gettext_lazy(
        "learned that %(name)s objects to version %(version)s of the minutes of “%(title)s”: "
        "%(reason)s"
    ),
)


class NotBegunYet(DomainError):
    """Minutes are sent of what has taken place."""


class NothingToSend(DomainError):
    """There are neither minutes nor decisions nor action items."""


class NobodyToConfirm(DomainError):
    """Minutes are confirmed by somebody of the customer who is on the list of people."""


class BeingSealed(DomainError):
    """Everybody has confirmed the version before, and its seal is not on yet."""


@transaction.atomic
def send_minutes(
    *,
    meeting: Meeting,
    confirmers: Sequence[Contact],
    readers: Sequence[Contact] = (),
    valid_days: int,
    actor: User,
    at: datetime,
    message: str = "",
) -> DocumentVersion:
    """Freeze the minutes and ask ``confirmers``, all at once, to confirm that version.

    The links leave as soon as the PDF is there. ``readers``, and guests who came and have
    an address, get it to read. A request for an earlier version ends as superseded.

    Raises:
        NotAllowed: ``actor`` does not run the project.
        ProjectNotRunning, MeetingCalledOff.
        NotBegunYet, NothingToSend, NobodyToConfirm, BeingSealed.
    """
    Project.objects.locked(meeting.project_id)  # numbers and freezes queue up there anyway
    meeting = lock_open_meeting(meeting)
    if not may_send_minutes(actor, meeting.project):
        raise NotAllowed
    check_running(meeting.project)
    _check(meeting, confirmers=confirmers, readers=readers, at=at)
    hold_if_begun(meeting, actor=actor, at=at)
    if not meeting.minutes_number:
        year = at.year
        meeting.minutes_number = f"{PREFIX}-{year}-{next_number(series='MINUTES', year=year):04d}"
        meeting.save(update_fields=["minutes_number"])
    content = minutes_content(meeting)
    version = freeze(
        kind=KIND,
        subject=meeting,
        project=meeting.project,
        number=meeting.minutes_number,
        title=content["title"],
        content=content,
        actor=actor,
        at=at,
    )
    prepare_request(
        version=version,
        signers=[
            *[SignerSpec(contact, SignerRole.SIGNER) for contact in confirmers],
            *[SignerSpec(contact, SignerRole.VIEWER) for contact in readers],
        ],
        terms=Terms(valid_days=valid_days, message=message, may_delegate=False),
        actor=actor,
        at=at,
    )
    names = ", ".join(contact.name for contact in confirmers)
    _record(MINUTES_SENT, meeting, version, actor=actor, at=at, names=names)
    announce_move(meeting, actor=actor, at=at)
    return version


def _check(
    meeting: Meeting, *, confirmers: Sequence[Contact], readers: Sequence[Contact], at: datetime
) -> None:
    if meeting.start_at > at:
        raise NotBegunYet(_("The meeting has not begun. Send the minutes when it is over."))
    if not (
        meeting.minutes
        or meeting.decisions.exists()
        or meeting.actions.exists()
        or any(part.text.strip() for part in parts_of(meeting))
    ):
        raise NothingToSend(_("Write the minutes first; there is nothing to confirm yet."))
    invited = set(meeting.attendees.exclude(contact=None).values_list("contact_id", flat=True))
    asked = {contact.pk for contact in (*confirmers, *readers)}
    if not confirmers or asked - invited:
        raise NobodyToConfirm(
            _("Choose those of the customer's people on the list of this meeting who confirm.")
        )
    if SignatureRequest.objects.filter(
        version__in=DocumentVersion.objects.of(meeting).filter(kind=KIND),
        state__in=[RequestState.SEALING, RequestState.SEAL_FAILED],
    ).exists():
        raise BeingSealed(
            _("Everybody has confirmed the version before; it is being sealed. Wait for that.")
        )


def send_when_ready(version: DocumentVersion, at: datetime) -> None:
    """Send what was prepared, now that the PDF is there (``DocumentKind.on_rendered``).

    What keeps it from being sent is told to the sender; the draft stays.
    """
    sender = version.frozen_by
    draft = version.signature_requests.filter(state=RequestState.DRAFT).first()
    if draft is None or sender is None:
        return
    meeting = Meeting.objects.select_related("project").get(pk=version.object_id)
    try:
        with transaction.atomic():
            send_request(request=draft, actor=sender, at=at)
            _tell_the_others(meeting, version, sender=sender, at=at)
            announce_move(meeting, actor=sender, at=at)
    except (DomainError, NotAllowed) as error:
        notify(
            to=sender.email,
            user=sender,
            subject=_("The minutes of “%(title)s” were not sent") % {"title": meeting.title},
            template="email/meetings/minutes_not_sent.txt",
            context={"title": meeting.title, "reason": str(error)},
            url=meeting.get_absolute_url(),
            dedupe_key=f"minutes-not-sent:{version.pk}",
            project_id=meeting.project_id,
            at=at,
        )


def _tell_the_others(
    meeting: Meeting, version: DocumentVersion, *, sender: User, at: datetime
) -> None:
    """Our own people read in the portal; guests who came get a link to read."""
    attendees = meeting.attendees.select_related("user").filter(contact=None)
    for attendee in attendees.order_by("pk"):
        if attendee.user and attendee.user != sender and attendee.user.is_active:
            notify(
                to=attendee.user.email,
                user=attendee.user,
                subject=_("Minutes: %(title)s") % {"title": meeting.title},
                template="email/meetings/minutes_sent.txt",
                context={"title": meeting.title, "version": version.version},
                url=meeting.get_absolute_url(),
                attachments=[(version.file_name, version.pdf.name)],
                dedupe_key=f"minutes-sent:{version.pk}:{attendee.user_id}",
                project_id=meeting.project_id,
                at=at,
            )
        elif attendee.email and attendee.came:
            share(
                kind=LinkKind.READ,
                project=meeting.project,
                subject=version,
                name=attendee.name,
                email=attendee.email,
                actor=None,
                sent_by=sender,
                at=at,
                valid_days=READ_DAYS,
                subject_line=_("To read: %(title)s") % {"title": version.title},
            )


def note_confirmed(version: DocumentVersion, at: datetime) -> None:
    """Put on record that everybody has confirmed (``DocumentKind.on_signed``)."""
    meeting = Meeting.objects.select_related("project").get(pk=version.object_id)
    announce_move(meeting, actor=None, at=at)
    _record(MINUTES_CONFIRMED, meeting, version, actor=None, at=at)


def note_ended(version: DocumentVersion, state: RequestState, at: datetime) -> None:
    """Bring an objection back to the writers (``DocumentKind.on_ended``).

    Whoever sent the minutes hears of it anyway; the organiser does, if somebody else. Any
    other end leaves nothing to answer.
    """
    if state != RequestState.DECLINED:
        return
    meeting = Meeting.objects.select_related("project", "organiser").get(pk=version.object_id)
    refusals = Signer.objects.filter(request__version=version, state=SignerState.DECLINED)
    refusal = refusals.order_by("-decided_at", "-pk")[0]
    said = {"name": refusal.name, "reason": refusal.decline_reason}
    announce_move(meeting, actor=None, at=at)
    _record(MINUTES_OBJECTED, meeting, version, actor=None, at=at, **said)
    organiser = meeting.organiser
    if organiser.pk != version.frozen_by_id and organiser.is_active:
        notify(
            to=organiser.email,
            user=organiser,
            subject=_("%(name)s objects to the minutes of “%(title)s”")
            % {"name": refusal.name, "title": meeting.title},
            template="email/meetings/minutes_objected.txt",
            context={"title": meeting.title, **said},
            url=meeting.get_absolute_url(),
            dedupe_key=f"minutes-objected:{refusal.pk}",
            project_id=meeting.project_id,
            at=at,
        )


def minutes_content(meeting: Meeting) -> dict[str, Any]:
    """Make what is frozen: nothing in it depends on when it is frozen, or on what is done since.

    Raises:
        MissingImage: the text shows a picture that the project does not have.
    """
    zone = ZoneInfo(meeting.time_zone)
    start, end = meeting.start_at.astimezone(zone), meeting.end_at.astimezone(zone)
    until = date_format(end, "H:i" if start.date() == end.date() else "j F Y, H:i")
    when = f"{date_format(start, 'j F Y, H:i')} – {until} ({meeting.time_zone})"
    attendees = list(meeting.attendees.select_related("user", "contact").order_by("pk"))
    sections = (
        ("people", _("Who was there"), _people(meeting, attendees)),
        ("agenda", _("Agenda"), meeting.agenda),
        ("minutes", _("Minutes"), meeting.minutes),
        *((part.key, part.title, part.text) for part in parts_of(meeting)),
        ("decisions", _("Decisions"), _decisions(meeting)),
        ("actions", _("Who does what until when"), _actions(meeting)),
    )
    return build_content(
        project=meeting.project,
        number=meeting.minutes_number,
        title=_("Minutes: %(title)s") % {"title": meeting.title},
        subtitle=meeting.get_kind_display(),
        date=start.date(),
        language=meeting.project.customer.language,
        facts=[
            (_("When"), when),
            (_("Where"), ", ".join(filter(None, [meeting.place, meeting.call_link])) or "–"),
            (_("Organiser"), meeting.organiser.name),
        ],
        sections=[
            SectionInput(key=key, title=title, markdown=text)
            for key, title, text in sections
            if text.strip()
        ],
    )


def _people(meeting: Meeting, attendees: Sequence[Attendee]) -> str:
    """Who came, by side, then who was invited and did not; all, as long as nobody has noted it."""
    is_noted = any(one.came is not None for one in attendees)
    came = [one for one in attendees if one.came or not is_noted]
    groups = (
        (meeting.project.customer.name, [one for one in came if one.contact_id]),
        (_("From us"), [one for one in came if one.user_id]),
        (_("Guests"), [one for one in came if not one.person]),
        (_("Invited, but not there"), [one for one in attendees if one not in came]),
    )
    return "\n\n".join(
        f"**{plain_words(label)}**\n\n" + "\n".join(f"- {_person(one)}" for one in people)
        for label, people in groups
        if people
    )


def _person(attendee: Attendee) -> str:
    title = getattr(attendee.person, "title", "")
    return plain_words(f"{attendee.label}, {title}" if title else attendee.label)


def _decisions(meeting: Meeting) -> str:
    decisions = meeting.decisions.order_by("pk")
    return "\n".join(f"{number}. {plain_words(one)}" for number, one in enumerate(decisions, 1))


def _actions(meeting: Meeting) -> str:
    items = list(meeting.actions.select_related("user", "contact").order_by("pk"))
    if not items:
        return ""
    return table(
        (_("What"), _("Who"), _("Until")),
        [
            (item.text, who_does(item), date_format(item.due_on, "j F Y") if item.due_on else "–")
            for item in items
        ],
    )


def _record(
    action: Action,
    meeting: Meeting,
    version: DocumentVersion,
    *,
    actor: User | None,
    at: datetime,
    **details: object,
) -> None:
    record(
        action, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "version": version.version, **details},
    )  # fmt: skip
