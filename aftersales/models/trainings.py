from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.meetings.models import Meeting
from implportal.projects.models import Contact, Project
from presales.models import Requirement

if TYPE_CHECKING:
    from implportal.accounts.models import User


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: User) -> CourseQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))


class Course(models.Model):
    """What users of this project learn, and which requirements that serves."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="courses")
    title = models.CharField(_("title"), max_length=160)
    topics = models.TextField(_("topics"), blank=True, help_text=_("One in each line."))
    requirements = models.ManyToManyField(
        Requirement, blank=True, related_name="courses", verbose_name=_("requirements")
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "title"],
                name="course_title_is_unique",
                violation_error_message=_("This project already has a course of that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TrainingSessionQuerySet(models.QuerySet["TrainingSession"]):
    def visible_to(self, user: User) -> TrainingSessionQuerySet:
        return self.filter(course__project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> TrainingSession:
        """Re-read one session, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class TrainingSession(models.Model):
    """A course given once. Time, place and trainer (its organiser) are its meeting's."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    meeting = models.OneToOneField(
        Meeting, on_delete=models.PROTECT, related_name="training_session"
    )
    capacity = models.PositiveSmallIntegerField(_("places"))
    attendance_noted_at = models.DateTimeField(null=True)

    objects = TrainingSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("training session")
        constraints = [
            models.CheckConstraint(
                name="training_session_has_places", condition=Q(capacity__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse(
            "aftersales:training_session",
            kwargs={"project_pk": self.meeting.project_id, "pk": self.pk},
        )


class Reply(models.TextChoices):
    COMING = "COMING", _("comes")
    NOT_COMING = "NOT_COMING", _("cannot come")


class Attendance(models.Model):
    """A trainee of a session: a contact, or a direct user known by name."""

    session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="attendances"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="trainings"
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    came = models.BooleanField(_("came"), null=True)
    """None until somebody has noted it."""
    came_at = models.DateTimeField(null=True)
    reply = models.CharField(_("answer"), max_length=10, choices=Reply, blank=True)
    reply_reason = models.CharField(_("why"), max_length=500, blank=True)
    replied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attendance_reply_is_known",
                condition=Q(reply__in=Reply.values, replied_at__isnull=False)
                | Q(reply="", reply_reason="", replied_at=None),
            ),
            models.UniqueConstraint(
                fields=["session", "contact"], name="attendance_contact_is_unique"
            ),
            models.UniqueConstraint(
                fields=["session", "name", "email"], name="attendance_person_is_unique"
            ),
            models.CheckConstraint(
                name="attendance_came_at_a_moment",
                condition=Q(came=True, came_at__isnull=False)
                | ((Q(came=None) | Q(came=False)) & Q(came_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
