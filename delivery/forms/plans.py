from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.domain.links import LONGEST_LAG_DAYS
from delivery.models import Task
from implportal.accounts.models import User
from implportal.kernel.forms import DateInput, PageForm
from implportal.meetings.domain.people import team_of
from implportal.projects.models import Project
from presales.models import Requirement


class QuickTaskForm(PageForm):
    """The few words with which a task can begin; the rest is filled in on its own page."""

    title = forms.CharField(label=gettext_lazy("What"), max_length=160)
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DateInput())
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=DateInput(),
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=User.objects.none(), required=False
    )
    phase_label = forms.CharField(
        label=gettext_lazy("Part of the plan"), max_length=80, required=False,
        widget=forms.TextInput(attrs={"list": "parts", "autocomplete": "off"}),
    )  # fmt: skip
    is_milestone = forms.BooleanField(label=gettext_lazy("It is a milestone"), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = team_of(project)

    def clean(self) -> dict:
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("The last day must not be before the first."))
        if start and not end and "ends_on" in cleaned:
            cleaned["ends_on"] = start
        return cleaned


class TaskForm(QuickTaskForm):
    """All of a task; ``task`` is None for a new one."""

    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    place = forms.CharField(label=gettext_lazy("Where"), max_length=120, required=False)
    owner_name = forms.CharField(
        label=gettext_lazy("Who at the customer"), max_length=120, required=False,
        help_text=gettext_lazy("Instead of one of us, when the customer does it."),
    )  # fmt: skip
    needs = forms.CharField(
        label=gettext_lazy("What else it needs"), required=False, max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Materials, rooms, machines, access."),
    )  # fmt: skip
    requirements = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Requirements that it builds"),
        queryset=Requirement.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = (
        "title", "is_milestone", "starts_on", "ends_on", "phase_label", "place", "owner",
        "owner_name", "needs", "description", "requirements",
    )  # fmt: skip

    def __init__(
        self, *args: Any, project: Project, task: Task | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, project=project, **kwargs)
        requirements = Requirement.objects.in_force().filter(project=project)
        self.fields["requirements"].queryset = requirements.order_by("number", "pk")
        if not requirements.exists():
            del self.fields["requirements"]
        if task is None:
            return
        if task.owner_id:
            # Who does it stays choosable, even after leaving the team.
            team = team_of(project) | User.objects.filter(pk=task.owner_id).distinct()
            self.fields["owner"].queryset = team
        names = ("title", "is_milestone", "starts_on", "ends_on", "phase_label", "place",
                 "owner_name", "needs", "description")  # fmt: skip
        self.initial = {name: getattr(task, name) for name in names} | {
            "owner": task.owner_id,
            "requirements": list(task.requirements.values_list("pk", flat=True)),
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("owner") and cleaned.get("owner_name"):
            self.add_error("owner_name", _("Name one of us or somebody at the customer, not both."))
        return cleaned


class LinkForm(PageForm):
    predecessor = forms.ModelChoiceField(
        label=gettext_lazy("Starts after"), queryset=Task.objects.none()
    )
    lag_days = forms.IntegerField(
        label=gettext_lazy("Working days between"), min_value=0, max_value=LONGEST_LAG_DAYS,
        initial=0,
    )  # fmt: skip

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["predecessor"].queryset = (
            Task.objects.filter(project=task.project_id)
            .exclude(pk=task.pk)
            .exclude(links_out__successor=task)
            .order_by("position", "pk")
        )


class ProgressForm(PageForm):
    percent = forms.IntegerField(
        label=gettext_lazy("Progress (percent)"), min_value=0, max_value=100,
        widget=forms.NumberInput(attrs={"step": 5}),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("A word on it"), max_length=300, required=False,
        help_text=gettext_lazy("What is left, what is in the way."),
    )  # fmt: skip


def labels_of(tasks: Iterable[Task]) -> list[str]:
    """Return the parts of a plan in their order, each once, to choose from while typing."""
    return list(dict.fromkeys(task.phase_label for task in tasks if task.phase_label))
