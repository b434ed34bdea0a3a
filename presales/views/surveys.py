from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView, TemplateView, View

from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.views import DomainFormMixin, VisibleToUserMixin
from implportal.projects.models import Contact, Project
from implportal.projects.pages import ProjectPageMixin
from implportal.signing.models import SharedLink
from presales.domain.surveys import (
    close_survey,
    hand_in_survey,
    reopen_survey,
    send_survey,
    start_survey,
)
from presales.domain.surveys_answers import keep_answers
from presales.domain.surveys_conditions import answers_of, asked, asked_of
from presales.domain.surveys_people import people_answering, standings, take_statement
from presales.forms.surveys import SendForm, SurveyForm
from presales.forms.surveys_answers import AnswersForm
from presales.models import Answer, Statement, Survey, SurveyQuestion
from presales.pages import ActMixin, PreparesMixin
from presales.permissions import may_interview, may_prepare
from presales.views.surveys_pages import AnswersPageMixin


class SurveyList(ProjectPageMixin, VisibleToUserMixin, ListView):
    tab = "overview"
    queryset = Survey.objects.select_related("sent_to").prefetch_related(people_answering())
    template_name = "presales/survey_list.html"
    context_object_name = "surveys"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(project=self.project).order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict:
        user = self.request.user
        surveys = list(self.object_list)
        count_asked(surveys)
        return super().get_context_data(
            object_list=surveys,
            may_prepare=may_prepare(user, self.project),
            may_contribute=may_interview(user, self.project),
            step=self.project.steps.get(key="survey"),
            **kwargs,
        )


class SurveyCreate(DomainFormMixin, PreparesMixin, ProjectPageMixin, FormView):
    tab = "overview"
    form_class = SurveyForm
    template_name = "presales/step_form.html"
    success_message = gettext_lazy("The survey is prepared. Ask in a meeting, or send the link.")

    def get_initial(self) -> dict:
        name = _("What %(customer)s needs") % {"customer": self.project.customer.name}
        return {"title": name[:160]}

    def perform(self, form: SurveyForm) -> Survey:
        return start_survey(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("New survey"), button=_("Prepare survey"), back=list_url(self.project), **kwargs
        )


class SurveyPageMixin(ProjectPageMixin):
    """A page of the survey in the address."""

    tab = "overview"

    def get_project(self) -> Project:
        project = super().get_project()
        self.survey = get_object_or_404(
            Survey.objects.visible_to(self.request.user).select_related("sent_to", "template"),
            project=project,
            pk=self.kwargs["pk"],
        )
        self.survey.project = project
        return project

    def get_success_url(self) -> str:
        return self.survey.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            survey=self.survey,
            back=self.survey.get_absolute_url(),
            list_url=list_url(self.project),
            **kwargs,
        )


class SurveyDetail(SurveyPageMixin, TemplateView):
    """Where the survey stands, and every answer with what became of it."""

    template_name = "presales/survey_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        survey, user, now = self.survey, self.request.user, timezone.now()
        questions = asked_of(survey)
        # Two columns side by side are worth a look only where several said something.
        said = Statement.objects.order_by("said_at", "pk")
        prefetch_related_objects(
            questions, "answer__requirements", Prefetch("statements", queryset=said)
        )
        is_running = self.project.is_running
        return super().get_context_data(
            sections=[
                (title, list(group)) for title, group in groupby(questions, lambda q: q.section)
            ],
            question_count=len(questions),
            answer_count=sum(hasattr(question, "answer") for question in questions),
            standings=standings(survey),
            preparation=survey.preparation.select_related("done_by").order_by("order", "pk"),
            links=list(SharedLink.objects.to(survey).open_at(now).order_by("-sent_at", "-pk")),
            may_prepare=is_running and may_prepare(user, self.project),
            may_interview=is_running and may_interview(user, self.project),
            **kwargs,
        )


class InterviewsMixin:
    """Only for those who work on the project; who may only read gets 403."""

    def get_project(self) -> Project:
        project = super().get_project()
        if not may_interview(self.request.user, project):
            raise NotAllowed
        return project


class SurveyInterview(AnswersPageMixin, InterviewsMixin, SurveyPageMixin, FormView):
    """All questions on one page, to type fast while people talk."""

    form_class = AnswersForm
    template_name = "presales/survey_interview.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {
            "questions": questions_of(self.survey),
            "file_url": staff_file_url,
            "speakers": speakers_of(self.project),
        }

    def keep(self, form: AnswersForm) -> int:
        return keep_in_interview(self.survey, form, self.request)

    def get_success_message(self) -> str:
        return _("The answers are kept.")

    def get_success_url(self) -> str:
        if "stay" in self.request.POST:
            return self.request.path
        return super().get_success_url()


class AnswerKeep(InterviewsMixin, SurveyPageMixin, View):
    """One answer, kept as soon as its field is left."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        question = get_object_or_404(questions_of(self.survey), pk=self.kwargs["question_pk"])
        form = AnswersForm(
            request.POST,
            request.FILES,
            questions=[question],
            file_url=staff_file_url,
            speakers=speakers_of(self.project),
        )
        errors: list[str] = []
        if form.is_valid():
            try:
                keep_in_interview(self.survey, form, request)
            except DomainError as error:
                errors = [str(error)]
        else:
            errors = [str(message) for messages in form.errors.values() for message in messages]
        return render(
            request,
            "presales/_survey_kept.html",
            {"errors": errors},
            status=422 if errors else 200,
        )


class SurveySend(DomainFormMixin, PreparesMixin, SurveyPageMixin, FormView):
    form_class = SendForm
    template_name = "presales/step_form.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project, "survey": self.survey}

    def perform(self, form: SendForm) -> SharedLink:
        return send_survey(
            survey=self.survey, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("The link is on its way to %(name)s. You hear of it when it is handed in.") % {
            "name": self.result.name
        }

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("Send the survey to the customer"),
            intro=_("Several people may answer: send each the sections that are theirs."),
            button=_("Send the link"),
            **kwargs,
        )


class StatementTake(ActMixin, InterviewsMixin, SurveyPageMixin, View):
    said = gettext_lazy("This answer counts now, whatever else is said.")

    def act(self) -> None:
        statement = get_object_or_404(
            Statement.objects.filter(question__survey=self.survey).select_related("question"),
            pk=self.kwargs["statement_pk"],
        )
        take_statement(statement=statement, actor=self.request.user, at=timezone.now())


class SurveyHandIn(ActMixin, InterviewsMixin, SurveyPageMixin, View):
    said = gettext_lazy("The survey is handed in. Turn its answers into requirements next.")

    def act(self) -> None:
        hand_in_survey(
            survey=self.survey,
            by=self.request.user.name,
            actor=self.request.user,
            at=timezone.now(),
        )


class SurveyReopen(ActMixin, PreparesMixin, SurveyPageMixin, View):
    said = gettext_lazy("The answers can be changed again.")

    def act(self) -> None:
        reopen_survey(survey=self.survey, actor=self.request.user, at=timezone.now())


class SurveyClose(ActMixin, PreparesMixin, SurveyPageMixin, View):
    said = gettext_lazy("The survey is closed. Write the solution next.")

    def act(self) -> None:
        close_survey(survey=self.survey, actor=self.request.user, at=timezone.now())


def list_url(project: Project) -> str:
    return reverse("presales:survey_list", kwargs={"project_pk": project.pk})


def count_asked(surveys: Sequence[Survey]) -> None:
    """Give each survey ``question_count`` and ``answer_count`` of what is asked; two queries."""
    rows = SurveyQuestion.objects.select_related("answer").order_by("order", "pk")
    prefetch_related_objects(surveys, Prefetch("questions", queryset=rows))
    for survey in surveys:
        questions = survey.questions.all()
        found = asked(questions, answers_of(questions))
        survey.question_count = len(found)
        survey.answer_count = sum(hasattr(question, "answer") for question in found)


def speakers_of(project: Project) -> QuerySet[Contact]:
    return Contact.objects.filter(customer=project.customer_id).order_by("name", "pk")


def staff_file_url(answer: Answer) -> str:
    return reverse("projects:attachment_download", kwargs={"pk": answer.value["attachment"]})


def questions_of(survey: Survey) -> QuerySet[SurveyQuestion]:
    """Return the questions in order, each with its answer. One query."""
    return survey.questions.select_related("answer").order_by("order", "pk")


def keep_in_interview(survey: Survey, form: AnswersForm, request: HttpRequest) -> int:
    return keep_answers(
        survey=survey,
        given=form.given(),
        via=Answer.Via.INTERVIEW,
        answered_by=request.user.name,
        contact=form.cleaned_data.get("speaker"),
        actor=request.user,
        at=timezone.now(),
    )
