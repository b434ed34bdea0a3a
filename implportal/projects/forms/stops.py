from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.kernel.forms import DateInput, PageForm
from implportal.projects.models import Cause


class StopForm(PageForm):
    """Why a project stops, in a word that can be counted and in the person's own."""

    cause = forms.ChoiceField(
        label=gettext_lazy("What is behind it"),
        choices=[("", gettext_lazy("Choose")), *Cause.choices],
    )
    reason = forms.CharField(
        label=gettext_lazy("In your own words"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SuspendForm(StopForm):
    look_again_on = forms.DateField(
        label=gettext_lazy("Look again on"),
        required=False,
        widget=DateInput(),
        help_text=gettext_lazy("From that day the project stands among what waits for you."),
    )

    def clean_look_again_on(self) -> object:
        day = self.cleaned_data["look_again_on"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day


class LoseForm(StopForm):
    lost_to = forms.CharField(
        label=gettext_lazy("Lost to"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("The supplier they chose, if you know."),
    )


class ResumeForm(PageForm):
    """Reopening a lost project takes a reason, resuming a resting one does not."""

    reason = forms.CharField(
        label=gettext_lazy("What has changed"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, is_lost: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_lost
