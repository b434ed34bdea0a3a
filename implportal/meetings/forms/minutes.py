"""The minutes, what comes out of them, and whom they are sent to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.kernel.forms import DateInput, PageForm
from implportal.meetings.domain.people import team_of
from implportal.meetings.forms.meetings import TEXT_LIMIT
from implportal.meetings.models import ActionItem, Meeting
from implportal.projects.models import Contact


class MinutesForm(PageForm):
    minutes = forms.CharField(
        label=gettext_lazy("Minutes"),
        required=False,
        max_length=TEXT_LIMIT,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("Markdown works: “## ” begins a heading, “- ” a point."),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    over = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    """The revision of somebody else's that the writer has seen and replaces on purpose."""

    @property
    def based_on(self) -> int:
        over = self.cleaned_data["over"]
        return self.cleaned_data["revision"] if over is None else over


class DecisionForm(PageForm):
    text = forms.CharField(label=gettext_lazy("Decision"), max_length=1000)


class OwnerField(forms.ChoiceField):
    """Somebody of ours or of the customer; gives the ``User`` or ``Contact``, or None."""

    def let_choose_from(self, users: list[User], contacts: list[Contact]) -> None:
        self._people: dict[str, User | Contact] = {f"u{user.pk}": user for user in users}
        self._people |= {f"c{contact.pk}": contact for contact in contacts}
        self.choices = [
            ("", _("Nobody yet")),
            (_("From us"), [(f"u{user.pk}", user.name) for user in users]),
            (_("From the customer"), [(f"c{one.pk}", one.name) for one in contacts]),
        ]

    def clean(self, value: Any) -> User | Contact | None:
        chosen = super().clean(value)
        return self._people[chosen] if chosen else None


class ActionForm(PageForm):
    text = forms.CharField(label=gettext_lazy("What is to be done"), max_length=500)
    owner = OwnerField(label=gettext_lazy("Who"), required=False)
    due_on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DateInput)

    def __init__(
        self, *args: Any, meeting: Meeting, item: ActionItem | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        team, customer = team_of(meeting.project), meeting.project.customer
        if item and item.user_id:
            # Whose it is stays choosable, even after leaving the team.
            team |= User.objects.filter(pk=item.user_id).distinct()
        contacts = customer.contacts.order_by("name", "pk")
        self.fields["owner"].let_choose_from(list(team), list(contacts))
        if item:
            owner = f"u{item.user_id}" if item.user_id else f"c{item.contact_id}"
            self.initial |= {
                "text": item.text,
                "due_on": item.due_on,
                "owner": owner if item.user_id or item.contact_id else "",
            }


class SendMinutesForm(PageForm):
    confirmers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who confirms"),
        queryset=Contact.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each gets a personal link, all at the same time."),
    )
    readers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who gets them to read"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    valid_days = forms.TypedChoiceField(
        label=gettext_lazy("Time to confirm"),
        coerce=int,
        initial=14,
        choices=[
            (7, gettext_lazy("one week")),
            (14, gettext_lazy("two weeks")),
            (30, gettext_lazy("a month")),
        ],
    )
    message = forms.CharField(
        label=gettext_lazy("A word of yours"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands in the mail."),
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(meeting.attendees.exclude(contact=None).order_by("pk"))
        is_noted = any(one.came is not None for one in people)
        contacts = Contact.objects.filter(attendances__meeting=meeting).order_by("name", "pk")
        for name in ("confirmers", "readers"):
            self.fields[name].queryset = contacts
        self.initial |= {
            "confirmers": [one.contact_id for one in people if one.came or not is_noted],
            "readers": [one.contact_id for one in people if is_noted and not one.came],
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        twice = set(cleaned.get("confirmers", ())) & set(cleaned.get("readers", ()))
        if twice:
            names = ", ".join(sorted(contact.name for contact in twice))
            self.add_error(
                "readers",
                ValidationError(_("Already asked to confirm: %(names)s."), params={"names": names}),
            )
        return cleaned
