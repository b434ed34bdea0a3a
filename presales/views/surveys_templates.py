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
from implportal.kernel.views import ListPage, ReorderView, VisibleToUserMixin
from presales.domain.surveys_template_sheets import contents_of
from presales.domain.surveys_templates import (
    Movable,
    move_template_item,
    order_template_items,
    place_of,
    remove_template_item,
    save_template_item,
    template_of,
)
from presales.filters.surveys import SurveyTemplateFilter
from presales.forms.surveys import (
    PreparationItemForm,
    SurveyTemplateForm,
    TemplateQuestionForm,
    TemplateSectionForm,
)
from presales.models import PreparationItem, SurveyTemplate, TemplateQuestion, TemplateSection
from presales.pages import ActMixin, step_of
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
        sections = contents_of(self.object)
        return super().get_context_data(
            sections=sections,
            headings=[section for section, _questions in sections],
            preparation=self.object.preparation.order_by("order", "pk"),
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
    """The form of a template or of a line of it, and saying that it is kept."""

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
        if isinstance(item, PreparationItem):
            return f"{item.template.get_absolute_url()}#preparation"
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


class LineCreate(ItemFormMixin, CreateView):
    """Something new of the template in the address."""

    def get_form_kwargs(self) -> dict:
        self.template = get_object_or_404(self.templates(), pk=self.kwargs["template_pk"])
        line = self.form_class.Meta.model(template=self.template)
        return super().get_form_kwargs() | {"instance": line}

    def after(self, item: Any) -> str:
        return self.request.path if "another" in self.request.POST else super().after(item)

    def back(self) -> str:
        return self.template.get_absolute_url()


class TemplateSectionCreate(LineCreate):
    form_class = TemplateSectionForm
    title = gettext_lazy("New section")


class PreparationItemCreate(LineCreate):
    form_class = PreparationItemForm
    title = gettext_lazy("To prepare before a survey")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_add_another=True, **kwargs)


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


class PreparationItemsMixin:
    def get_queryset(self) -> QuerySet[PreparationItem]:
        return PreparationItem.objects.filter(template__in=self.templates()).select_related(
            "template"
        )


class PreparationItemEdit(PreparationItemsMixin, ItemFormMixin, UpdateView):
    form_class = PreparationItemForm
    title = gettext_lazy("To prepare before a survey")

    def back(self) -> str:
        return self.object.template.get_absolute_url()


class TemplateQuestionEdit(QuestionsMixin, ItemFormMixin, UpdateView):
    form_class = TemplateQuestionForm
    title = gettext_lazy("Question")

    def back(self) -> str:
        return self.object.section.template.get_absolute_url()


class ItemActMixin(ActMixin, KeepsTemplatesMixin):
    """A button at a line of a template."""

    def item(self) -> Movable:
        item = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        self.url = template_of(item).get_absolute_url()
        return item

    def get_success_url(self) -> str:
        return self.url


class MoveMixin(ItemActMixin):
    def act(self) -> None:
        item = self.item()
        place = self.request.POST.get("to", "")
        move_template_item(
            item=item,
            to=int(place) if place.isdecimal() else place_of(item) + step_of(self.request),
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


class PreparationItemMove(PreparationItemsMixin, MoveMixin, View):
    pass


class PreparationItemRemove(PreparationItemsMixin, RemoveMixin, View):
    said = gettext_lazy("It is removed from the list.")


class OrderMixin(KeepsTemplatesMixin, ReorderView):
    """Lines that were dragged, or moved with the arrow keys."""

    def rows(self) -> QuerySet:
        raise NotImplementedError

    def reorder(self, keys: list[int]) -> None:
        order_template_items(
            rows=self.rows(), keys=keys, actor=self.request.user, at=timezone.now()
        )


class TemplateSectionOrder(OrderMixin):
    queryset = SurveyTemplate.objects.all()

    def rows(self) -> QuerySet:
        return self.object.sections.all()


class PreparationItemOrder(OrderMixin):
    queryset = SurveyTemplate.objects.all()

    def rows(self) -> QuerySet:
        return self.object.preparation.all()


class TemplateQuestionOrder(SectionsMixin, OrderMixin):
    def rows(self) -> QuerySet:
        return self.object.questions.all()
