from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView, View

from implportal.audit.models import Entry
from implportal.kernel.forms import ReasonForm
from implportal.kernel.views import DomainFormMixin, ListPage
from implportal.projects.models import Project
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_contribute
from presales.domain.requirement_history import rewordings
from presales.domain.requirement_likeness import Like, likeness_in, twins_in
from presales.domain.requirement_links import thread
from presales.domain.requirement_suspects import clear_suspects, suspects_in
from presales.domain.requirements import add_requirement, change_requirement, drop_requirement
from presales.filters.requirements import RequirementFilter
from presales.forms.requirements import RequirementForm
from presales.models import Requirement
from presales.pages import ActMixin, ContributorMixin


class RequirementList(ProjectPageMixin, ListPage):
    tab = "requirements"
    queryset = Requirement.objects.with_coverage().with_rank()
    filterset_class = RequirementFilter
    template_name = "presales/requirement_list.html"
    context_object_name = "requirements"
    sorts = {
        "order": ("order", "number", "pk"),
        "code": ("number", "pk"),
        "text": ("text", "pk"),
        "priority": ("priority_rank", "number", "pk"),
        "source": ("source", "number", "pk"),
        "state": ("state", "number", "pk"),
    }
    export_name = "requirements"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(project=self.project)

    @cached_property
    def suspects(self) -> dict[int, int]:
        return suspects_in(self.project)

    def get_filterset_kwargs(self, filterset_class: type) -> dict:
        return super().get_filterset_kwargs(filterset_class) | {"suspects": self.suspects}

    def export_columns(self) -> list[tuple[str, Callable[[Requirement], object]]]:
        return [
            (_("Code"), lambda requirement: requirement.code),
            (_("Requirement"), lambda requirement: requirement.text),
            (_("Priority"), lambda requirement: requirement.get_priority_display()),
            (_("Source"), lambda requirement: requirement.get_source_display()),
            (_("State"), lambda requirement: requirement.get_state_display()),
            (
                _("In the solution"),
                lambda requirement: _("yes") if requirement.is_covered else _("no"),
            ),
            (_("Suspect"), lambda requirement: self.suspects.get(requirement.pk, 0)),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(
            may_contribute=may_contribute(self.request.user, self.project), **kwargs
        )
        twins = twins_in(self.project)
        for requirement in context["requirements"]:
            requirement.twin = twins.get(requirement.code)
            requirement.suspects = self.suspects.get(requirement.pk, 0)
        may_change = context["may_contribute"] and self.project.is_running
        is_filtered = bool(context["filter"].form.changed_data)
        return context | {
            "suspect_count": len(self.suspects),
            "may_change": may_change,
            "is_filtered": is_filtered,
            "may_order": may_change and self.sort == "order" and not is_filtered,
            "query": self.request.GET.urlencode(),
        }


class RequirementPageMixin(ProjectPageMixin):
    """A page about the requirement in the address."""

    tab = "requirements"

    def get_project(self) -> Project:
        project = super().get_project()
        self.requirement = get_object_or_404(
            Requirement.objects.visible_to(self.request.user)
            .with_coverage()
            .select_related("created_by", "source_answer__question__survey"),
            project=project,
            pk=self.kwargs["pk"],
        )
        return project

    def get_success_url(self) -> str:
        return self.requirement.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(requirement=self.requirement, **kwargs)


class RequirementDetail(RequirementPageMixin, TemplateView):
    template_name = "presales/requirement_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        cells = thread(self.requirement)
        entries = (
            Entry.objects.of_project(self.project.pk).of_subject(self.requirement).newest_first()
        )
        return super().get_context_data(
            cells=cells,
            marks=[mark for cell in cells for _link, mark in cell.places if mark],
            entries=entries,
            rewordings=rewordings(entries),
            may_clear=may_contribute(self.request.user, self.project) and self.project.is_running,
            may_contribute=may_contribute(self.request.user, self.project),
            **kwargs,
        )


class RequirementCreate(ContributorMixin, DomainFormMixin, ProjectPageMixin, FormView):
    tab = "requirements"
    form_class = RequirementForm
    template_name = "presales/requirement_form.html"

    def form_valid(self, form: RequirementForm) -> HttpResponse:
        like = likeness_in(self.project).like(form.cleaned_data["text"])
        if like is None or self.request.POST.get("anyway") == like.name:
            return super().form_valid(form)
        return self.render_to_response(
            self.get_context_data(form=form, like=like, liked=self._named(like))
        )

    def _named(self, like: Like) -> Requirement:
        return self.project.requirements.get(number=int(like.name.removeprefix("R-")))

    def perform(self, form: RequirementForm) -> Requirement:
        return add_requirement(
            project=self.project,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_success_message(self) -> str:
        return _("%(code)s is added. Link it to the section that answers it.") % {
            "code": self.result.code
        }

    def get_success_url(self) -> str:
        if "another" in self.request.POST:
            return self.request.path
        return reverse("presales:requirement_list", kwargs={"project_pk": self.project.pk})


class RequirementEdit(ContributorMixin, DomainFormMixin, RequirementPageMixin, FormView):
    form_class = RequirementForm
    template_name = "presales/requirement_form.html"
    success_message = gettext_lazy("The requirement is changed.")

    def get_initial(self) -> dict:
        names = ("text", "priority", "source")
        return {name: getattr(self.requirement, name) for name in names}

    def perform(self, form: RequirementForm) -> Requirement:
        return change_requirement(
            requirement=self.requirement,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )


class RequirementDrop(ContributorMixin, DomainFormMixin, RequirementPageMixin, FormView):
    form_class = ReasonForm
    template_name = "presales/requirement_drop.html"
    success_message = gettext_lazy("The requirement is dropped; it stays readable here.")

    def perform(self, form: ReasonForm) -> Requirement:
        return drop_requirement(
            requirement=self.requirement,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            at=timezone.now(),
        )


class SuspectsClear(ContributorMixin, ProjectPageMixin, ActMixin, View):
    """One or several marks, as a page showed them, are said to be still right."""

    def act(self) -> None:
        cleared, left = clear_suspects(
            project=self.project,
            seen=self.request.POST.getlist("mark"),
            actor=self.request.user,
            at=timezone.now(),
        )
        self.said = ngettext(
            "%(count)s link is still right.", "%(count)s links are still right.", cleared
        ) % {"count": cleared}
        if left:
            messages.warning(
                self.request,
                ngettext(
                    "%(count)s link changed since you looked. Look at it once more.",
                    "%(count)s links changed since you looked. Look at them once more.",
                    left,
                )
                % {"count": left},
            )

    def get_success_url(self) -> str:
        requirement = self.request.POST.get("requirement", "")
        place = {"project_pk": self.project.pk}
        if requirement.isdecimal():
            return reverse("presales:requirement_detail", kwargs=place | {"pk": int(requirement)})
        return reverse("presales:requirement_matrix", kwargs=place)
