"""The product demonstration: all of it, and what one of its meetings shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from implportal.catalogue.models import Scenario
from implportal.kernel.views import ListPage, ReorderView
from implportal.meetings.domain.feedback import opinions, to_ask
from implportal.meetings.models import Attendee, Kind, Meeting, State
from implportal.meetings.permissions import (
    may_change_meeting,
    may_plan_meeting,
    may_take_minutes,
)
from implportal.projects.models import Project
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from presales.domain.demonstration_standing import (
    became,
    demonstrations_of,
    remark_url,
    scenarios_of,
)
from presales.domain.demonstrations import (
    add_own_scenario,
    change_scenario,
    choose_scenarios,
    move_scenario,
    order_scenarios,
    remove_scenario,
)
from presales.filters.demonstrations import RemarkFilter
from presales.forms.demonstrations import ChooseForm, ScenarioForm, scenario_groups
from presales.models import Remark, ShownScenario
from presales.pages import ActMixin, MeetingOfKindMixin, step_of


class DemonstrationHome(ProjectPageMixin, ListPage):
    """Where the demonstration stands, its meetings, and all that was asked and wished for."""

    tab = "overview"
    queryset = Remark.objects.select_related(
        "scenario__meeting", "said_by__user", "said_by__contact", "requirement",
        "action__user", "action__contact",
    )  # fmt: skip
    filterset_class = RemarkFilter
    template_name = "presales/demonstration_home.html"
    context_object_name = "remarks"
    export_name = "demonstrations"
    default_sort = "-noted"
    sorts = {
        "noted": ("noted_at", "pk"),
        "text": ("text", "pk"),
        "kind": ("kind", "text", "pk"),
        "meeting": ("scenario__meeting__start_at", "noted_at", "pk"),
    }

    def get_queryset(self) -> QuerySet:
        found = super().get_queryset().filter(scenario__meeting__project=self.project)
        return found.exclude(scenario__meeting__state=State.CANCELLED)

    def get_filterset_kwargs(self, filterset_class: type) -> dict:
        return super().get_filterset_kwargs(filterset_class) | {"project": self.project}

    def export_columns(self) -> list[tuple[str, Callable[[Any], object]]]:
        return [
            (_("Demonstration"), lambda remark: remark.scenario.meeting.title),
            (_("Start"), lambda remark: remark.scenario.meeting.start_at),
            (_("Scenario"), lambda remark: remark.scenario.title),
            (_("Kind"), lambda remark: remark.get_kind_display()),
            (_("What was said"), lambda remark: remark.text),
            (_("By"), lambda remark: remark.said_by.label if remark.said_by else ""),
            (_("What came of it"), became),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(
            meetings=demonstrations_of(self.project),
            open_remarks=self.get_queryset().open().order_by("-noted_at", "-pk"),
            step=self.project.steps.get(key="demonstration"),
            may_plan=self.project.is_running and may_plan_meeting(self.request.user, self.project),
            now=timezone.now(),
            **kwargs,
        )
        for remark in context["remarks"]:
            remark.url = remark_url(remark, remark.scenario.meeting)
            remark.became = became(remark)
        return context


class OneDemonstration(MeetingOfKindMixin):
    """A page about the demonstration in the address. Scenarios by ``scenario_pk``."""

    kind = Kind.DEMONSTRATION

    def prepare(self) -> None:
        super().prepare()
        if "scenario_pk" in self.kwargs:
            self.scenario = get_object_or_404(self.meeting.scenarios, pk=self.kwargs["scenario_pk"])
            self.scenario.meeting = self.meeting

    def get_success_url(self) -> str:
        place = {"project_pk": self.meeting.project_id, "pk": self.meeting.pk}
        return reverse("presales:demonstration_detail", kwargs=place)

    def may_note(self) -> bool:
        return (
            self.project.is_running
            and self.meeting.state != State.CANCELLED
            and may_take_minutes(self.request.user, self.meeting)
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(back=OneDemonstration.get_success_url(self), **kwargs)


def audience_of(meeting: Meeting) -> QuerySet[Attendee]:
    """Those to whom it is shown: the customer's people and guests."""
    return (
        meeting.attendees.filter(user=None).select_related("contact", "user").order_by("pk")
    )  # fmt: skip


class DemonstrationPage(OneDemonstration, ProjectPageMixin, TemplateView):
    """A page to look at; whoever sees the project may."""

    def get_project(self) -> Project:
        self.project = super().get_project()
        self.prepare()
        return self.project


class DemonstrationDetail(DemonstrationPage):
    template_name = "presales/demonstration_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        now, meeting = timezone.now(), self.meeting
        scenarios, may_note = scenarios_of(meeting), self.may_note()
        planned = sum(one.minutes for one in scenarios)
        length = int((meeting.end_at - meeting.start_at).total_seconds() // 60)
        found = opinions(meeting, at=now) if meeting.start_at <= now else []
        ratings = [one.rating for one in scenarios if one.rating]
        return super().get_context_data(
            scenarios=scenarios,
            audience=audience_of(meeting),
            groups=self._choices(scenarios) if may_note else [],
            planned=planned,
            over=max(0, planned - length),
            average=sum(ratings) / len(ratings) if ratings else None,
            rated=len(ratings),
            opinions=found,
            uninquired=to_ask(found),
            has_begun=meeting.start_at <= now,
            may_note=may_note,
            may_change=may_note and may_change_meeting(self.request.user, meeting),
            **kwargs,
        )

    def _choices(self, scenarios: list[ShownScenario]) -> list:
        """Scenarios in use that are not on the list yet; two queries."""
        there = {one.source_id for one in scenarios if one.source_id}
        products = set(self.project.products.values_list("pk", flat=True))
        offered = Scenario.objects.filter(is_current=True).filter(
            Q(product__is_offered=True) | Q(product__in=products)
        )
        rows = offered.exclude(pk__in=there).select_related("product").order_by("title", "pk")
        return scenario_groups(rows, products)


class DemonstrationSheet(DemonstrationPage):
    """What who shows it takes along: printed, or kept as a PDF by the browser."""

    template_name = "presales/demonstration_sheet.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        scenarios = scenarios_of(self.meeting)
        return super().get_context_data(
            scenarios=scenarios,
            planned=sum(one.minutes for one in scenarios),
            attendees=self.meeting.attendees.select_related("user", "contact").order_by("pk"),
            **kwargs,
        )


class ScenariosChoose(OneDemonstration, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("They stand at the end. Adapt them to this customer next.")

    def act(self) -> None:
        self.prepare()
        form = ChooseForm(self.request.POST)
        choose_scenarios(
            meeting=self.meeting,
            scenarios=list(form.cleaned_data["scenarios"]) if form.is_valid() else [],
            actor=self.request.user,
            at=timezone.now(),
        )


class ScenarioPage(OneDemonstration, ProjectActionPage):
    form_class = ScenarioForm
    template_name = "presales/demonstration_form.html"


class ScenarioAdd(ScenarioPage):
    title = gettext_lazy("A scenario of your own")
    button = gettext_lazy("Add scenario")
    text = gettext_lazy("For this customer alone. What others need too belongs in the catalogue.")

    def perform(self, form: ScenarioForm) -> ShownScenario:
        return add_own_scenario(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class ScenarioEdit(ScenarioPage):
    title = gettext_lazy("Adapt the scenario")
    button = gettext_lazy("Keep changes")
    text = gettext_lazy("This changes the copy for this customer; the catalogue stays as it is.")

    def get_initial(self) -> dict:
        return {name: getattr(self.scenario, name) for name in ScenarioForm.base_fields}

    def perform(self, form: ScenarioForm) -> ShownScenario:
        return change_scenario(
            scenario=self.scenario, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#scenario-{self.scenario.pk}"


class ScenarioRemove(OneDemonstration, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("It is taken out; that it was planned stays on record.")

    def act(self) -> None:
        self.prepare()
        remove_scenario(scenario=self.scenario, actor=self.request.user, at=timezone.now())


class ScenarioMove(OneDemonstration, ProjectPageMixin, ActMixin, View):
    def act(self) -> None:
        self.prepare()
        move_scenario(
            scenario=self.scenario, step=step_of(self.request), actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#scenario-{self.scenario.pk}"


class ScenarioOrder(ProjectPageMixin, ReorderView):
    queryset = Meeting.objects.filter(kind=Kind.DEMONSTRATION)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(project=self.project)

    def reorder(self, keys: list[int]) -> None:
        order_scenarios(meeting=self.object, keys=keys, actor=self.request.user, at=timezone.now())
