"""Observed problems: the ranking, one of them, and the requirements made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View

from implportal.kernel.views import ListPage
from implportal.projects.models import Project
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_contribute
from presales.domain.research_problems import (
    change_problem,
    like_problem,
    link_problem,
    make_remedies,
    note_problem,
    problems_like,
    remove_problem,
)
from presales.domain.research_standing import everybody_in, ranked_problems
from presales.filters.research import ProblemFilter
from presales.forms.research import ProblemForm, RemediesForm, SettledForm
from presales.models import Problem, Requirement
from presales.pages import ActMixin, ContributorMixin
from presales.views.research import ResearchFormPage


def list_url(project: Project) -> str:
    return reverse("presales:problem_list", kwargs={"project_pk": project.pk})


class ProblemList(ProjectPageMixin, ListPage):
    tab = "overview"
    queryset = Problem.objects.all()
    filterset_class = ProblemFilter
    template_name = "presales/problem_list.html"
    context_object_name = "problems"
    export_name = "problems"
    default_sort = "-weight"
    sorts = {
        "weight": ("weight", "-number", "pk"),
        "code": ("number", "pk"),
        "text": ("text", "pk"),
        "severity": ("severity", "-number", "pk"),
        "frequency": ("frequency_rank", "-number", "pk"),
        "people": ("people", "-number", "pk"),
        "times": ("times", "-number", "pk"),
    }

    def get_queryset(self) -> QuerySet:
        found = Problem.objects.visible_to(self.request.user).filter(project=self.project)
        return (
            found.with_weight(everybody=self.everybody)
            .annotate(times=Count("interviews", distinct=True))
            .select_related("group")
            .prefetch_related("requirements")
            .order_by(*self.ordering_fields())
        )

    @cached_property
    def everybody(self) -> int:
        return everybody_in(self.project)

    def get_filterset_kwargs(self, filterset_class: type) -> dict:
        return super().get_filterset_kwargs(filterset_class) | {"project": self.project}

    def export_columns(self) -> list[tuple[str, Callable[[Problem], object]]]:
        return [
            (_("Code"), lambda one: one.code),
            (_("Problem"), lambda one: one.text),
            (_("How bad"), lambda one: one.get_severity_display()),
            (_("How often"), lambda one: one.get_frequency_display()),
            (_("Group"), lambda one: one.group.name if one.group else _("Everybody")),
            (_("People"), lambda one: one.people),
            (_("Weight"), lambda one: one.weight),
            (_("Seen in interviews"), lambda one: one.times),
            (
                _("Requirements"),
                lambda one: ", ".join(found.code for found in one.requirements.all()),
            ),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(
            may_note=self.project.is_running and may_contribute(self.request.user, self.project),
            **kwargs,
        )
        likeness = problems_like(self.project)
        for problem in context["problems"]:
            problem.twin = likeness.like(problem.text, but=problem.code)
        return context


class OneProblem:
    """The problem in the address; one query."""

    tab = "overview"

    def prepare(self) -> None:
        self.problem = get_object_or_404(
            Problem.objects.visible_to(self.request.user).select_related("group", "noted_by"),
            project=self.project,
            pk=self.kwargs["pk"],
        )
        self.problem.project = self.project

    def get_success_url(self) -> str:
        return self.problem.get_absolute_url()


class ProblemDetail(OneProblem, ProjectPageMixin, TemplateView):
    template_name = "presales/problem_detail.html"

    def get_project(self) -> Project:
        self.project = super().get_project()
        self.prepare()
        return self.project

    def get_context_data(self, **kwargs: Any) -> dict:
        linked = list(self.problem.requirements.order_by("number", "pk"))
        unlinked = self.project.requirements.in_force().exclude(pk__in=[one.pk for one in linked])
        interviews = self.problem.interviews.select_related("contact", "group")
        return super().get_context_data(
            problem=ranked_problems(self.project)
            .select_related("group", "noted_by")
            .get(pk=self.problem.pk),
            requirements=linked,
            unlinked=unlinked.order_by("number", "pk"),
            interviews=interviews.order_by("start_at", "pk"),
            may_note=self.project.is_running and may_contribute(self.request.user, self.project),
            **kwargs,
        )


class ProblemAdd(ResearchFormPage):
    """What may be the same is shown first: seen again is linked, not noted twice."""

    form_class = ProblemForm
    title = gettext_lazy("Note a problem")
    button = gettext_lazy("Note problem")
    problem: Problem | None = None

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project, "problem": self.problem}

    def get_initial(self) -> dict:
        interview = self.request.GET.get("interview", "")
        return {"interviews": [int(interview)]} if interview.isdecimal() else {}

    def form_valid(self, form: ProblemForm) -> HttpResponse:
        found = like_problem(self.project, form.cleaned_data["text"])
        if found is None or self.request.POST.get("anyway") == found[0].name:
            return super().form_valid(form)
        interviews = list(form.cleaned_data["interviews"])
        return self.render_to_response(
            self.get_context_data(
                form=form,
                like=found[0],
                liked=found[1],
                seen_in=interviews[0] if len(interviews) == 1 else None,
            )
        )

    def perform(self, form: ProblemForm) -> Problem:
        return note_problem(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(code)s is noted. Make a requirement of it when all is heard.") % {
            "code": self.result.code
        }

    def get_success_url(self) -> str:
        interview = self.request.POST.get("back", "")
        if interview.isdecimal() and self.project.interviews.filter(pk=interview).exists():
            place = {"project_pk": self.project.pk, "pk": int(interview)}
            return f"{reverse('presales:interview_detail', kwargs=place)}#problems"
        return list_url(self.project)


class ProblemEdit(OneProblem, ProblemAdd):
    title = gettext_lazy("Change the problem")
    button = gettext_lazy("Keep changes")

    def form_valid(self, form: ProblemForm) -> HttpResponse:
        return super(ProblemAdd, self).form_valid(form)

    def perform(self, form: ProblemForm) -> Problem:
        return change_problem(
            problem=self.problem, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("The problem is changed.")


class ProblemRemove(OneProblem, ContributorMixin, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("The problem is taken away; it stays on record.")

    def act(self) -> None:
        self.prepare()
        remove_problem(problem=self.problem, actor=self.request.user, at=timezone.now())
        self.is_gone = True

    def get_success_url(self) -> str:
        return list_url(self.project) if hasattr(self, "is_gone") else super().get_success_url()


class ProblemSettle(OneProblem, ResearchFormPage):
    """Links a requirement that is there already; with ``linked=`` empty it is taken back."""

    form_class = SettledForm
    title = gettext_lazy("A requirement that settles it")
    button = gettext_lazy("Link")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project}

    def perform(self, form: SettledForm) -> Problem:
        return link_problem(
            problem=self.problem,
            requirement=form.cleaned_data["requirement"],
            is_linked=self.request.POST.get("linked", "1") != "",
            actor=self.request.user,
            at=timezone.now(),
        )


class ProblemRequirements(ResearchFormPage):
    """All problems without a requirement, or the one of ``?problem=``; tick, word, done."""

    form_class = RemediesForm
    template_name = "presales/problem_requirements.html"
    title = gettext_lazy("Turn problems into requirements")
    button = gettext_lazy("Make requirements")

    def get_form_kwargs(self) -> dict:
        problems = ranked_problems(self.project).select_related("group")
        problems = problems.prefetch_related("requirements").order_by("-weight", "number", "pk")
        only = self.request.GET.get("problem", "")
        if only.isdecimal():
            problems = problems.filter(pk=int(only[:18]))
        else:
            problems = problems.filter(requirements=None)
        return super().get_form_kwargs() | {"items": problems, "ticked": bool(only)}

    def perform(self, form: RemediesForm) -> list[Requirement]:
        return make_remedies(
            project=self.project, remedies=form.remedies(), actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip

    def get_success_message(self) -> str:
        codes = ", ".join(requirement.code for requirement in self.result)
        return ngettext(
            "%(codes)s is added. Link it to the solution next.",
            "%(codes)s are added. Link them to the solution next.",
            len(self.result),
        ) % {"codes": codes}

    def get_success_url(self) -> str:
        return list_url(self.project)
