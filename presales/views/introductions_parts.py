from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from implportal.documents.markdown import to_html
from implportal.kernel.errors import DomainError
from implportal.kernel.views import DomainFormMixin, ReorderView
from implportal.projects.models import Project
from presales.domain.introductions_parts import (
    REWORDED,
    add_parts,
    add_text,
    change_part,
    move_part,
    order_parts,
    remove_part,
)
from presales.domain.introductions_text import words_for, words_of
from presales.forms.introductions import PartForm, WordsForm
from presales.models import ITEM_FIELDS, Introduction, IntroductionPart
from presales.pages import ActMixin, PreparesMixin, step_of
from presales.views.introductions import IntroductionPageMixin, image_prefix


class PartsAdd(ActMixin, PreparesMixin, IntroductionPageMixin, View):
    said = gettext_lazy("It stands at the end. Move it to where it belongs.")

    def act(self) -> None:
        add_parts(
            introduction=self.introduction,
            chosen=self.request.POST.getlist("chosen"),
            actor=self.request.user,
            at=timezone.now(),
        )


class TextAdd(DomainFormMixin, PreparesMixin, IntroductionPageMixin, FormView):
    form_class = PartForm
    template_name = "presales/step_form.html"
    success_message = gettext_lazy("The text stands at the end. Move it to where it belongs.")

    def perform(self, form: PartForm) -> IntroductionPart:
        return add_text(
            introduction=self.introduction,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("A text of your own"), button=_("Add text"), **kwargs
        )


class PartPageMixin(IntroductionPageMixin):
    """A page of the part in the address."""

    def get_project(self) -> Project:
        project = super().get_project()
        self.part = get_object_or_404(
            self.introduction.parts.select_related(*ITEM_FIELDS.values()),
            pk=self.kwargs["part_pk"],
        )
        self.part.introduction = self.introduction
        return project


class PartEdit(DomainFormMixin, PreparesMixin, PartPageMixin, FormView):
    """Heading and words of a part for this customer, shown as they are written."""

    template_name = "presales/introduction_part_edit.html"
    success_message = gettext_lazy("The words for this customer are kept.")

    def get_form_class(self) -> type[PartForm]:
        return WordsForm if self.part.kind in REWORDED else PartForm

    def get_initial(self) -> dict:
        replaces = "1" if self.part.replaces_text else ""
        return {"title": self.part.title, "text": self.part.text, "replaces_text": replaces}

    def perform(self, form: PartForm) -> IntroductionPart:
        return change_part(
            part=self.part, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            part=self.part, words=words_of(self.part.item), **written(self.part), **kwargs
        )


class PartPreview(PreparesMixin, PartPageMixin, View):
    """A part with words that are being written and are not kept yet."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        self.part.title = request.POST.get("title", "").strip()[:160]
        self.part.text = request.POST.get("text", "")[:20_000]
        self.part.replaces_text = bool(request.POST.get("replaces_text"))
        return render(request, "presales/_introduction_part_shown.html", written(self.part))


def written(part: IntroductionPart) -> dict[str, Any]:
    """Return a part as its customer would read it, or why it cannot be drawn."""
    project = part.introduction.project
    context: dict[str, Any] = {
        "heading": part.title or (part.heading if part.item else _("Without a heading")),
        "image_prefix": image_prefix(project),
    }
    try:
        context["html"] = to_html(words_for(part))
    except DomainError as error:
        context["refusal"] = str(error)
    return context


class PartsOrder(ReorderView):
    """What the list of parts sends when somebody moves one."""

    queryset = Introduction.objects.all()

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(project=self.kwargs["project_pk"])

    def reorder(self, keys: list[int]) -> None:
        order_parts(introduction=self.object, keys=keys, actor=self.request.user, at=timezone.now())


class PartMove(ActMixin, PreparesMixin, PartPageMixin, View):
    def act(self) -> None:
        move_part(
            part=self.part,
            step=step_of(self.request),
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#part-{self.part.pk}"


class PartRemove(ActMixin, PreparesMixin, PartPageMixin, View):
    def act(self) -> None:
        remove_part(part=self.part, actor=self.request.user, at=timezone.now())
