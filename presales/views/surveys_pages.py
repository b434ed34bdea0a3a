"""What the pages have in common on which surveys are answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from implportal.kernel.views import DomainFormMixin
from presales.domain.surveys_answers import WrongAnswer
from presales.forms.surveys_answers import AnswersForm


class AnswersPageMixin(DomainFormMixin):
    """A form of answers; what the domain refuses is said at its question."""

    def form_valid(self, form: AnswersForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except _AtItsField as refused:
            form.refuse(refused.answer)
            return self.form_invalid(form)

    def perform(self, form: AnswersForm) -> Any:
        try:
            return self.keep(form)
        except WrongAnswer as error:
            raise _AtItsField(error) from error

    def keep(self, form: AnswersForm) -> Any:
        raise NotImplementedError


class _AtItsField(Exception):
    """Passes by what would put the refusal above the form."""

    def __init__(self, answer: WrongAnswer) -> None:
        super().__init__()
        self.answer = answer
