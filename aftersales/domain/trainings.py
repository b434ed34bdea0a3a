from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftersales.models import Attendance, Course, TrainingSession
from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import Guest, plan_meeting
from implportal.meetings.models import Kind
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Contact, Project, Step
from implportal.projects.permissions import may_contribute
from presales.models import Requirement

COURSE_ADDED = Action("aftersales.course_added", gettext_lazy("added the course “%(title)s”"))
COURSE_CHANGED = Action("aftersales.course_changed", gettext_lazy("changed the course “%(title)s”"))
SESSION_PLANNED = Action(
    "aftersales.session_planned",
    gettext_lazy("planned a training “%(title)s” with %(capacity)s places"),
)
TRAINEES_ADDED = Action(
    "aftersales.trainees_added", gettext_lazy("added to the training “%(title)s”: %(names)s")
)
ATTENDANCE_NOTED = Action(
    "aftersales.attendance_noted",
    gettext_lazy("noted who came to the training “%(title)s”: %(came)s of %(people)s"),
)


class NoPlaceLeft(DomainError):
    """More trainees than places."""


class NotOfThisCustomer(DomainError):
    """A trainee who is a contact of somebody else."""


class NotOfThisProject(DomainError):
    """A requirement of another project cannot be taught here."""


class AlreadyThere(DomainError):
    """A second time the same trainee in a session, or the same course in a project."""


class NotBegun(DomainError):
    """Nobody can have come to a training that has not begun."""


@transaction.atomic
def save_course(
    *,
    project: Project,
    title: str,
    topics: str,
    requirements: Iterable[Requirement],
    actor: User,
    at: datetime,
    course: Course | None = None,
) -> Course:
    """Add a course, or change ``course``.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, NotOfThisProject.
        AlreadyThere: another course has the title.
    """
    project = Project.objects.locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    requirements = list(requirements)
    if any(one.project_id != project.pk for one in requirements):
        raise NotOfThisProject(_("A requirement belongs to another project."))
    others = project.courses.filter(title=title).exclude(pk=course.pk if course else None)
    if others.exists():
        raise AlreadyThere(_("This project already has a course of that name."))
    action = COURSE_CHANGED if course else COURSE_ADDED
    course = course or Course(project=project)
    course.title, course.topics = title, topics
    course.save()
    course.requirements.set(requirements)
    if action is COURSE_ADDED:
        update_training_step(project=project, actor=actor, at=at)
    record(action, subject=course, actor=actor, at=at, project=project, details={"title": title})
    return course


@transaction.atomic
def plan_session(
    *,
    course: Course,
    start_at: datetime,
    end_at: datetime,
    place: str,
    capacity: int,
    trainer: User,
    actor: User,
    at: datetime,
) -> TrainingSession:
    """Give a course once: a meeting in the project's calendar, with places for trainees.

    Raises:
        NotAllowed, ProjectNotRunning, EndsTooEarly, OrganiserIsStranger: see ``plan_meeting``.
    """
    project = course.project
    meeting = plan_meeting(
        project=project, kind=Kind.TRAINING, title=course.title, start_at=start_at,
        end_at=end_at, time_zone=project.customer.time_zone, organiser=trainer, actor=actor,
        at=at, place=place, agenda=course.topics,
    )  # fmt: skip
    session = TrainingSession.objects.create(course=course, meeting=meeting, capacity=capacity)
    update_training_step(project=project, actor=actor, at=at)
    record(
        SESSION_PLANNED, subject=session, actor=actor, at=at, project=project,
        details={"title": course.title, "capacity": capacity},
    )  # fmt: skip
    return session


@transaction.atomic
def add_trainees(
    *,
    session: TrainingSession,
    contacts: Iterable[Contact],
    guests: Iterable[Guest],
    actor: User,
    at: datetime,
) -> TrainingSession:
    """Give places to contacts of the customer and to direct users known by name.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning, NotOfThisCustomer.
        AlreadyThere: somebody has a place already.
        NoPlaceLeft: more people than places; nobody is added.
    """
    session = _locked(session, actor=actor)
    project = session.course.project
    contacts = list(contacts)
    people = [
        *(Attendance(session=session, contact=one, name=one.name, email=one.email)
          for one in contacts),
        *(Attendance(session=session, name=one.name, email=one.email) for one in guests),
    ]  # fmt: skip
    for contact in contacts:
        if contact.customer_id != project.customer_id:
            raise NotOfThisCustomer(
                _("%(name)s does not belong to %(customer)s.")
                % {"name": contact.name, "customer": project.customer.name}
            )
    present = set(session.attendances.values_list("name", "email"))
    for one in people:
        if (one.name, one.email) in present:
            raise AlreadyThere(_("%(name)s has a place already.") % {"name": one.name})
        present.add((one.name, one.email))
    left = session.capacity - session.attendances.count()
    if len(people) > left:
        raise NoPlaceLeft(
            ngettext(
                "There is %(left)s place left, but %(people)s people were chosen.",
                "There are %(left)s places left, but %(people)s people were chosen.",
                left,
            )
            % {"left": left, "people": len(people)}
        )
    Attendance.objects.bulk_create(people)
    if people:
        record(
            TRAINEES_ADDED, subject=session, actor=actor, at=at, project=project,
            details={
                "title": session.course.title, "names": ", ".join(one.name for one in people),
            },
        )  # fmt: skip
    return session


@transaction.atomic
def note_attendance(
    *, session: TrainingSession, came: Collection[int], actor: User, at: datetime
) -> TrainingSession:
    """Note who came: ``came`` holds keys of attendances; all others did not.

    Raises:
        NotAllowed: ``actor`` does not work on the project.
        ProjectNotRunning: the project rests or is over.
        NotBegun: it lies in the future.
    """
    session = _locked(session, actor=actor)
    project = session.course.project
    if session.meeting.start_at > at:
        raise NotBegun(_("This training has not begun yet."))
    session.attendances.exclude(pk__in=came).update(came=False, came_at=None)
    session.attendances.filter(pk__in=came).exclude(came=True).update(came=True, came_at=at)
    session.attendance_noted_at = at
    session.save(update_fields=["attendance_noted_at"])
    update_training_step(project=project, actor=actor, at=at)
    record(
        ATTENDANCE_NOTED, subject=session, actor=actor, at=at, project=project,
        details={
            "title": session.course.title,
            "came": session.attendances.filter(came=True).count(),
            "people": session.attendances.count(),
        },
    )  # fmt: skip
    return session


def update_training_step(*, project: Project, actor: User, at: datetime) -> None:
    """Training is done once every course was given to somebody."""
    courses = list(project.courses.order_by("title", "pk"))
    given = set(
        Attendance.objects.filter(session__course__project=project, came=True).values_list(
            "session__course", flat=True
        )
    )
    left = [course for course in courses if course.pk not in given]
    advance_step(
        project=project, key="training", actor=actor, at=at,
        state=Step.State.IN_PROGRESS if left else Step.State.DONE,
        next_step=_("Give the course “%(title)s”") % {"title": left[0].title} if left else "",
    )  # fmt: skip


def _locked(session: TrainingSession, *, actor: User) -> TrainingSession:
    session = TrainingSession.objects.select_related("course__project__customer", "meeting").locked(
        session.pk
    )
    if not may_contribute(actor, session.course.project):
        raise NotAllowed
    check_running(session.course.project)
    return session
