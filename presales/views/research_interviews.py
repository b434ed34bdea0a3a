"""Interviews with direct users: the list, the plan, and what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from implportal.kernel.views import ListPage
from implportal.projects.models import Project
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_contribute
from presales.domain.research import (
    hold_interview,
    remove_interview,
    save_interview,
    write_interview_notes,
)
from presales.domain.research_problems import see_problem
from presales.filters.research import InterviewFilter
from presales.forms.research import InterviewForm, ProblemForm, SeenForm
from presales.models import Interview, Problem
from presales.pages import ActMixin, ContributorMixin
from presales.views.notes import NotesAutosave, NotesPage
from presales.views.research import ResearchFormPage


class InterviewList(ProjectPageMixin, ListPage):
    tab = "overview"
    queryset = Interview.objects.select_related("contact", "group", "interviewer").annotate(
        problem_count=Count("problems")
    )
    filterset_class = InterviewFilter
    template_name = "presales/interview_list.html"
    context_object_name = "interviews"
    export_name = "interviews"
    default_sort = "-when"
    sorts = {
        "when": ("start_at", "pk"),
        "group": ("group__name", "start_at", "pk"),
        "interviewer": ("interviewer__name", "start_at", "pk"),
        "problems": ("problem_count", "start_at", "pk"),
        "state": ("state", "start_at", "pk"),
    }

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(project=self.project)

    def get_filterset_kwargs(self, filterset_class: type) -> dict:
        return super().get_filterset_kwargs(filterset_class) | {"project": self.project}

    def export_columns(self) -> list[tuple[str, Callable[[Interview], object]]]:
        return [
            (_("When"), lambda one: one.start_at),
            (_("With"), lambda one: one.person),
            (_("Group"), lambda one: one.group.name),
            (_("Interviewer"), lambda one: one.interviewer.name),
            (_("Minutes"), lambda one: one.duration_minutes),
            (_("State"), lambda one: one.get_state_display()),
            (_("Problems"), lambda one: one.problem_count),
            (_("Notes"), lambda one: one.notes),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            may_note=self.project.is_running and may_contribute(self.request.user, self.project),
            now=timezone.now(),
            **kwargs,
        )


class OneInterview:
    """The interview in the address; one query."""

    tab = "overview"

    def prepare(self) -> None:
        self.interview = get_object_or_404(
            Interview.objects.visible_to(self.request.user).select_related(
                "contact", "group", "interviewer", "meeting"
            ),
            project=self.project,
            pk=self.kwargs["pk"],
        )
        self.interview.project = self.project

    def get_success_url(self) -> str:
        return self.interview.get_absolute_url()


class InterviewDetail(OneInterview, ProjectPageMixin, TemplateView):
    template_name = "presales/interview_detail.html"

    def get_project(self) -> Project:
        self.project = super().get_project()
        self.prepare()
        return self.project

    def get_context_data(self, **kwargs: Any) -> dict:
        may_note = self.project.is_running and may_contribute(self.request.user, self.project)
        problems = self.interview.problems.prefetch_related("requirements").order_by("number", "pk")
        seen = list(problems)
        return super().get_context_data(
            interview=self.interview,
            problems=seen,
            others=self.project.problems.exclude(pk__in=[one.pk for one in seen]).order_by(
                "number", "pk"
            ),
            problem_form=ProblemForm(project=self.project) if may_note else None,
            may_note=may_note,
            now=timezone.now(),
            **kwargs,
        )


class InterviewAdd(ResearchFormPage):
    """``?group=`` chooses the group beforehand."""

    form_class = InterviewForm
    title = gettext_lazy("Plan an interview")
    button = gettext_lazy("Plan interview")
    success_message = gettext_lazy("The interview is planned. Note here what is said.")
    interview: Interview | None = None

    def get_initial(self) -> dict:
        group = self.request.GET.get("group", "")
        initial = {"interviewer": self.request.user.pk}
        return initial | ({"group": int(group)} if group.isdecimal() else {})

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "project": self.project, "interview": self.interview,
        }  # fmt: skip

    def perform(self, form: InterviewForm) -> Interview:
        return save_interview(
            project=self.project, interview=self.interview, actor=self.request.user,
            at=timezone.now(), **form.cleaned_data,
        )  # fmt: skip

    def get_success_url(self) -> str:
        if getattr(self, "result", None):
            return self.result.get_absolute_url()
        return super().get_success_url()


class InterviewEdit(OneInterview, InterviewAdd):
    title = gettext_lazy("Change the interview")
    button = gettext_lazy("Keep changes")
    success_message = gettext_lazy("The interview is changed.")

    def get_initial(self) -> dict:
        return {}


class InterviewNotes(NotesPage, OneInterview, ResearchFormPage):
    template_name = "presales/notes_form.html"
    title = gettext_lazy("What was said")

    def noted(self) -> Interview:
        return self.interview

    def write(self, notes: str, *, based_on: int) -> Interview:
        return write_interview_notes(
            interview=self.interview, notes=notes, based_on=based_on, actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip

    def autosave_url(self) -> str:
        return reverse("presales:interview_notes_autosave", kwargs=self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(text=self.interview.person, **kwargs)


class InterviewNotesAutosave(NotesAutosave, InterviewNotes):
    pass


class InterviewAct(OneInterview, ContributorMixin, ProjectPageMixin, ActMixin, View):
    def do(self) -> None:
        raise NotImplementedError

    def act(self) -> None:
        self.prepare()
        self.do()


class InterviewHold(InterviewAct):
    said = gettext_lazy("It is noted that the interview was held. Note the problems next.")

    def do(self) -> None:
        hold_interview(interview=self.interview, actor=self.request.user, at=timezone.now())


class InterviewRemove(InterviewAct):
    said = gettext_lazy("The interview is off the plan; that it stood there is on record.")

    def do(self) -> None:
        remove_interview(interview=self.interview, actor=self.request.user, at=timezone.now())
        self.is_gone = True

    def get_success_url(self) -> str:
        if getattr(self, "is_gone", False):
            return reverse("presales:interview_list", kwargs={"project_pk": self.project.pk})
        return super().get_success_url()


class ProblemSee(OneInterview, ResearchFormPage):
    """The same problem once more; with ``seen=`` empty it is taken back."""

    form_class = SeenForm
    title = gettext_lazy("The same problem again")
    button = gettext_lazy("Note it")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project}

    def perform(self, form: SeenForm) -> Problem:
        return see_problem(
            problem=form.cleaned_data["problem"],
            interview=self.interview,
            is_seen=self.request.POST.get("seen", "1") != "",
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#problems"
