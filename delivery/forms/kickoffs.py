from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.domain.resources import Overload, Share, overloads, shares_elsewhere
from delivery.models import Kickoff
from implportal.accounts.models import Role, User
from implportal.kernel.forms import DateInput, PageForm
from implportal.meetings.forms import TEXT_LIMIT, TimeAndPlaceForm
from implportal.projects.models import Member, Project


class KickoffForm(TimeAndPlaceForm):
    goals = forms.CharField(
        label=_("Goals"), required=False, max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What both sides want to have reached at the end. Markdown works."),
    )  # fmt: skip
    milestones = forms.CharField(
        label=_("Milestones agreed"), required=False, max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Milestones of the plan are added to the document by themselves."),
    )  # fmt: skip
    rules = forms.CharField(
        label=_("Rules of working together"), required=False, max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who decides what, how often one meets, how changes are handled."),
    )  # fmt: skip

    def __init__(self, *args: Any, kickoff: Kickoff | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kickoff:
            names = ("goals", "milestones", "rules")
            self.initial |= {name: getattr(kickoff, name) for name in names}


class ProjectManagerForm(PageForm):
    project_manager = forms.ModelChoiceField(
        label=_("Project manager"), queryset=User.objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project_manager"].queryset = User.objects.filter(
            role__in=(Role.PROJECT_MANAGER, Role.ADMINISTRATOR), is_active=True
        ).order_by("name", "pk")


class ResourceForm(PageForm):
    """Somebody's share of time. More than all of it is shown first, and saved when confirmed.

    ``found`` holds the overloads after ``is_valid``.
    """

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    responsibility = forms.CharField(label=_("Responsibility"), max_length=120)
    percent = forms.IntegerField(
        label=_("Share of time (percent)"), min_value=1, max_value=100, initial=100
    )
    from_on = forms.DateField(label=_("From"), required=False, widget=DateInput())
    until_on = forms.DateField(label=_("Until"), required=False, widget=DateInput())
    despite_overload = forms.BooleanField(
        label=_("Plan it nevertheless; it is agreed with this person"), required=False
    )

    def __init__(
        self, *args: Any, project: Project, member: Member | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.found: list[Overload] = []
        self.fields["user"].queryset = User.objects.filter(is_active=True).order_by("name", "pk")
        if member:
            names = ("responsibility", "percent", "from_on", "until_on")
            self.initial = {name: getattr(member, name) for name in names}
            self.initial["user"] = member.user_id
            self.fields["user"].disabled = True
        if not self.is_bound:
            self.hide_confirmation()

    def hide_confirmation(self) -> None:
        self.fields["despite_overload"].widget = forms.HiddenInput()

    def clean(self) -> dict:
        cleaned = super().clean()
        confirmed = cleaned.pop("despite_overload", False)
        start, end = cleaned.get("from_on"), cleaned.get("until_on")
        if start and end and end < start:
            self.add_error("until_on", _("The last day must not be before the first."))
        elif not self.errors:
            self.found = overloads(
                own=Share(self.project.code, cleaned["percent"], start, end),
                others=shares_elsewhere(user=cleaned["user"], project=self.project),
            )
            if self.found and not confirmed:
                self.add_error(
                    "despite_overload", _("More than all of this person's time would be planned.")
                )
        if not self.found:
            self.hide_confirmation()
        return cleaned


class HoldForm(PageForm):
    """Holding the kick-off; an administrator may go on with things missing, for a reason."""

    override_reason = forms.CharField(
        label=_("Go on although something is missing, because"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, may_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_override:
            del self.fields["override_reason"]
