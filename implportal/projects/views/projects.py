from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from implportal.kernel.errors import NotAllowed
from implportal.kernel.money import to_decimal
from implportal.kernel.views import DomainFormMixin, ListPage
from implportal.projects.domain.lives import attach_lives
from implportal.projects.domain.phases import enter_phase, missing_for, next_phase
from implportal.projects.domain.projects import change_project, create_project
from implportal.projects.filters import ProjectFilter
from implportal.projects.forms.projects import PhaseForm, ProjectForm
from implportal.projects.models import Customer, Phase, Project
from implportal.projects.pages import ProjectActionPage
from implportal.projects.permissions import (
    may_create_project,
    may_handle_money,
    may_override_gate,
)

MOST_DIGITS = 18
"""Every key of the database has fewer."""


class ProjectList(ListPage):
    queryset = Project.objects.select_related("customer", "implementation_manager").only(
        "code", "title", "phase", "state", "planned_end_on", "contract_value_minor", "paid_minor",
        "currency", "customer__name", "implementation_manager__name",
    )  # fmt: skip
    filterset_class = ProjectFilter
    template_name = "projects/project_list.html"
    context_object_name = "projects"
    export_name = "projects"
    default_sort = "-created"
    sorts = {
        "created": ("created_at", "pk"),
        "code": ("code", "pk"),
        "title": ("title", "pk"),
        "customer": ("customer__name", "pk"),
        "manager": ("implementation_manager__name", "pk"),
        "end": ("planned_end_on", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Code"), lambda project: project.code),
            (_("Title"), lambda project: project.title),
            (_("Customer"), lambda project: project.customer.name),
            (_("Phase"), lambda project: project.get_phase_display()),
            (_("State"), lambda project: project.get_state_display()),
            (_("Implementation manager"), lambda project: project.implementation_manager.name),
            (_("Planned end"), lambda project: project.planned_end_on),
            *self.money_columns(),
        ]

    def money_columns(self) -> list:
        """Only for those who may see the money of every project in the list."""
        if not may_handle_money(self.request.user):
            return []
        return [
            (_("Contract value"), lambda p: to_decimal(p.contract_value_minor, p.currency)),
            (_("Paid"), lambda p: to_decimal(p.paid_minor, p.currency)),
            (_("Currency"), lambda p: p.currency),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(
            may_create=may_create_project(self.request.user), **kwargs
        )
        context["projects"] = attach_lives(context["projects"], today=timezone.localdate())
        return context


class ProjectCreate(DomainFormMixin, FormView):
    form_class = ProjectForm
    template_name = "form_page.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_create_project(request.user):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict:
        wanted = self.request.GET.get("customer", "")
        if not wanted.isdecimal() or len(wanted) > MOST_DIGITS:
            return {}
        customer = Customer.objects.visible_to(self.request.user).filter(pk=wanted).first()
        return {"customer": customer, "currency": customer.currency} if customer else {}

    def perform(self, form: ProjectForm) -> Project:
        return create_project(actor=self.request.user, at=timezone.now(), **form.cleaned_data)

    def get_success_message(self) -> str:
        return _("%(project)s is started. Begin with one of the seven pre-sales steps.") % {
            "project": self.result
        }

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        url = reverse("projects:project_list")
        return super().get_context_data(
            title=_("New project"),
            button=_("Start project"),
            back=url,
            crumbs=[(_("Projects"), url)],
            **kwargs,
        )


class ProjectEdit(ProjectActionPage):
    form_class = ProjectForm
    title = gettext_lazy("Edit project")
    button = gettext_lazy("Keep changes")
    success_message = gettext_lazy("The changes are kept.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"user": self.request.user, "project": self.project}

    def perform(self, form: ProjectForm) -> Project:
        return change_project(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class PhaseEnter(ProjectActionPage):
    """The gate to the next phase: what is missing, and the step through it."""

    form_class = PhaseForm
    template_name = "projects/phase_enter.html"

    def allowed(self) -> bool:
        is_last = next_phase(self.project) == Phase.CLOSED
        return super().allowed() or (is_last and may_handle_money(self.request.user))

    def get_form_kwargs(self) -> dict:
        closes = next_phase(self.project) == Phase.CLOSED
        may_override = may_override_gate(self.request.user) and not closes
        return super().get_form_kwargs() | {"may_override": may_override}

    def perform(self, form: PhaseForm) -> Project:
        return enter_phase(
            project=self.project,
            phase=next_phase(self.project),
            actor=self.request.user,
            at=timezone.now(),
            override_reason=form.cleaned_data.get("override_reason", "").strip(),
        )

    def get_success_message(self) -> str:
        if self.result.phase == Phase.CLOSED:
            return _("%(project)s is closed: accepted and paid.") % {"project": self.result}
        return _("%(project)s has entered %(phase)s.") % {
            "project": self.result,
            "phase": self.result.get_phase_display(),
        }

    def get_context_data(self, **kwargs: Any) -> dict:
        phase = next_phase(self.project)
        return super().get_context_data(
            next_phase=phase,
            closes=phase == Phase.CLOSED,
            missing=missing_for(self.project, phase) if phase else [],
            may_override=may_override_gate(self.request.user),
            **kwargs,
        )
