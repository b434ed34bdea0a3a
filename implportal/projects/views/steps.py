from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import DomainFormMixin
from implportal.projects.domain.steps import change_step
from implportal.projects.forms.projects import StepForm
from implportal.projects.models import Project, Step
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_contribute, may_run

SHOWN = 10
"""Entries of the record on an activity's page; the rest is under "Activity"."""


class StepPageMixin(ProjectPageMixin):
    """A page about the activity named by ``key`` in the address."""

    tab = "overview"

    def get_project(self) -> Project:
        project = super().get_project()
        self.step = get_object_or_404(
            Step.objects.visible_to(self.request.user).select_related("owner"),
            project=project,
            key=self.kwargs["key"],
        )
        return project

    def get_success_url(self) -> str:
        return self.step.get_absolute_url()


class StepDetail(DomainFormMixin, StepPageMixin, FormView):
    """What every activity has: owner, due date, state, notes, attachments."""

    form_class = StepForm
    template_name = "projects/step_detail.html"
    success_message = gettext_lazy("The changes are kept.")

    def get_form_kwargs(self) -> dict:
        runs = may_run(self.request.user, self.project)
        return super().get_form_kwargs() | {"step": self.step, "runs": runs}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_contribute(request.user, self.project):
            raise NotAllowed
        return super().post(request, *args, **kwargs)

    def perform(self, form: StepForm) -> Step:
        return change_step(
            step=self.step, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            step=self.step,
            entries=Entry.objects.of_subject(self.step).newest_first()[:SHOWN],
            may_contribute=may_contribute(self.request.user, self.project),
            **kwargs,
        )
