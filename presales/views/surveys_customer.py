"""The survey as the customer meets it, behind a link, without an account or script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import FormView, TemplateView, View

from implportal.kernel.errors import DomainError
from implportal.kernel.forms import ConfirmForm
from implportal.kernel.views import DomainFormMixin
from implportal.projects.models import Attachment
from implportal.signing.pages import LinkPageMixin
from presales.domain.surveys import hand_in_survey, refuse_link
from presales.domain.surveys_answers import keep_answers
from presales.domain.surveys_conditions import answers_of, asked
from presales.domain.surveys_people import part_of, questions_for, respondent_of
from presales.forms.surveys_answers import AnswersForm
from presales.models import Answer, Survey, SurveyQuestion
from presales.views.surveys_pages import AnswersPageMixin

SECONDS_A_QUESTION = 30


@dataclass(frozen=True)
class Section:
    """One page of the survey. ``questions`` are those that are asked as things stand.

    ``offered`` are also those that hang on an answer which is given on this very page.
    """

    number: int
    title: str
    questions: Sequence[SurveyQuestion]
    offered: Sequence[SurveyQuestion]
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
        self.respondent = respondent_of(survey, self.link.contact)
        return None

    @property
    def takes_answers(self) -> bool:
        """Whether this person may still change what they said."""
        is_over = self.respondent and self.respondent.handed_in_at
        return self.survey.takes_answers and not is_over

    def everything(self) -> list[SurveyQuestion]:
        return questions_for(self.survey, self.link.contact, self.respondent)

    @cached_property
    def sections(self) -> list[Section]:
        """Return what is this person's part, with what they said."""
        everything = self.everything()
        is_asked = {question.pk for question in asked(everything, answers_of(everything))}
        rows = part_of(self.respondent, everything)
        groups = groupby(rows, key=lambda question: question.section)
        return [
            self._section(number, title, list(group), is_asked)
            for number, (title, group) in enumerate(groups, start=1)
        ]

    def _section(
        self, number: int, title: str, questions: list[SurveyQuestion], is_asked: set[int]
    ) -> Section:
        offered: set[int] = set()
        for question in questions:
            if question.pk in is_asked or question.depends_on_id in offered:
                offered.add(question.pk)
        return Section(
            number=number,
            title=title,
            questions=[question for question in questions if question.pk in is_asked],
            offered=[question for question in questions if question.pk in offered],
            url=self.address("section", number=number),
        )

    @property
    def open_sections(self) -> list[Section]:
        """Those in which something is asked or may come to be."""
        return [section for section in self.sections if section.offered]

    def address(self, page: str, **kwargs: Any) -> str:
        return reverse(
            f"presales:survey_link_{page}", kwargs={"link_id": self.link.public_id, **kwargs}
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        questions = sum(len(section.questions) for section in self.sections)
        return super().get_context_data(
            survey=self.survey,
            takes_answers=self.takes_answers,
            others_answer=self.survey.takes_answers and not self.takes_answers,
            sections=self.open_sections,
            questions=questions,
            answered=sum(section.answered for section in self.sections),
            start_url=self.address("start"),
            not_me_url=self.address("not_me"),
            hand_in_url=self.address("hand_in"),
            **kwargs,
        )


class SurveyStart(SurveyLinkMixin, TemplateView):
    """What this is, how long it takes, until when, and where one stopped."""

    template_name = "presales/survey_link_start.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        unfinished = [section for section in self.sections if not section.is_complete]
        context = super().get_context_data(**kwargs)
        return context | {
            "go_on_url": unfinished[0].url if unfinished else context["hand_in_url"],
            "minutes": max(1, round(context["questions"] * SECONDS_A_QUESTION / 60)),
        }


class SurveySection(AnswersPageMixin, SurveyLinkMixin, FormView):
    """One section; saving leads to the next. With script it is kept while one writes."""

    form_class = AnswersForm
    template_name = "presales/survey_link_section.html"

    def refusal(self) -> HttpResponse | None:
        refused = super().refusal()
        if refused is None and not self.takes_answers:
            if self.is_autosave:
                return HttpResponse(status=409)
            return HttpResponseRedirect(self.address("start"))
        return refused

    @property
    def is_autosave(self) -> bool:
        return self.request.method == "POST" and "autosave" in self.request.POST

    @cached_property
    def section(self) -> Section:
        number = self.kwargs["number"]
        if not 1 <= number <= len(self.sections):
            raise Http404
        return self.sections[number - 1]

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "questions": self.section.offered,
            "file_url": lambda answer: self.address("file", question_pk=answer.question_id),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_autosave:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        form.is_valid()
        try:
            self._keep(form.given_now())
        except DomainError:
            return HttpResponse(status=409)
        return JsonResponse({"wrong": [*form.errors]})

    def keep(self, form: AnswersForm) -> int:
        return self._keep(form.given())

    def _keep(self, given: dict[int, Any]) -> int:
        return keep_answers(
            survey=self.survey,
            given=given,
            via=Answer.Via.LINK,
            answered_by=self.link.name,
            contact=self.link.contact,
            actor=None,
            at=self.now,
        )

    def get_success_url(self) -> str:
        if "stop" in self.request.POST:
            return self.address("start")
        if "stay" in self.request.POST:
            return self.request.path
        del self.sections  # what was answered just now decides what is asked next
        later = [one for one in self.open_sections if one.number > self.kwargs["number"]]
        return later[0].url if later else self.address("hand_in")

    def get_context_data(self, **kwargs: Any) -> dict:
        number = self.section.number
        earlier = [one for one in self.open_sections if one.number < number]
        return super().get_context_data(
            section=self.section,
            place=len(earlier) + 1,
            is_last=number == len(self.sections),
            previous_url=earlier[-1].url if earlier else "",
            **kwargs,
        )


class SurveyFile(SurveyLinkMixin, View):
    """A file that was answered, for the person behind the link; never shown, only saved."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        questions = part_of(self.respondent, self.everything())
        kept = [
            answer
            for pk, answer in answers_of(questions).items()
            if pk == kwargs["question_pk"] and isinstance(answer, dict)
        ]
        if not kept:
            raise Http404
        attachment = get_object_or_404(Attachment.objects.of(self.survey), pk=kept[0]["attachment"])
        response = FileResponse(
            attachment.file.open("rb"),
            as_attachment=True,
            filename=attachment.name,
            content_type="application/octet-stream",
        )
        response["X-Content-Type-Options"] = "nosniff"
        return response


class SurveyNotMe(DomainFormMixin, SurveyLinkMixin, FormView):
    """Whoever reads this is not the person that the link was meant for."""

    form_class = ConfirmForm
    template_name = "presales/survey_link_not_me.html"

    def form_valid(self, form: ConfirmForm) -> HttpResponse:
        try:
            refuse_link(link=self.link, at=self.now)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        # The link is closed now, so there is no page to lead to.
        return self.render_to_response(self.get_context_data(form=form, is_told=True))


class SurveyHandInPage(DomainFormMixin, SurveyLinkMixin, FormView):
    """All answers once more, and the button that says they are complete."""

    form_class = ConfirmForm
    template_name = "presales/survey_link_hand_in.html"

    def refusal(self) -> HttpResponse | None:
        refused = super().refusal()
        if refused is None and not self.takes_answers:
            return HttpResponseRedirect(self.address("start"))
        return refused

    def perform(self, form: ConfirmForm) -> Survey:
        return hand_in_survey(
            survey=self.survey, by=self.link.name, contact=self.link.contact, actor=None,
            at=self.now,
        )  # fmt: skip

    def get_success_url(self) -> str:
        return self.address("start")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            missing=[(section, q) for section in self.sections for q in section.missing], **kwargs
        )
