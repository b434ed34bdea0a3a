"""Our own pages: what customers ask, and where each signing stands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.kernel.errors import NotAllowed
from implportal.kernel.forms import ConfirmForm
from implportal.kernel.views import ActionView, ListPage
from implportal.projects.pages import ProjectPageMixin
from implportal.signing.domain import reading
from implportal.signing.filters import QuestionFilter
from implportal.signing.forms import AnswerForm
from implportal.signing.models import Question
from implportal.signing.permissions import may_answer, may_send_for_signature, may_share


class ProjectRowsMixin(ProjectPageMixin):
    """Rows of this project only; ``project_lookup`` is the way from a row to its project."""

    project_lookup = "project"
    tab = "customer"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(**{self.project_lookup: self.project})

    def get_context_data(self, **kwargs: Any) -> dict:
        user, project = self.request.user, self.project
        running = project.is_running
        return super().get_context_data(**kwargs) | {
            "may_share": running and may_share(user, project),
            "may_answer": running and may_answer(user, project),
            "may_send": running and may_send_for_signature(user, project),
            "now": timezone.now(),
        }


class ProjectListPage(ProjectRowsMixin, ListPage):
    pass


class ProjectActionView(ProjectRowsMixin, ActionView):
    """One action in a project, for those whom ``allowed`` lets; ``back_route`` takes its key."""

    form_class = ConfirmForm
    template_name = "signing/action.html"
    title = text = button = ""
    tone = "primary"
    back_route = ""

    def get_object(self, queryset: QuerySet | None = None) -> Any:
        found = super().get_object(queryset)
        if not self.allowed(found):
            raise NotAllowed
        return found

    def allowed(self, found: Any) -> bool:
        return may_send_for_signature(self.request.user, self.project)

    def get_success_url(self) -> str:
        return reverse(self.back_route, kwargs={"project_pk": self.project.pk})

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "text": self.text,
            "button": self.button,
            "tone": self.tone,
            "back": self.get_success_url(),
        }


# --- Questions -------------------------------------------------------------------------


class QuestionList(ProjectListPage):
    queryset = (
        Question.objects.select_related("version")
        .defer("version__content")
        .prefetch_related("answers")
    )
    project_lookup = "version__project"
    filterset_class = QuestionFilter
    template_name = "signing/question_list.html"
    context_object_name = "questions"
    sorts = {"asked": ("asked_at", "pk"), "section": ("section_title", "pk")}
    default_sort = "-asked"
    export_name = "questions"

    def export_columns(self) -> list:
        return [
            (_("Document"), lambda question: question.version.title),
            (_("Version"), lambda question: question.version.version),
            (_("Section"), lambda question: question.section_title),
            (_("From"), lambda question: question.name),
            (_("Asked"), lambda question: question.asked_at),
            (_("State"), lambda question: question.get_state_display()),
            (_("Question"), lambda question: question.text),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {"answer_form": AnswerForm()}


class QuestionAnswer(ProjectActionView):
    queryset = Question.objects.select_related("version").prefetch_related("answers")
    project_lookup = "version__project"
    form_class = AnswerForm
    template_name = "signing/question_answer.html"
    button = _("Send answer")
    back_route = "signing:question_list"
    success_message = _("The answer is on its way to the customer.")

    def allowed(self, found: Question) -> bool:
        return may_answer(self.request.user, self.project)

    def perform(self, form: Any) -> None:
        reading.answer_question(
            question=self.object,
            text=form.cleaned_data["text"],
            actor=self.request.user,
            at=timezone.now(),
        )
