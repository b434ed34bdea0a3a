"""The answers of a survey as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import ngettext
from django.views.generic import FormView, View

from implportal.kernel.exports import xlsx_response
from implportal.kernel.imports import ImportPageMixin
from implportal.projects.models import Contact
from presales.domain.surveys_answer_sheets import (
    AnswerRow,
    check_rows,
    headings_of,
    import_answers,
    lines_of,
    state_of,
)
from presales.forms.surveys_answers import AnswerSheetForm
from presales.views.surveys import InterviewsMixin, SurveyPageMixin, speakers_of


class SurveyAnswerSheet(SurveyPageMixin, View):
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **_kwargs: object) -> HttpResponse:
        name = slugify(self.survey.title) or "answers"
        return xlsx_response(name, headings_of(self.survey), lines_of(self.survey))


class SurveyAnswerImport(InterviewsMixin, ImportPageMixin, SurveyPageMixin, FormView):
    """What somebody filled in, away from the page."""

    form_class = AnswerSheetForm
    template_name = "presales/survey_answer_import.html"
    row_class = AnswerRow
    speaker: Contact | None = None

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"speakers": speakers_of(self.project)}

    def unbound_form(self) -> AnswerSheetForm:
        return self.form_class(
            speakers=speakers_of(self.project), initial={"speaker": self.speaker}
        )

    @property
    def place(self) -> str:
        return f"presales.survey:{self.survey.pk}"

    def check(self, rows: list[AnswerRow], **chosen: Contact | None) -> list[AnswerRow]:
        self.speaker = chosen.get("speaker", self.speaker)
        return check_rows(rows, survey=self.survey)

    def is_good(self, row: AnswerRow) -> bool:
        return not row.error and row.kind != "SAME"

    def seen(self) -> dict:
        return {"state": state_of(self.survey), "speaker": self.speaker and self.speaker.pk}

    def keep(self, rows: list[AnswerRow], seen: dict) -> str:
        self.speaker = speakers_of(self.project).filter(pk=seen["speaker"]).first()
        count = import_answers(
            survey=self.survey, rows=rows, seen=seen["state"], contact=self.speaker,
            actor=self.request.user, at=timezone.now(),
        )  # fmt: skip
        return ngettext("%(count)s answer is kept.", "%(count)s answers are kept.", count) % {
            "count": count
        }

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(speaker=self.speaker, **kwargs)
