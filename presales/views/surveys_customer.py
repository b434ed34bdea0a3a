"""The survey as the customer meets it, behind a link, without an account or script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView, TemplateView

from implportal.kernel.forms import ConfirmForm
from implportal.kernel.views import DomainFormMixin
from implportal.signing.pages import LinkPageMixin
from presales.domain.surveys import hand_in_survey
from presales.domain.surveys_answers import keep_answers
from presales.forms.surveys import AnswersForm
from presales.models import Answer, Survey, SurveyQuestion

SECONDS_A_QUESTION = 30


@dataclass(frozen=True)
class Section:
    """One page of the survey."""

    number: int
    title: str
    questions: Sequence[SurveyQuestion]
    url: str

    @property
    def answered(self) -> int:
        return sum(hasattr(question, "answer") for question in self.questions)

    @property
    def missing(self) -> list[SurveyQuestion]:
        """What must be answered and is not."""
        return [q for q in self.questions if q.is_required and not hasattr(q, "answer")]

    @property
    def is_complete(self) -> bool:
        return self.answered == len(self.questions)


class SurveyLinkMixin(LinkPageMixin):
    """A page of the survey that the link leads to. Costs two queries more than the link."""

    kinds = frozenset({"ANSWER"})

    def refusal(self) -> HttpResponse | None:
        survey = self.link.subject
        if not isinstance(survey, Survey):
            return self.unknown()
        self.survey = survey
        return None

    @cached_property
    def sections(self) -> list[Section]:
        questions = self.survey.questions.select_related("answer").order_by("order", "pk")
        groups = groupby(questions, key=lambda question: question.section)
        return [
            Section(number, title, list(group), self.address("section", number=number))
            for number, (title, group) in enumerate(groups, start=1)
        ]

    def address(self, page: str, **kwargs: Any) -> str:
        return reverse(
            f"presales:survey_link_{page}", kwargs={"link_id": self.link.public_id, **kwargs}
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        questions = sum(len(section.questions) for section in self.sections)
        return super().get_context_data(
            survey=self.survey,
            sections=self.sections,
            questions=questions,
            answered=sum(section.answered for section in self.sections),
            start_url=self.address("start"),
            hand_in_url=self.address("hand_in"),
            **kwargs,
        )


class SurveyStart(SurveyLinkMixin, TemplateView):
    """What this is, how long it takes, until when, and where one stopped."""

    template_name = "presales/survey_link_start.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        open_sections = [section for section in self.sections if not section.is_complete]
        context = super().get_context_data(**kwargs)
        return context | {
            "go_on_url": open_sections[0].url if open_sections else context["hand_in_url"],
            "minutes": max(1, round(context["questions"] * SECONDS_A_QUESTION / 60)),
        }


class SurveySection(DomainFormMixin, SurveyLinkMixin, FormView):
    """One section; saving leads to the next."""

    form_class = AnswersForm
    template_name = "presales/survey_link_section.html"

    def refusal(self) -> HttpResponse | None:
        refused = super().refusal()
        if refused is None and not self.survey.takes_answers:
            return HttpResponseRedirect(self.address("start"))
        return refused

    @cached_property
    def section(self) -> Section:
        number = self.kwargs["number"]
        if not 1 <= number <= len(self.sections):
            raise Http404
        return self.sections[number - 1]

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"questions": self.section.questions}

    def perform(self, form: AnswersForm) -> int:
        return keep_answers(
            survey=self.survey,
            given=form.given(),
            via=Answer.Via.LINK,
            answered_by=self.link.name,
            actor=None,
            at=self.now,
        )

    def get_success_url(self) -> str:
        if "stop" in self.request.POST:
            return self.address("start")
        if self.section.number < len(self.sections):
            return self.sections[self.section.number].url
        return self.address("hand_in")

    def get_context_data(self, **kwargs: Any) -> dict:
        number = self.section.number
        return super().get_context_data(
            section=self.section,
            is_last=number == len(self.sections),
            previous_url=self.sections[number - 2].url if number > 1 else "",
            **kwargs,
        )


class SurveyHandInPage(DomainFormMixin, SurveyLinkMixin, FormView):
    """All answers once more, and the button that says they are complete."""

    form_class = ConfirmForm
    template_name = "presales/survey_link_hand_in.html"

    def refusal(self) -> HttpResponse | None:
        refused = super().refusal()
        if refused is None and not self.survey.takes_answers:
            return HttpResponseRedirect(self.address("start"))
        return refused

    def perform(self, form: ConfirmForm) -> Survey:
        return hand_in_survey(survey=self.survey, by=self.link.name, actor=None, at=self.now)

    def get_success_url(self) -> str:
        return self.address("start")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            missing=[(section, q) for section in self.sections for q in section.missing], **kwargs
        )
