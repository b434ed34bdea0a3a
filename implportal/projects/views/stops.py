"""Suspend, lose, cancel, go on; and the list of why projects stopped."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.kernel.money import to_decimal
from implportal.kernel.views import ListPage
from implportal.projects.domain.stops import causes_of, outcome_of, resume_project, stop_project
from implportal.projects.filters import StopFilter
from implportal.projects.forms.stops import LoseForm, ResumeForm, StopForm, SuspendForm
from implportal.projects.models import Project, State, Stop
from implportal.projects.pages import ProjectActionPage
from implportal.projects.permissions import may_handle_money


class ProjectStop(ProjectActionPage):
    """One way to stop a project. Subclasses name the state it stops in."""

    form_class = StopForm
    state: State
    tone = "danger"

    def perform(self, form: StopForm) -> Project:
        return stop_project(
            project=self.project,
            state=self.state,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )


class ProjectSuspend(ProjectStop):
    form_class = SuspendForm
    state = State.SUSPENDED
    tone = "primary"
    title = button = gettext_lazy("Suspend project")
    text = gettext_lazy("Nobody is reminded of anything until you resume it.")
    success_message = gettext_lazy("The project is suspended. Resume it whenever you are ready.")


class ProjectLose(ProjectStop):
    form_class = LoseForm
    state = State.LOST
    title = button = gettext_lazy("Mark as lost")
    text = gettext_lazy(
        "The customer decided against us. You can reopen the project if they change their mind."
    )
    success_message = gettext_lazy("The project is marked as lost.")


class ProjectCancel(ProjectStop):
    state = State.CANCELLED
    title = button = gettext_lazy("Cancel project")
    text = gettext_lazy("The project ends here, and this is final.")
    success_message = gettext_lazy("The project is cancelled.")


class ProjectResume(ProjectActionPage):
    form_class = ResumeForm
    success_message = gettext_lazy("The project is running again.")

    @property
    def is_lost(self) -> bool:
        return self.project.state == State.LOST

    @property
    def title(self) -> str:
        return _("Reopen project") if self.is_lost else _("Resume project")

    button = title

    @property
    def text(self) -> str:
        if self.is_lost:
            return _("Everything continues where it was lost. It no longer counts as lost.")
        return _("Everything continues where it stopped, reminders included.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"is_lost": self.is_lost}

    def perform(self, form: ResumeForm) -> Project:
        return resume_project(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class StopList(ListPage):
    """Every stop, and what its causes add up to."""

    queryset = Stop.objects.select_related(
        "project__customer", "project__implementation_manager", "stopped_by"
    )
    filterset_class = StopFilter
    template_name = "projects/stop_list.html"
    context_object_name = "stops"
    export_name = "lost-and-suspended"
    default_sort = "-stopped"
    sorts = {
        "stopped": ("stopped_at", "pk"),
        "project": ("project__title", "pk"),
        "customer": ("project__customer__name", "pk"),
        "cause": ("cause", "pk"),
        "state": ("state", "pk"),
        "look": ("look_again_on", "pk"),
    }

    def export_columns(self) -> list:
        money: list = []
        if may_handle_money(self.request.user):
            money = [
                (_("Contract value"), _value),
                (_("Currency"), lambda stop: stop.project.currency),
            ]
        return [
            (_("Code"), lambda stop: stop.project.code),
            (_("Project"), lambda stop: stop.project.title),
            (_("Customer"), lambda stop: stop.project.customer.name),
            (_("State"), lambda stop: stop.get_state_display()),
            (_("Phase"), lambda stop: stop.get_phase_display()),
            (_("Cause"), lambda stop: stop.get_cause_display()),
            (_("Reason"), lambda stop: stop.reason),
            (_("Lost to"), lambda stop: stop.lost_to),
            (_("Since"), lambda stop: stop.stopped_at),
            (_("Look again on"), lambda stop: stop.look_again_on),
            (_("Until"), lambda stop: stop.resumed_at),
            (_("Why it goes on"), lambda stop: stop.resumed_reason),
            (_("Implementation manager"), lambda s: s.project.implementation_manager.name),
            *money,
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        shown: QuerySet[Stop] = self.filterset.qs
        figures = causes_of(shown)
        return context | {
            "today": timezone.localdate(),
            "causes": figures,
            "most": max((figure.count for figure in figures), default=0),
            "sees_money": may_handle_money(self.request.user),
            "outcome": outcome_of(Project.objects.visible_to(self.request.user)),
        }


def _value(stop: Stop) -> object:
    return to_decimal(stop.project.contract_value_minor, stop.project.currency)
