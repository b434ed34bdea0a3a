"""The solution as a file: what a file would become, what a revised one would change, and Word."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from implportal.documents.outline import ParsedDocument
from implportal.kernel.errors import DomainError
from implportal.kernel.forms import PageForm
from implportal.kernel.views import DomainFormMixin
from implportal.projects.permissions import may_contribute
from presales.domain.imports import (
    PreviewIsGone,
    import_solution,
    keep_for_preview,
    kept_for_preview,
    plan_import,
    reimport_solution,
)
from presales.domain.word_export import solution_as_word
from presales.forms.solutions import (
    ImportForm,
    ImportKeptForm,
    ReimportForm,
    TextFileForm,
)
from presales.models import Solution
from presales.views.solutions import SolutionPageMixin, WithoutSolutionMixin

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class SolutionImport(WithoutSolutionMixin, DomainFormMixin, FormView):
    """A new solution from a file: first what it would become, then (with ``kept``) itself."""

    form_class = ImportForm
    template_name = "presales/solution_import.html"

    def get_form_class(self) -> type[PageForm]:
        return ImportKeptForm if "kept" in self.request.POST else ImportForm

    def form_valid(self, form: ImportForm | ImportKeptForm) -> HttpResponse:
        if isinstance(form, ImportKeptForm):
            return super().form_valid(form)
        word = keep_for_preview(place=self.project, document=form.document, actor=self.request.user)
        title = form.cleaned_data["title"] or form.document.title or self.project.title
        return self.preview(
            ImportKeptForm(initial={"kept": word, "title": title[:200]}), form.document
        )

    def form_invalid(self, form: ImportForm | ImportKeptForm) -> HttpResponse:
        if isinstance(form, ImportForm):
            return super().form_invalid(form)
        try:
            return self.preview(form, self.document(form.data["kept"]))
        except PreviewIsGone as gone:
            again = ImportForm(data={"title": form.data.get("title", "")}, files={})
            again.full_clean()
            again.errors.clear()
            again.add_error("file", str(gone))
            return super().form_invalid(again)

    def preview(self, form: ImportKeptForm, document: ParsedDocument) -> HttpResponse:
        context = self.get_context_data(form=form, document=document)
        return render(self.request, "presales/solution_import_first.html", context)

    def document(self, word: str) -> ParsedDocument:
        return kept_for_preview(place=self.project, word=word, actor=self.request.user)

    def perform(self, form: ImportKeptForm) -> Solution:
        return import_solution(
            project=self.project,
            document=self.document(form.cleaned_data["kept"]),
            title=form.cleaned_data["title"],
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_message(self) -> str:
        return _("The file is imported as %(n)s sections. Link them to the requirements.") % {
            "n": self.result.sections.count()
        }


class SolutionReimport(SolutionPageMixin, FormView):
    """A revised file: first what it would change, then (with ``text``) the change itself."""

    needs = may_contribute
    form_class = TextFileForm
    template_name = "presales/solution_import.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "text" in request.POST:
            return self.carry_out(ReimportForm(request.POST))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: TextFileForm) -> HttpResponse:
        if form.is_word:
            word = keep_for_preview(
                place=self.solution, document=form.document, actor=self.request.user
            )
            return self.preview(form.document, kept=word)
        form.cleaned_data["file"].seek(0)
        data = form.cleaned_data["file"].read()
        utf_16 = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
        text = data.decode("utf-16" if utf_16 else "utf-8-sig")
        return self.preview(form.document, text=text)

    def preview(
        self, document: Any, *, text: str = "", kept: str = "", refusal: str = ""
    ) -> HttpResponse:
        plan = plan_import(solution=self.solution, document=document)
        initial = {"text": text, "kept": kept, "state_token": plan.state_token}
        context = self.get_context_data(
            form=ReimportForm(initial=initial), plan=plan, refusal=refusal
        )
        status = 409 if refusal else 200
        return render(self.request, "presales/solution_import_preview.html", context, status=status)

    def carry_out(self, form: ReimportForm) -> HttpResponse:
        if not form.is_valid():
            return self.choose_again(error for errors in form.errors.values() for error in errors)
        kept, text = form.cleaned_data["kept"], form.cleaned_data["text"]
        try:
            document = (
                kept_for_preview(place=self.solution, word=kept, actor=self.request.user)
                if kept
                else form.document
            )
        except DomainError as error:
            return self.choose_again([str(error)])
        try:
            reimport_solution(
                solution=self.solution,
                document=document,
                state_token=form.cleaned_data["state_token"],
                actor=self.request.user,
                at=timezone.now(),
            )
        except DomainError as error:
            return self.preview(document, text=text, kept=kept, refusal=str(error))
        return super().form_valid(form)

    def choose_again(self, errors: Iterable[str]) -> HttpResponse:
        again = TextFileForm(data={}, files={})
        again.full_clean()
        again.errors.clear()
        for error in errors:
            again.add_error("file", error)
        return self.form_invalid(again)


class SolutionWord(SolutionPageMixin, View):
    """The text as it is now, as a Word file."""

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            data = solution_as_word(solution=self.solution, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(self.get_success_url())
        return FileResponse(
            io.BytesIO(data),
            as_attachment=True,
            filename=f"{self.solution.number}.docx",
            content_type=WORD_TYPE,
        )
