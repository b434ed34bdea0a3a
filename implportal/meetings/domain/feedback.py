"""How those who came found the meeting: they say so behind a link, or one of us notes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import announce_move, hold_if_begun, lock_open_meeting
from implportal.meetings.models import RATINGS, Attendee, Feedback, Kind, Meeting
from implportal.meetings.permissions import may_take_minutes
from implportal.projects.domain.projects import check_running
from implportal.signing.domain.limits import check_answers
from implportal.signing.domain.links import share
from implportal.signing.models import LinkKind, SharedLink

VALID_DAYS = 30
WANTED_FOR = frozenset(
    {Kind.INTRODUCTION, Kind.DEMONSTRATION, Kind.EXCHANGE, Kind.INSPECTION, Kind.PROMOTION}
)
"""After these we want to know how it was received."""

FEEDBACK_ASKED = Action(
    "meetings.feedback_asked", gettext_lazy("asked %(names)s how “%(title)s” was")
)
FEEDBACK_NOTED = Action(
    "meetings.feedback_noted",
    gettext_lazy("noted how %(name)s found “%(title)s”: %(rating)s of 5"),
)
FEEDBACK_GIVEN = Action(
    "meetings.feedback_given", gettext_lazy("said how “%(title)s” was: %(rating)s of 5")
)


class NotBegunYet(DomainError):
    """Nobody knows yet how it will be."""


class NobodyToAsk(DomainError):
    """Everybody of the customer with an address has answered or was asked."""


@dataclass(frozen=True)
class Opinion:
    """One person of the customer who came, and what they think of it, if that is known."""

    attendee: Attendee
    feedback: Feedback | None
    is_asked: bool


@transaction.atomic
def note_feedback(
    *, attendee: Attendee, rating: int, note: str, actor: User, at: datetime
) -> Feedback:
    """Note what somebody thought of a meeting, in place of what was noted before.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotBegunYet.
        ValueError: ``rating`` lies outside 1 to 5.
    """
    meeting = lock_open_meeting(attendee.meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    if meeting.start_at > at:
        raise NotBegunYet(_("The meeting has not begun. Note it afterwards."))
    feedback = _keep(attendee, rating=rating, note=note, noted_by=actor, at=at)
    hold_if_begun(meeting, actor=actor, at=at)
    announce_move(meeting, actor=actor, at=at)
    record(
        FEEDBACK_NOTED, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"name": attendee.label, "title": meeting.title, "rating": rating},
    )  # fmt: skip
    return feedback


@transaction.atomic
def give_feedback(*, link: SharedLink, rating: int, note: str, at: datetime) -> Feedback:
    """Keep what the person behind ``link`` thinks; they may change their mind while it is open.

    The same once more is silent.

    Raises:
        TooManyAnswers: they have changed it often enough today.
        ProjectNotRunning, MeetingCalledOff.
        ValueError: ``rating`` lies outside 1 to 5.
    """
    attendee = Attendee.objects.select_related("meeting", "user", "contact").get(pk=link.object_id)
    meeting = lock_open_meeting(attendee.meeting)
    check_running(meeting.project)
    before = Feedback.objects.filter(attendee=attendee, noted_by=None).first()
    if before and (before.rating, before.note) == (rating, note.strip()):
        return before
    check_answers(FEEDBACK_GIVEN, subject=meeting, name=attendee.label, at=at)
    feedback = _keep(attendee, rating=rating, note=note, noted_by=None, at=at)
    announce_move(meeting, actor=None, at=at)
    record(
        FEEDBACK_GIVEN, subject=meeting, actor=None, actor_name=attendee.label, at=at,
        project=meeting.project, details={"title": meeting.title, "rating": rating},
    )  # fmt: skip
    return feedback


@transaction.atomic
def ask_for_feedback(*, meeting: Meeting, actor: User, at: datetime) -> list[Attendee]:
    """Send a link to everybody of the customer who may have come and has not said yet.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, MeetingCalledOff, NotBegunYet, NobodyToAsk.
    """
    meeting = lock_open_meeting(meeting)
    if not may_take_minutes(actor, meeting):
        raise NotAllowed
    check_running(meeting.project)
    if meeting.start_at > at:
        raise NotBegunYet(_("The meeting has not begun. Ask when it is over."))
    people = to_ask(opinions(meeting, at=at))
    if not people:
        raise NobodyToAsk(_("Everybody with an e-mail address has answered or was asked."))
    for one in people:
        share(
            kind=LinkKind.FEEDBACK,
            project=meeting.project,
            subject=one,
            contact=one.contact,
            name=one.label,
            email=one.address,
            actor=actor,
            at=at,
            valid_days=VALID_DAYS,
            subject_line=_("How was it? %(title)s") % {"title": meeting.title},
            template="email/meetings/feedback_asked.txt",
            context={"title": meeting.title},
        )
    record(
        FEEDBACK_ASKED, subject=meeting, actor=actor, at=at, project=meeting.project,
        details={"title": meeting.title, "names": ", ".join(one.label for one in people)},
    )  # fmt: skip
    return people


def opinions(meeting: Meeting, *, at: datetime) -> list[Opinion]:
    """Return the customer's people and guests who came, or may have; two queries."""
    people = (
        meeting.attendees.filter(Q(user=None) & ~Q(came=False))
        .select_related("contact", "feedback__noted_by")
        .order_by("pk")
    )
    asked = set(
        SharedLink.objects.open_at(at)
        .filter(
            kind=LinkKind.FEEDBACK,
            content_type=ContentType.objects.get_for_model(Attendee),
            object_id__in=people.values("pk"),
        )
        .values_list("object_id", flat=True)
    )
    found = []
    for one in people:
        one.user = None  # known, so nobody asks the database
        found.append(Opinion(one, getattr(one, "feedback", None), one.pk in asked))
    return found


def to_ask(found: Iterable[Opinion]) -> list[Attendee]:
    """Return those who can be asked by mail and were not."""
    return [
        one.attendee
        for one in found
        if one.attendee.address and not one.is_asked and one.feedback is None
    ]


def _keep(
    attendee: Attendee, *, rating: int, note: str, noted_by: User | None, at: datetime
) -> Feedback:
    if rating not in RATINGS:
        raise ValueError(rating)
    values = {"rating": rating, "note": note.strip(), "noted_by": noted_by, "given_at": at}
    return Feedback.objects.update_or_create(attendee=attendee, defaults=values)[0]
