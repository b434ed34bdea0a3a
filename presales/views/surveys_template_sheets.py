"""Survey templates as files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import ngettext
from django.views.generic import FormView, View

from implportal.kernel.exports import xlsx_response
from implportal.kernel.imports import ImportPageMixin
from presales.domain.surveys_template_sheets import (
    HEADINGS,
    QuestionRow,
    check_rows,
    import_template,
    sheet_of,
    state_of,
)
from presales.forms.surveys import TemplateImportForm
from presales.models import SurveyTemplate, TemplateQuestion
from presales.views.surveys_templates import KeepsTemplatesMixin


class SurveyTemplateSheet(View):
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        template = get_object_or_404(SurveyTemplate.objects.visible_to(request.user), pk=pk)
        name = slugify(template.title) or "survey-template"
        return xlsx_response(name, list(HEADINGS.values()), sheet_of(template))


class SurveyTemplateImport(KeepsTemplatesMixin, ImportPageMixin, FormView):
    """All rows or none: with one of them wrong, nothing is kept."""

    form_class = TemplateImportForm
    template_name = "presales/survey_template_import.html"
    row_class = QuestionRow
    is_faulty = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.template = get_object_or_404(
            SurveyTemplate.objects.visible_to(request.user), pk=kwargs["pk"]
        )
        return super().dispatch(request, *args, **kwargs)

    @property
    def place(self) -> str:
        return f"presales.surveytemplate:{self.template.pk}"

    def check(self, rows: list[QuestionRow]) -> list[QuestionRow]:
        check_rows(rows)
        self.is_faulty = any(row.error for row in rows)
        return rows

    def is_good(self, row: QuestionRow) -> bool:
        return not self.is_faulty

    def seen(self) -> str:
        return state_of(self.template)

    def keep(self, rows: list[QuestionRow], seen: str) -> str:
        count = import_template(
            template=self.template, rows=rows, seen=seen, actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip
        return ngettext(
            "The template has the %(count)s question of the file now.",
            "The template has the %(count)s questions of the file now.",
            count,
        ) % {"count": count}

    def get_success_url(self) -> str:
        return self.template.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        there = TemplateQuestion.objects.filter(section__template=self.template).count()
        rows = kwargs.get("rows", [])
        return super().get_context_data(
            template=self.template,
            there=there,
            questions=sum(bool(row.text) for row in rows),
            back=self.get_success_url(),
            **kwargs,
        )
