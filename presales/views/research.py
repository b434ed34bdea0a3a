"""User research: where it stands, its groups and its report."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from implportal.projects.models import Project
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_contribute
from presales.domain.research import remove_group, save_group
from presales.domain.research_standing import coverage_of, groups_of, ranked_problems
from presales.forms.research import GroupForm
from presales.models import Interview, UserGroup
from presales.pages import ActMixin, ContributorMixin

MOST_SHOWN = 8


def research_url(project: Project) -> str:
    return reverse("presales:research_home", kwargs={"project_pk": project.pk})


class ResearchHome(ProjectPageMixin, TemplateView):
    tab = "overview"
    template_name = "presales/research_home.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        groups = groups_of(self.project)
        problems = ranked_problems(self.project).order_by("-weight", "number", "pk")
        interviews = self.project.interviews.filter(state=Interview.State.PLANNED)
        return super().get_context_data(
            groups=groups,
            coverage=coverage_of(groups),
            problems=problems.select_related("group").prefetch_related("requirements")[:MOST_SHOWN],
            interviews=interviews.select_related("contact", "group", "interviewer").order_by(
                "start_at", "pk"
            )[:MOST_SHOWN],
            counts=self.project.problems.aggregate(
                problems=Count("pk", distinct=True),
                settled=Count("requirements__problems", distinct=True),
            ),
            step=self.project.steps.get(key="user_research"),
            may_note=self.project.is_running and may_contribute(self.request.user, self.project),
            now=timezone.now(),
            **kwargs,
        )


class ResearchReport(ProjectPageMixin, TemplateView):
    """What was found, to be printed or kept as PDF by the browser."""

    tab = "overview"
    template_name = "presales/research_report.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        groups = groups_of(self.project)
        problems = (
            ranked_problems(self.project)
            .annotate(times=Count("interviews", distinct=True))
            .select_related("group")
            .prefetch_related("requirements")
            .order_by("-weight", "number", "pk")
        )
        return super().get_context_data(
            groups=groups,
            coverage=coverage_of(groups),
            people=sum(group.headcount for group in groups),
            problems=problems,
            today=timezone.localdate(),
            **kwargs,
        )


class ResearchFormPage(ContributorMixin, ProjectActionPage):
    """A form of user research, for those who work on the project."""

    template_name = "presales/research_form.html"
    tab = "overview"

    def get_project(self) -> Project:
        self.project = super().get_project()
        return self.project

    def allowed(self) -> bool:
        return may_contribute(self.request.user, self.project)

    def get_success_url(self) -> str:
        return research_url(self.project)


class GroupAdd(ResearchFormPage):
    form_class = GroupForm
    title = gettext_lazy("Add a group of direct users")
    button = gettext_lazy("Add group")
    success_message = gettext_lazy("The group is added. Plan an interview with one of them next.")
    group: UserGroup | None = None

    def perform(self, form: GroupForm) -> UserGroup:
        return save_group(
            project=self.project, group=self.group, actor=self.request.user, at=timezone.now(),
            **form.cleaned_data,
        )  # fmt: skip


class OneGroup:
    def prepare(self) -> None:
        self.group = get_object_or_404(self.project.user_groups, pk=self.kwargs["pk"])
        self.group.project = self.project


class GroupEdit(OneGroup, GroupAdd):
    title = gettext_lazy("Change the group")
    button = gettext_lazy("Keep changes")
    success_message = gettext_lazy("The group is changed.")

    def get_initial(self) -> dict:
        names = ("name", "headcount", "place", "daily_work", "planned_interviews")
        return {name: getattr(self.group, name) for name in names}


class GroupRemove(OneGroup, ContributorMixin, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("The group is taken away; that it was there is on record.")

    def act(self) -> None:
        self.prepare()
        remove_group(group=self.group, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        return research_url(self.project)
