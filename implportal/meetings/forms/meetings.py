from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.kernel.forms import DateTimeInput, PageForm
from implportal.meetings.domain.meetings import Guest
from implportal.meetings.domain.people import team_of
from implportal.meetings.models import Kind, Meeting
from implportal.projects.models import Contact, Project

TEXT_LIMIT = 50_000


class WallTimeField(forms.DateTimeField):
    """A time as it is written on the wall where the meeting is; another field has the zone."""

    widget = DateTimeInput

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(ZoneInfo("UTC")):
            moment = super().to_python(value)
        return moment and moment.replace(tzinfo=None)


def read_walls(form: forms.Form, zone: ZoneInfo, *, too_early: str) -> None:
    """Turn ``start_at`` and ``end_at`` of a cleaned form into moments, or say what is wrong."""
    cleaned = form.cleaned_data
    for name in ("start_at", "end_at"):
        if wall := cleaned.get(name):
            cleaned[name] = wall.replace(tzinfo=zone)
            if not _exists(wall, zone):
                form.add_error(name, _("The clocks go forward: there is no such time."))
    start, end = cleaned.get("start_at"), cleaned.get("end_at")
    # Python compares times of one zone as the wall shows them, also while the clocks change.
    if start and end and end.astimezone(UTC) <= start.astimezone(UTC):
        form.add_error("end_at", too_early)


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall ever shows that time."""
    back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) == wall


class TimeAndPlaceForm(PageForm):
    """When and where; times are read in the time zone chosen in the form."""

    start_at = WallTimeField(label=gettext_lazy("Start"))
    end_at = WallTimeField(label=gettext_lazy("End"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    call_link = forms.URLField(
        label=gettext_lazy("Call link"), max_length=500, required=False, assume_scheme="https"
    )
    agenda = forms.CharField(
        label=gettext_lazy("Agenda"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "One point a line. Begin with the time it takes, “15 min Interfaces”, and the page "
            "and the invitation say when each begins."
        ),
    )

    def __init__(
        self,
        *args: Any,
        project: Project,
        user: User,
        meeting: Meeting | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        zones = [project.customer.time_zone, user.time_zone, "UTC"]
        if meeting:
            zones.insert(0, meeting.time_zone)
            self.initial = self._initial_of(meeting) | self.initial
        self.fields["time_zone"].choices = [
            (zone, zone.replace("_", " ")) for zone in dict.fromkeys(zones)
        ]

    @staticmethod
    def _initial_of(meeting: Meeting) -> dict[str, object]:
        zone = ZoneInfo(meeting.time_zone)
        return {
            name: getattr(meeting, name) for name in ("time_zone", "place", "call_link", "agenda")
        } | {
            name: getattr(meeting, name).astimezone(zone).replace(tzinfo=None)
            for name in ("start_at", "end_at")
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        if zone := cleaned.get("time_zone"):
            read_walls(self, ZoneInfo(zone), too_early=_("The meeting must end after it starts."))
        return cleaned


class MeetingForm(TimeAndPlaceForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Kind)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    organiser = forms.ModelChoiceField(
        label=gettext_lazy("Organiser"), queryset=User.objects.none()
    )
    users = forms.ModelMultipleChoiceField(
        label=gettext_lazy("From us"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    contacts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("From the customer"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    guests = forms.CharField(
        label=gettext_lazy("Other guests"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: Name, e-mail. The e-mail may be left out."),
    )

    field_order = (
        "kind", "title", "start_at", "end_at", "time_zone", "place", "call_link",
        "organiser", "users", "contacts", "guests", "agenda",
    )  # fmt: skip

    def __init__(self, *args: Any, project: Project, user: User, **kwargs: Any) -> None:
        super().__init__(*args, project=project, user=user, **kwargs)
        meeting = kwargs.get("meeting")
        present = list(meeting.attendees.order_by("pk")) if meeting else []
        # Who is on the list stays choosable, even after leaving the team.
        team = team_of(project) | User.objects.filter(attendances__meeting=meeting).distinct()
        self.fields["users"].queryset = team if meeting else team_of(project)
        self.fields["organiser"].queryset = self.fields["users"].queryset
        self.fields["contacts"].queryset = project.customer.contacts.order_by("name", "pk")
        if meeting:
            self.initial |= {
                "kind": meeting.kind,
                "title": meeting.title,
                "organiser": meeting.organiser_id,
                "users": [one.user_id for one in present if one.user_id],
                "contacts": [one.contact_id for one in present if one.contact_id],
                "guests": "\n".join(
                    ", ".join(filter(None, [one.name, one.email])) for one in present if one.name
                ),
            }

    def clean_guests(self) -> list[Guest]:
        return list(_read_guests(self.cleaned_data["guests"].splitlines()))


def _read_guests(lines: Iterable[str]) -> Iterable[Guest]:
    for line in filter(str.strip, lines):
        name, _comma, email = (part.strip() for part in line.rpartition(","))
        if "@" not in email:
            name, email = line.strip(), ""
        if email:
            try:
                validate_email(email)
            except ValidationError:
                raise ValidationError(
                    _("“%(line)s” has no e-mail address after the comma."), params={"line": line}
                ) from None
        if not name or len(name) > 120:  # noqa: PLR2004 - as long as the column
            raise ValidationError(
                _("“%(line)s” is not a name, followed by an e-mail."), params={"line": line[:80]}
            )
        yield Guest(name, email)


class AttendanceForm(forms.Form):
    """Who came; the boxes stand in the list of attendees."""

    came = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, keys: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["came"].choices = [(key, key) for key in keys]
