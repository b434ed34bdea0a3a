"""The list of what to have ready, on the page of a survey."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import View

from implportal.kernel.errors import DomainError
from presales.domain.surveys_preparation import (
    add_preparation,
    remove_preparation,
    tick_preparation,
)
from presales.forms.surveys import PreparationForm
from presales.models import Preparation
from presales.pages import ActMixin
from presales.views.surveys import InterviewsMixin, SurveyPageMixin


class PreparationAct(ActMixin, InterviewsMixin, SurveyPageMixin, View):
    """Something done with the list; then back to it."""

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#preparation"

    def item(self) -> Preparation:
        return get_object_or_404(
            self.survey.preparation.select_related("survey"), pk=self.kwargs["item_pk"]
        )


class PreparationAdd(PreparationAct):
    def act(self) -> None:
        form = PreparationForm(self.request.POST)
        if not form.is_valid():
            raise DomainError(" ".join(form.errors["text"]))
        add_preparation(
            survey=self.survey, text=form.cleaned_data["text"], actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip


class PreparationTick(PreparationAct):
    def act(self) -> None:
        tick_preparation(
            item=self.item(), is_done="done" in self.request.POST, actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip


class PreparationRemove(PreparationAct):
    def act(self) -> None:
        remove_preparation(item=self.item(), actor=self.request.user)
