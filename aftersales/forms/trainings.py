from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from aftersales.models import Reply, TrainingSession
from implportal.accounts.models import User
from implportal.kernel.forms import DateTimeInput, PageForm
from implportal.meetings.domain.meetings import Guest
from implportal.meetings.domain.people import team_of
from implportal.projects.models import Contact, Project
from presales.models import Requirement


class RequirementChoice(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, requirement: Requirement) -> str:
        return f"{requirement.code} {requirement.text}"


class CourseForm(PageForm):
    title = forms.CharField(label=_("Title"), max_length=160)
    topics = forms.CharField(
        label=_("Topics"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One in each line."),
    )
    requirements = RequirementChoice(
        label=_("Requirements that it teaches"),
        queryset=Requirement.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requirements"].queryset = project.requirements.in_force().order_by(
            "number", "pk"
        )


class SessionForm(PageForm):
    start_at = forms.DateTimeField(label=_("Start"), widget=DateTimeInput)
    hours = forms.DecimalField(
        label=_("Length in hours"), min_value=0.25, max_value=24, decimal_places=2, initial=2
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    trainer = forms.ModelChoiceField(label=_("Trainer"), queryset=User.objects.none())
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=500, initial=12)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trainer"].queryset = team_of(project)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("start_at") and data.get("hours"):
            data["end_at"] = data["start_at"] + timedelta(minutes=round(data["hours"] * 60))
        return data


class TraineesForm(PageForm):
    """Contacts to tick, and direct users whom we know by name alone."""

    contacts = forms.ModelMultipleChoiceField(
        label=_("Contacts of the customer"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    guests = forms.CharField(
        label=_("Others"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One in each line: a name, then an e-mail address if there is one."),
    )

    def __init__(self, *args: Any, session: TrainingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = session.course.project.customer.contacts
        self.fields["contacts"].queryset = contacts.exclude(
            pk__in=session.attendances.filter(contact__isnull=False).values("contact")
        ).order_by("name", "pk")

    def clean_guests(self) -> list[Guest]:
        guests = []
        for line in filter(None, map(str.strip, self.cleaned_data["guests"].splitlines())):
            *name, last = line.replace(",", " ").replace(";", " ").split()
            email = last.strip("<>") if "@" in last else ""
            name = " ".join(name if email else [*name, last])
            try:
                if email:
                    validate_email(email)
            except ValidationError:
                email, name = "", ""
            if not 0 < len(name) <= 120:  # noqa: PLR2004 - the column's length
                raise ValidationError(
                    _now("“%(line)s” is not a name with an e-mail address."),
                    params={"line": line[:80]},
                )
            guests.append(Guest(name=name, email=email))
        return guests

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not data["contacts"] and not data["guests"]:
            raise ValidationError(_now("Choose or write at least one person."))
        return data


class ReplyForm(PageForm):
    """The two buttons of the page say which; the reason belongs to the second."""

    reply = forms.ChoiceField(choices=Reply)
    reason = forms.CharField(
        label=_("If you cannot come: why?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The trainer reads it and looks for another day with you."),
    )
