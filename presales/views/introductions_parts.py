from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from implportal.kernel.views import DomainFormMixin
from implportal.projects.models import Project
from presales.domain.introductions_parts import (
    add_parts,
    add_text,
    change_part,
    move_part,
    remove_part,
)
from presales.forms.introductions import PartForm
from presales.models import ITEM_FIELDS, IntroductionPart
from presales.pages import ActMixin, PreparesMixin
from presales.views.introductions import IntroductionPageMixin


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
        return project


class PartEdit(DomainFormMixin, PreparesMixin, PartPageMixin, FormView):
    form_class = PartForm
    template_name = "presales/step_form.html"
    success_message = gettext_lazy("The words for this customer are kept.")

    def get_initial(self) -> dict:
        return {"title": self.part.title, "text": self.part.text}

    def perform(self, form: PartForm) -> IntroductionPart:
        return change_part(
            part=self.part, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        intro = ""
        if self.part.item:
            intro = _(
                "The catalogue gives “%(item)s” its heading and its text. What you write here "
                "is for this customer alone: another heading, and words that come first."
            ) % {"item": self.part.item}
        return super().get_context_data(
            title=_("Words for this customer"), intro=intro, button=_("Keep"), **kwargs
        )


class PartMove(ActMixin, PreparesMixin, PartPageMixin, View):
    def act(self) -> None:
        move_part(
            part=self.part,
            up=self.request.POST.get("direction") == "up",
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#part-{self.part.pk}"


class PartRemove(ActMixin, PreparesMixin, PartPageMixin, View):
    def act(self) -> None:
        remove_part(part=self.part, actor=self.request.user, at=timezone.now())
