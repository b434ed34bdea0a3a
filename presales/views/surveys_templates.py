from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import CreateView, DetailView, UpdateView, View

from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.views import ListPage, VisibleToUserMixin
from presales.domain.surveys_templates import (
    move_template_item,
    place_of,
    remove_template_item,
    save_template_item,
)
from presales.filters.surveys import SurveyTemplateFilter
from presales.forms.surveys import (
    SurveyTemplateForm,
    TemplateQuestionForm,
    TemplateSectionForm,
)
from presales.models import SurveyTemplate, TemplateQuestion, TemplateSection
from presales.pages import ActMixin
from presales.permissions import may_edit_templates


class SurveyTemplateList(ListPage):
    queryset = SurveyTemplate.objects.select_related("field_of_business").annotate(
        question_count=Count("sections__questions")
    )
    filterset_class = SurveyTemplateFilter
    template_name = "presales/survey_template_list.html"
    export_name = "survey-templates"
    sorts = {
        "title": ("title", "pk"),
        "field": ("field_of_business__name", "title", "pk"),
        "questions": ("question_count", "title", "pk"),
    }

    def export_columns(self) -> list:
        return [
            (_("Title"), lambda row: row.title),
            (_("Field of business"), lambda row: row.field_of_business),
            (_("Questions"), lambda row: row.question_count),
            (_("Published"), lambda row: _("yes") if row.is_published else _("no")),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_edit=may_edit_templates(self.request.user), **kwargs)


class SurveyTemplateDetail(VisibleToUserMixin, DetailView):
    queryset = SurveyTemplate.objects.select_related("field_of_business")
    template_name = "presales/survey_template_detail.html"
    context_object_name = "template"

    def get_context_data(self, **kwargs: Any) -> dict:
        questions: dict[int, list[TemplateQuestion]] = {}
        rows = TemplateQuestion.objects.filter(section__template=self.object)
        for question in rows.select_related("depends_on").order_by("order", "pk"):
            questions.setdefault(question.section_id, []).append(question)
        return super().get_context_data(
            sections=[
                (section, questions.get(section.pk, []))
                for section in self.object.sections.order_by("order", "pk")
            ],
            may_edit=may_edit_templates(self.request.user),
            **kwargs,
        )


class KeepsTemplatesMixin:
    """Only for those who keep templates; the rest gets 403."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_edit_templates(request.user):
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def templates(self) -> QuerySet[SurveyTemplate]:
        return SurveyTemplate.objects.visible_to(self.request.user)


class ItemFormMixin(KeepsTemplatesMixin):
    """The form of a template, a section or a question, and saying that it is kept."""

    template_name = "presales/survey_template_form.html"
    title = ""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            item = save_template_item(
                item=form.instance, actor=self.request.user, at=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("“%(name)s” is kept.") % {"name": item})
        return HttpResponseRedirect(self.after(item))

    def after(self, item: Any) -> str:
        """Return where to go on: the template, at the item."""
        if isinstance(item, SurveyTemplate):
            return item.get_absolute_url()
        section = item if isinstance(item, TemplateSection) else item.section
        return f"{section.template.get_absolute_url()}#section-{section.pk}"

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(title=self.title, **kwargs)
        return context | {"back": self.back()}

    def back(self) -> str:
        return reverse("presales:survey_template_list")


class SurveyTemplateCreate(ItemFormMixin, CreateView):
    form_class = SurveyTemplateForm
    title = gettext_lazy("New survey template")


class SurveyTemplateEdit(ItemFormMixin, UpdateView):
    form_class = SurveyTemplateForm
    title = gettext_lazy("Title and field of business")

    def get_queryset(self) -> QuerySet[SurveyTemplate]:
        return self.templates()

    def back(self) -> str:
        return self.object.get_absolute_url()


class TemplateSectionCreate(ItemFormMixin, CreateView):
    form_class = TemplateSectionForm
    title = gettext_lazy("New section")

    def get_form_kwargs(self) -> dict:
        self.template = get_object_or_404(self.templates(), pk=self.kwargs["template_pk"])
        return super().get_form_kwargs() | {"instance": TemplateSection(template=self.template)}

    def back(self) -> str:
        return self.template.get_absolute_url()


class SectionsMixin:
    def get_queryset(self) -> QuerySet[TemplateSection]:
        return TemplateSection.objects.filter(template__in=self.templates()).select_related(
            "template"
        )


class TemplateSectionEdit(SectionsMixin, ItemFormMixin, UpdateView):
    form_class = TemplateSectionForm
    title = gettext_lazy("Heading of the section")

    def back(self) -> str:
        return self.object.template.get_absolute_url()


class TemplateQuestionCreate(ItemFormMixin, CreateView):
    form_class = TemplateQuestionForm
    title = gettext_lazy("New question")

    def get_form_kwargs(self) -> dict:
        self.section = get_object_or_404(
            TemplateSection.objects.filter(template__in=self.templates()).select_related(
                "template"
            ),
            pk=self.kwargs["section_pk"],
        )
        return super().get_form_kwargs() | {"instance": TemplateQuestion(section=self.section)}

    def after(self, item: TemplateQuestion) -> str:
        return self.request.path if "another" in self.request.POST else super().after(item)

    def back(self) -> str:
        return self.section.template.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_add_another=True, **kwargs)


class QuestionsMixin:
    def get_queryset(self) -> QuerySet[TemplateQuestion]:
        return TemplateQuestion.objects.filter(
            section__template__in=self.templates()
        ).select_related("section__template")


class TemplateQuestionEdit(QuestionsMixin, ItemFormMixin, UpdateView):
    form_class = TemplateQuestionForm
    title = gettext_lazy("Question")

    def back(self) -> str:
        return self.object.section.template.get_absolute_url()


class ItemActMixin(ActMixin, KeepsTemplatesMixin):
    """A button at a section or question."""

    def item(self) -> TemplateSection | TemplateQuestion:
        item = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        section = item if isinstance(item, TemplateSection) else item.section
        self.url = section.template.get_absolute_url()
        return item

    def get_success_url(self) -> str:
        return self.url


class MoveMixin(ItemActMixin):
    def act(self) -> None:
        item = self.item()
        step = {"up": -1, "down": 1}.get(self.request.POST.get("direction", ""), 0)
        place = self.request.POST.get("to", "")
        move_template_item(
            item=item,
            to=int(place) if place.isdecimal() else place_of(item) + step,
            actor=self.request.user,
            at=timezone.now(),
        )


class RemoveMixin(ItemActMixin):
    def act(self) -> None:
        remove_template_item(item=self.item(), actor=self.request.user, at=timezone.now())


class TemplateSectionMove(SectionsMixin, MoveMixin, View):
    pass


class TemplateSectionRemove(SectionsMixin, RemoveMixin, View):
    said = gettext_lazy("The section is removed.")


class TemplateQuestionMove(QuestionsMixin, MoveMixin, View):
    pass


class TemplateQuestionRemove(QuestionsMixin, RemoveMixin, View):
    said = gettext_lazy("The question is removed.")
