from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import Role, User
from implportal.kernel.forms import DateInput, PageForm
from implportal.meetings.domain.people import team_of
from implportal.meetings.forms import TimeAndPlaceForm
from implportal.meetings.forms.meetings import WallTimeField, read_walls
from implportal.meetings.models import Meeting
from implportal.projects.models import Contact, Project
from presales.models import Arrangement, ItineraryItem


class PlanInspectionForm(TimeAndPlaceForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    host = forms.ModelChoiceField(
        label=gettext_lazy("Who answers for it"),
        queryset=User.objects.none(),
        help_text=gettext_lazy("Usually somebody of commerce. The manager goes along."),
    )
    users = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Other hosts"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    contacts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Visitors"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    field_order = (
        "title", "start_at", "end_at", "time_zone", "place", "host", "users", "contacts",
    )  # fmt: skip

    def __init__(
        self, *args: Any, project: Project, user: User, may_appoint: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, project=project, user=user, **kwargs)
        # The agenda is written from the itinerary; nobody visits by a call.
        del self.fields["agenda"], self.fields["call_link"]
        # The visit takes place where we are, not where the customer is.
        zones = dict.fromkeys([user.time_zone, *dict(self.fields["time_zone"].choices)])
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]
        team = team_of(project)
        commerce = User.objects.filter(role=Role.COMMERCE, is_active=True).distinct()
        hosts = (team | commerce).order_by("name", "pk") if may_appoint else team
        self.fields["host"].queryset = hosts
        self.fields["users"].queryset = team
        self.fields["contacts"].queryset = project.customer.contacts.order_by("name", "pk")


class StopForm(PageForm):
    """One stop; times are those on the wall where the visit is."""

    title = forms.CharField(label=gettext_lazy("What"), max_length=160)
    start_at = WallTimeField(label=gettext_lazy("From"))
    end_at = WallTimeField(label=gettext_lazy("Until"))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)
    host = forms.ModelChoiceField(
        label=gettext_lazy("Host"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody in particular"),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For the hosts; visitors do not read it."),
    )

    def __init__(
        self, *args: Any, meeting: Meeting, stop: ItineraryItem | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(meeting.time_zone)
        for name in ("start_at", "end_at"):
            self.fields[name].help_text = _("Time in %(zone)s.") % {"zone": meeting.time_zone}
        hosts = User.objects.filter(attendances__meeting=meeting).distinct()
        if stop and stop.host_id:
            hosts |= User.objects.filter(pk=stop.host_id).distinct()
        self.fields["host"].queryset = hosts.order_by("name", "pk")
        if stop:
            self.initial |= {
                "title": stop.title, "place": stop.place, "host": stop.host_id, "note": stop.note,
                "start_at": stop.start_at.astimezone(self.zone).replace(tzinfo=None),
                "end_at": stop.end_at.astimezone(self.zone).replace(tzinfo=None),
            }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        read_walls(self, self.zone, too_early=_("It must end after it begins."))
        return cleaned


class ArrangementForm(PageForm):
    text = forms.CharField(label=gettext_lazy("What is to be arranged"), max_length=300)
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Who"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )
    due_on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DateInput)

    def __init__(
        self, *args: Any, meeting: Meeting, arrangement: Arrangement | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        team = team_of(meeting.project)
        if arrangement and arrangement.owner_id:
            team |= User.objects.filter(pk=arrangement.owner_id).distinct()
        self.fields["owner"].queryset = team
        if arrangement:
            self.initial |= {
                "text": arrangement.text, "owner": arrangement.owner_id,
                "due_on": arrangement.due_on,
            }  # fmt: skip
