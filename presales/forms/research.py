from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.kernel.forms import DateTimeInput, PageForm
from implportal.meetings.domain.people import team_of
from implportal.meetings.models import Meeting
from implportal.projects.models import Contact, Project
from presales.domain.research_problems import Remedy
from presales.forms.wishes import RequirementRowsForm
from presales.models import Frequency, Interview, Problem, Requirement, Severity, UserGroup

MOST_PEOPLE = 10_000_000
AHEAD = timedelta(days=730)


class GroupForm(PageForm):
    name = forms.CharField(
        label=gettext_lazy("Group"),
        max_length=120,
        help_text=gettext_lazy("People with the same daily work, such as: Nursing."),
    )
    headcount = forms.IntegerField(label=gettext_lazy("People"), min_value=1, max_value=MOST_PEOPLE)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    daily_work = forms.CharField(
        label=gettext_lazy("Daily work"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What they do from morning to evening, with what, and how often."),
    )
    planned_interviews = forms.IntegerField(
        label=gettext_lazy("Interviews planned"), min_value=0, max_value=1000, initial=2
    )


class InterviewForm(PageForm):
    group = forms.ModelChoiceField(label=gettext_lazy("Group"), queryset=UserGroup.objects.none())
    contact = forms.ModelChoiceField(
        label=gettext_lazy("With"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=gettext_lazy("Somebody who is no contact"),
    )
    name = forms.CharField(
        label=gettext_lazy("Name, where it is no contact"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A role is enough, such as: a nurse of the night shift."),
    )
    start_at = forms.DateTimeField(label=gettext_lazy("When"), widget=DateTimeInput)
    duration_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=1, max_value=1440, initial=45
    )
    interviewer = forms.ModelChoiceField(
        label=gettext_lazy("Interviewer"), queryset=User.objects.none()
    )
    meeting = forms.ModelChoiceField(
        label=gettext_lazy("Part of the meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        help_text=gettext_lazy("Where the talk has an invitation in people's calendars."),
    )

    def __init__(
        self, *args: Any, project: Project, interview: Interview | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        team = team_of(project)
        if interview:
            # Who held it stays choosable, even after leaving the team.
            team |= User.objects.filter(pk=interview.interviewer_id).distinct()
            names = ("name", "start_at", "duration_minutes")
            self.initial |= {name: getattr(interview, name) for name in names} | {
                name: getattr(interview, f"{name}_id")
                for name in ("group", "contact", "interviewer", "meeting")
            }
        self.fields["group"].queryset = project.user_groups.order_by("name", "pk")
        self.fields["contact"].queryset = project.customer.contacts.order_by("name", "pk")
        self.fields["interviewer"].queryset = team
        self.fields["meeting"].queryset = project.meetings.exclude(state="CANCELLED").order_by(
            "-start_at", "pk"
        )

    def clean_start_at(self) -> Any:
        start_at = self.cleaned_data["start_at"]
        if start_at > timezone.now() + AHEAD:
            raise ValidationError(_("That is more than two years ahead. Check the year."))
        return start_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and bool(cleaned["contact"]) == bool(cleaned["name"]):
            self.add_error(
                "name",
                _("Choose a contact or write a name, not both.")
                if cleaned["name"]
                else _("Choose a contact, or write who it is."),
            )
        return cleaned


class ProblemForm(PageForm):
    text = forms.CharField(
        label=gettext_lazy("Problem"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "What hinders them, as it was seen: “Nurses type each value twice, on paper and in "
            "the system.”"
        ),
    )
    severity = forms.TypedChoiceField(
        label=gettext_lazy("How bad"),
        choices=Severity,
        coerce=int,
        initial=Severity.SERIOUS,
    )
    frequency = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Frequency, initial=Frequency.DAILY
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("Whom it hinders"),
        queryset=UserGroup.objects.none(),
        required=False,
        empty_label=gettext_lazy("Everybody"),
    )
    interviews = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Seen in these interviews"),
        queryset=Interview.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, project: Project, problem: Problem | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = project.user_groups.order_by("name", "pk")
        held = project.interviews.select_related("contact", "group").order_by("-start_at", "pk")
        self.fields["interviews"].queryset = held
        self.fields["interviews"].label_from_instance = say_interview
        if problem:
            names = ("text", "severity", "frequency")
            self.initial |= {name: getattr(problem, name) for name in names} | {
                "group": problem.group_id,
                "interviews": list(problem.interviews.values_list("pk", flat=True)),
            }


def say_interview(interview: Interview) -> str:
    """Name one in a choice. Needs ``contact`` and ``group``."""
    return f"{interview.person} ({interview.group.name})"


class SeenForm(PageForm):
    """The problem, of those of the project, that an interview showed again."""

    problem = forms.ModelChoiceField(label=gettext_lazy("Problem"), queryset=Problem.objects.none())

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problem"].queryset = project.problems.order_by("number", "pk")


class SettledForm(PageForm):
    """A requirement that is there already and settles the problem."""

    requirement = forms.ModelChoiceField(
        label=gettext_lazy("Requirement"), queryset=Requirement.objects.none()
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requirement"].queryset = project.requirements.in_force().order_by(
            "number", "pk"
        )


class RemediesForm(RequirementRowsForm):
    """For each problem the requirement that settles it."""

    def propose(self, problem: Problem) -> str:
        return problem.text

    def weigh(self, problem: Problem) -> str:
        if problem.severity == Severity.BLOCKING:
            return Requirement.Priority.MUST
        return (
            Requirement.Priority.COULD
            if problem.severity == Severity.MINOR
            else Requirement.Priority.SHOULD
        )

    def remedies(self) -> list[Remedy]:
        return [Remedy(problem, text, priority) for problem, text, priority in self.chosen()]
