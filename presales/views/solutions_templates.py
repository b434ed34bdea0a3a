"""Templates that solutions start from."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, FormView, View

from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import DomainFormMixin, ListPage, ReorderView, VisibleToUserMixin
from implportal.projects.models import Project
from presales.domain.solution_templates import (
    move_template_section,
    order_template_sections,
    remove_template,
    remove_template_section,
    save_template,
    save_template_section,
    template_from_solution,
)
from presales.filters.texts import SolutionTemplateFilter
from presales.forms.texts import (
    SolutionTemplateForm,
    SolutionTemplateSectionForm,
    TemplateOfSolutionForm,
)
from presales.models import SolutionTemplate, SolutionTemplateSection
from presales.pages import ActMixin, step_of
from presales.permissions import may_edit_templates
from presales.views.solutions import SolutionPageMixin
from presales.views.surveys_templates import KeepsTemplatesMixin


class SolutionTemplateList(ListPage):
    queryset = SolutionTemplate.objects.select_related("changed_by").annotate(
        section_count=Count("sections")
    )
    filterset_class = SolutionTemplateFilter
    template_name = "presales/solution_template_list.html"
    export_name = "solution-templates"
    sorts = {
        "title": ("title", "pk"),
        "sections": ("section_count", "title", "pk"),
        "changed": ("changed_at", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Title"), lambda row: row.title),
            (_("When to take it"), lambda row: row.purpose),
            (_("Sections"), lambda row: row.section_count),
            (_("Offered first"), lambda row: _("yes") if row.is_default else _("no")),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_edit=may_edit_templates(self.request.user), **kwargs)


class SolutionTemplateDetail(VisibleToUserMixin, DetailView):
    queryset = SolutionTemplate.objects.select_related("changed_by")
    template_name = "presales/solution_template_detail.html"
    context_object_name = "template"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            sections=list(self.object.sections.order_by("order", "pk")),
            may_edit=may_edit_templates(self.request.user),
            **kwargs,
        )


class LibraryFormMixin(KeepsTemplatesMixin, DomainFormMixin):
    """A form about a template, for those who keep templates."""

    template_name = "presales/library_form.html"
    title = ""
    template: SolutionTemplate | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "pk" in self.kwargs:
            self.template = get_object_or_404(
                SolutionTemplate.objects.visible_to(request.user), pk=self.kwargs["pk"]
            )
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        return self.template.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        back = reverse("presales:solution_template_list")
        if self.template:
            back = self.template.get_absolute_url()
        return super().get_context_data(title=self.title, back=back, **kwargs)


class SolutionTemplateCreate(LibraryFormMixin, FormView):
    form_class = SolutionTemplateForm
    title = gettext_lazy("New solution template")

    def perform(self, form: SolutionTemplateForm) -> SolutionTemplate:
        self.template = save_template(
            template=self.template,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        return self.template

    def get_success_message(self) -> str:
        return _("“%(title)s” is kept.") % {"title": self.result.title}


class SolutionTemplateEdit(SolutionTemplateCreate):
    title = gettext_lazy("Title and purpose")

    def get_initial(self) -> dict:
        return {name: getattr(self.template, name) for name in ("title", "purpose", "is_default")}


class SolutionTemplateRemove(ActMixin, KeepsTemplatesMixin, View):
    said = gettext_lazy("The template is removed. Solutions that began with it keep their text.")

    def act(self) -> None:
        template = get_object_or_404(
            SolutionTemplate.objects.visible_to(self.request.user), pk=self.kwargs["pk"]
        )
        remove_template(template=template, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        return reverse("presales:solution_template_list")


class SolutionTemplateSectionCreate(LibraryFormMixin, FormView):
    form_class = SolutionTemplateSectionForm
    title = gettext_lazy("New section")
    section: SolutionTemplateSection | None = None

    def perform(self, form: SolutionTemplateSectionForm) -> SolutionTemplateSection:
        return save_template_section(
            template=self.template,
            section=self.section,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_success_message(self) -> str:
        return _("“%(title)s” is kept.") % {"title": self.result.title}

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#section-{self.result.pk}"


class SectionOfTemplateMixin:
    """The section in the address, of the template in the address."""

    def get_section(self) -> SolutionTemplateSection:
        return get_object_or_404(
            SolutionTemplateSection.objects.filter(
                template__in=SolutionTemplate.objects.visible_to(self.request.user)
            ).select_related("template"),
            template=self.kwargs["pk"],
            pk=self.kwargs["part_pk"],
        )


class SolutionTemplateSectionEdit(SectionOfTemplateMixin, SolutionTemplateSectionCreate):
    title = gettext_lazy("Change a section")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.section = self.get_section()
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict:
        names = ("title", "level", "hint", "markdown")
        return {name: getattr(self.section, name) for name in names}


class SolutionTemplateSectionMove(SectionOfTemplateMixin, ActMixin, KeepsTemplatesMixin, View):
    def act(self) -> None:
        move_template_section(
            section=self.get_section(), step=step_of(self.request), actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip

    def get_success_url(self) -> str:
        return reverse("presales:solution_template_detail", kwargs={"pk": self.kwargs["pk"]})


class SolutionTemplateSectionRemove(SectionOfTemplateMixin, ActMixin, KeepsTemplatesMixin, View):
    said = gettext_lazy("The section is removed.")

    def act(self) -> None:
        remove_template_section(
            section=self.get_section(), actor=self.request.user, at=timezone.now()
        )

    def get_success_url(self) -> str:
        return reverse("presales:solution_template_detail", kwargs={"pk": self.kwargs["pk"]})


class SolutionTemplateOrder(KeepsTemplatesMixin, ReorderView):
    queryset = SolutionTemplate.objects.all()

    def reorder(self, keys: list[int]) -> None:
        order_template_sections(
            template=self.object, keys=keys, actor=self.request.user, at=timezone.now()
        )


class SolutionAsTemplate(SolutionPageMixin, DomainFormMixin, FormView):
    """A template of the headings of this solution."""

    form_class = TemplateOfSolutionForm
    template_name = "presales/solution_as_template.html"

    def get_project(self) -> Project:
        project = super().get_project()
        if not may_edit_templates(self.request.user):
            raise NotAllowed
        return project

    def get_initial(self) -> dict:
        return super().get_initial() | {"title": self.solution.title[:160]}

    def perform(self, form: TemplateOfSolutionForm) -> SolutionTemplate:
        return template_from_solution(
            solution=self.solution,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_success_message(self) -> str:
        return _("“%(title)s” can be chosen when a solution is started.") % {
            "title": self.result.title
        }

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()
