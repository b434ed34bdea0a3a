from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import validate_time_zone
from implportal.projects.models import Contact, Project

if TYPE_CHECKING:
    from implportal.accounts.models import User


class Kind(models.TextChoices):
    INTRODUCTION = "INTRODUCTION", _("Company introduction")
    DEMONSTRATION = "DEMONSTRATION", _("Product demonstration")
    EXCHANGE = "EXCHANGE", _("Technical exchange")
    INSPECTION = "INSPECTION", _("Company inspection")
    EXECUTIVE = "EXECUTIVE", _("Executive meeting")
    KICKOFF = "KICKOFF", _("Kick-off conference")
    TRAINING = "TRAINING", _("Training")
    PROMOTION = "PROMOTION", _("Promotion")
    OTHER = "OTHER", _("Other meeting")


class State(models.TextChoices):
    PLANNED = "PLANNED", _("Planned")
    HELD = "HELD", _("Held")
    CANCELLED = "CANCELLED", _("Cancelled")


STATE_MOVES = {State.PLANNED: frozenset({State.HELD, State.CANCELLED})}
"""From -> to. A state without an entry is final."""


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> MeetingQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user))

    def locked(self, pk: int) -> Meeting:
        """Re-read one meeting, holding its row until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Meeting(models.Model):
    """People of both sides at one time, in one place or call. Changes through the domain."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(_("kind"), max_length=13, choices=Kind, default=Kind.OTHER)
    title = models.CharField(_("title"), max_length=160)
    start_at = models.DateTimeField(_("start"))
    end_at = models.DateTimeField(_("end"))
    time_zone = models.CharField(_("time zone"), max_length=40, validators=[validate_time_zone])
    place = models.CharField(_("place"), max_length=200, blank=True)
    call_link = models.URLField(_("call link"), max_length=500, blank=True)
    organiser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="meetings_organised",
        verbose_name=_("organiser"),
    )
    agenda = models.TextField(_("agenda"), blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    minutes_revision = models.PositiveIntegerField(default=0, editable=False)
    """Counts the saves, so that nobody overwrites what they have not seen."""
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PLANNED)
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    """Counts what calendars must hear of; the SEQUENCE of the iCalendar entry."""
    invited_at = models.DateTimeField(_("invitations sent"), null=True)
    """Since then people's calendars are told of every change."""
    minutes_number = models.CharField(_("number of the minutes"), max_length=20, blank=True)
    """Given when the minutes are frozen for the first time."""

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        indexes = [models.Index(fields=["project", "-start_at"], name="meeting_by_project")]
        constraints = [
            models.CheckConstraint(name="meeting_kind_is_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="meeting_state_is_known", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="meeting_ends_after_it_starts", condition=Q(end_at__gt=F("start_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse(
            "meetings:meeting_detail", kwargs={"project_pk": self.project_id, "pk": self.pk}
        )


class Attendee(models.Model):
    """Somebody invited or present: one of us, a contact of the customer, or a guest by name."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendees")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="attendances"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="attendances"
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    invited = models.BooleanField(_("invited"), default=True)
    invited_at = models.DateTimeField(null=True)
    """When the invitation to their calendar went out; None while they have none."""
    came = models.BooleanField(_("came"), null=True)
    """None until somebody has noted it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="attendee_user_is_unique"),
            models.UniqueConstraint(
                fields=["meeting", "contact"], name="attendee_contact_is_unique"
            ),
            models.CheckConstraint(
                name="attendee_is_one_person",
                condition=Q(user__isnull=False, contact=None, name="", email="")
                | Q(user=None, contact__isnull=False, name="", email="")
                | (Q(user=None, contact=None) & ~Q(name="")),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def person(self) -> User | Contact | None:
        """Who it is, unless a guest; read together with ``user`` and ``contact``."""
        return self.user or self.contact

    @property
    def label(self) -> str:
        return self.person.name if self.person else self.name

    @property
    def address(self) -> str:
        return self.person.email if self.person else self.email
