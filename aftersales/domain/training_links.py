"""Trainees without an account: they are invited by a link and say whether they come."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.models import Attendance, Reply, TrainingSession
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.models import State
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.projects.permissions import may_contribute
from implportal.signing.domain.limits import check_answers
from implportal.signing.domain.links import share
from implportal.signing.models import LinkKind, SharedLink

TRAINEES_INVITED = Action(
    "aftersales.trainees_invited", gettext_lazy("invited to the training “%(title)s”: %(names)s")
)
TRAINEE_REPLIED = Action(
    "aftersales.trainee_replied",
    gettext_lazy("answered the invitation to the training “%(title)s”: %(reply)s"),
)


class NobodyToInvite(DomainError):
    """Everybody with an address has been invited, or nobody has one."""


class TrainingIsOver(DomainError):
    """The training has begun, or was called off; nobody is invited and no answer counts."""


class ReasonMissing(DomainError):
    """Who cannot come says why, so that another day can be found."""


@transaction.atomic
def invite_trainees(*, session: TrainingSession, actor: User, at: datetime) -> list[SharedLink]:
    """Send a link to every trainee who has an address and no open link yet.

    The link holds until a day after the end.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, TrainingIsOver, NobodyToInvite.
    """
    session = TrainingSession.objects.select_related("course__project", "meeting").locked(
        session.pk
    )
    project, meeting = session.course.project, session.meeting
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    _check_ahead(session, at=at)
    invited = invited_by(session, at=at)
    people = [
        one
        for one in session.attendances.select_related("contact").order_by("name", "pk")
        if one.email and one.pk not in invited
    ]
    if not people:
        raise NobodyToInvite(_("Everybody with an e-mail address is invited already."))
    links = [
        share(
            kind=LinkKind.ATTEND,
            project=project,
            subject=one,
            contact=one.contact,
            name=one.name,
            email=one.email,
            actor=actor,
            at=at,
            valid_days=(meeting.end_at - at).days + 2,
            subject_line=_("Training: %(title)s") % {"title": session.course.title},
            template="email/aftersales/training_invitation.txt",
            context={
                "title": session.course.title,
                "day": date_format(localtime(meeting.start_at, _zone(session)), "l j F Y, H:i"),
                "zone": meeting.time_zone,
                "place": meeting.place,
            },
        )
        for one in people
    ]
    record(
        TRAINEES_INVITED, subject=session, actor=actor, at=at, project=project,
        details={
            "title": session.course.title, "names": ", ".join(one.name for one in people),
        },
    )  # fmt: skip
    return links


@transaction.atomic
def reply_to_invitation(
    *, link: SharedLink, reply: Reply | str, reason: str, at: datetime
) -> Attendance:
    """Note whether the trainee behind ``link`` comes; the trainer hears of who cannot.

    The answer can be changed until the training begins.

    Raises:
        TrainingIsOver: it has begun or was called off.
        TooManyAnswers: they have changed it often enough today.
        ReasonMissing: who cannot come did not say why.
        ProjectNotRunning: the project rests or is over.
    """
    attendance = (
        Attendance.objects.select_for_update(of=("self",))
        .select_related("session__course__project", "session__meeting__organiser")
        .get(pk=link.object_id)
    )
    session = attendance.session
    check_running(session.course.project)
    _check_ahead(session, at=at)
    reply = Reply(reply)
    reason = reason.replace("\x00", "").strip()[:500] if reply == Reply.NOT_COMING else ""
    if reply == Reply.NOT_COMING and not reason:
        raise ReasonMissing(_("Say in a few words why, so that another day can be found."))
    if (attendance.reply, attendance.reply_reason) == (reply, reason):
        return attendance
    check_answers(TRAINEE_REPLIED, subject=session, name=attendance.name, at=at)
    attendance.reply, attendance.reply_reason, attendance.replied_at = reply, reason, at
    attendance.save(update_fields=["reply", "reply_reason", "replied_at"])
    if reply == Reply.NOT_COMING:
        trainer = session.meeting.organiser
        notify(
            to=trainer.email,
            user=trainer,
            subject=_("%(name)s cannot come to “%(title)s”")
            % {"name": attendance.name, "title": session.course.title},
            template="email/aftersales/trainee_cannot_come.txt",
            context={"name": attendance.name, "title": session.course.title, "reason": reason},
            url=session.get_absolute_url(),
            dedupe_key=f"trainee-reply:{attendance.pk}:{at.isoformat()}",
            project_id=session.course.project_id,
            at=at,
        )
    record(
        TRAINEE_REPLIED, subject=session, actor=None, actor_name=attendance.name, at=at,
        project=session.course.project,
        details={"title": session.course.title, "reply": str(reply.label)},
    )  # fmt: skip
    return attendance


def invited_by(session: TrainingSession, *, at: datetime) -> set[int]:
    """Return the keys of the attendances that have an open link. One query."""
    return set(
        SharedLink.objects.open_at(at)
        .filter(
            kind=LinkKind.ATTEND,
            content_type__app_label="aftersales",
            content_type__model="attendance",
            object_id__in=session.attendances.values("pk"),
        )
        .values_list("object_id", flat=True)
    )


def is_ahead(session: TrainingSession, *, at: datetime) -> bool:
    return session.meeting.start_at > at and session.meeting.state != State.CANCELLED


def _check_ahead(session: TrainingSession, *, at: datetime) -> None:
    if session.meeting.state == State.CANCELLED:
        raise TrainingIsOver(_("This training was called off."))
    if session.meeting.start_at <= at:
        raise TrainingIsOver(_("This training has begun already."))


def _zone(session: TrainingSession) -> ZoneInfo:
    return ZoneInfo(session.meeting.time_zone)
