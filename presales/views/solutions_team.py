"""The solution among us: comments of the team, and consent before it is sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.views import DomainFormMixin, ListPage
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute, may_run
from presales.domain.section_comments import reopen_comment, resolve_comment, write_comment
from presales.domain.solution_approval import (
    approval_rule,
    approval_standing,
    approve_solution,
    ask_approval,
    change_approval_rule,
    may_decide,
    possible_approvers,
    return_solution,
    take_back_question,
    text_sha256,
)
from presales.domain.solution_standing import solution_standing
from presales.domain.solutions import solution_content, unanswered_musts
from presales.filters.solutions import CommentFilter
from presales.forms.solutions import ApprovalRuleForm, AskApprovalForm, CommentForm, DecideForm
from presales.models import SectionComment, Solution, SolutionApproval
from presales.pages import ActMixin
from presales.views.solutions import SolutionPageMixin, on_screen
from presales.views.solutions_sections import SectionPageMixin


class SectionCommentWrite(SectionPageMixin, DomainFormMixin, FormView):
    """A comment about the section; ``thread`` in the request makes it an answer."""

    needs = may_contribute
    form_class = CommentForm
    template_name = "presales/solution_detail.html"

    def perform(self, form: CommentForm) -> SectionComment:
        return write_comment(
            section=self.section,
            thread=self.thread(),
            text=form.cleaned_data["text"],
            actor=self.request.user,
            at=timezone.now(),
        )

    def thread(self) -> SectionComment | None:
        wanted = self.request.POST.get("thread", "")
        if not wanted.isdecimal():
            return None
        threads = SectionComment.objects.visible_to(self.request.user).threads()
        return get_object_or_404(threads, section=self.section, pk=int(wanted[:18]))

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#comments"

    def get_context_data(self, **kwargs: Any) -> dict:
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(
            comment_form=form, answering=self.request.POST.get("thread", ""), **kwargs
        )


class CommentResolve(ActMixin, SolutionPageMixin, View):
    """Resolves a thread, or with ``reopen`` in the request takes it up again."""

    needs = may_contribute

    def act(self) -> None:
        self.comment = get_object_or_404(
            SectionComment.objects.visible_to(self.request.user).threads(),
            solution=self.solution,
            pk=self.kwargs["comment_pk"],
        )
        act = reopen_comment if "reopen" in self.request.POST else resolve_comment
        act(comment=self.comment, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        kwargs = {"project_pk": self.project.pk}
        if self.comment.section and "list" not in self.request.POST:
            kwargs["key"] = self.comment.section.key
            return f"{reverse('presales:section_detail', kwargs=kwargs)}#comments"
        return reverse("presales:comment_list", kwargs=kwargs)


class CommentList(SolutionPageMixin, ListPage):
    """All threads of the team about the solution, also about sections that are gone."""

    queryset = SectionComment.objects.threads().select_related("author", "section", "resolved_by")
    filterset_class = CommentFilter
    template_name = "presales/solution_comments.html"
    export_name = "comments"
    sorts = {
        "written": ("written_at", "pk"),
        "section": ("section__order", "section_title", "pk"),
        "author": ("author__name", "pk"),
        "answers": ("answer_count", "pk"),
    }
    default_sort = "-written"

    def get_queryset(self) -> QuerySet[SectionComment]:
        queryset = super().get_queryset().filter(solution=self.solution)
        return queryset.annotate(answer_count=Count("answers"))

    def export_columns(self) -> list:
        return [
            (_("Section"), lambda row: row.section_title),
            (_("Comment"), lambda row: row.text),
            (_("Written by"), lambda row: row.author.name),
            (_("Written"), lambda row: row.written_at),
            (_("Answers"), lambda row: row.answer_count),
            (_("Resolved by"), lambda row: row.resolved_by.name if row.resolved_by else ""),
        ]


class SolutionApprovalRule(SolutionPageMixin, DomainFormMixin, FormView):
    """What the project asks for before a version is sent; also before there is a solution."""

    needs = may_run
    form_class = ApprovalRuleForm
    template_name = "presales/solution_approval_rule.html"
    success_message = gettext_lazy("What is needed before sending is changed.")

    def get_solution(self, project: Project) -> Solution | None:
        return Solution.objects.visible_to(self.request.user).live().filter(project=project).first()

    def get_initial(self) -> dict:
        rule = approval_rule(self.project)
        return {"is_needed": rule.is_needed, "needs_four_eyes": rule.needs_four_eyes}

    def perform(self, form: ApprovalRuleForm) -> Any:
        return change_approval_rule(
            project=self.project,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )


class SolutionAsk(SolutionPageMixin, DomainFormMixin, FormView):
    """Choose who approves."""

    needs = may_contribute
    form_class = AskApprovalForm
    template_name = "presales/solution_ask.html"

    def get_form_kwargs(self) -> dict:
        approvers = possible_approvers(self.project)
        if approval_rule(self.project).needs_four_eyes:
            approvers = approvers.exclude(pk=self.request.user.pk)
        return super().get_form_kwargs() | {"approvers": approvers}

    def perform(self, form: AskApprovalForm) -> SolutionApproval:
        return ask_approval(
            solution=self.solution, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(name)s is asked. You have mail as soon as there is an answer.") % {
            "name": self.result.approver.name
        }

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            standing=solution_standing(self.solution),
            unanswered=unanswered_musts(self.project),
            **kwargs,
        )


class SolutionTakeBack(ActMixin, SolutionPageMixin, View):
    """Ask the person no longer."""

    needs = may_contribute
    said = gettext_lazy("Nobody is asked any more. You can ask somebody else.")

    def act(self) -> None:
        take_back_question(solution=self.solution, actor=self.request.user, at=timezone.now())


class SolutionDecide(SolutionPageMixin, DomainFormMixin, FormView):
    """Approve the text, or return it with a reason; for who was asked."""

    form_class = DecideForm
    template_name = "presales/solution_decide.html"

    def get_project(self) -> Project:
        project = super().get_project()
        self.approval = approval_standing(self.solution)
        if self.approval.is_waiting and not may_decide(self.request.user, self.approval.latest):
            raise NotAllowed
        return project

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.approval.is_waiting:
            messages.info(request, _("Nobody waits for an answer here any more."))
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict:
        return {"seen": text_sha256(self.solution)}

    def perform(self, form: DecideForm) -> SolutionApproval:
        whose = {"solution": self.solution, "actor": self.request.user, "at": timezone.now()}
        if form.returns:
            return return_solution(reason=form.cleaned_data["reason"], **whose)
        try:
            return approve_solution(seen_sha256=form.cleaned_data["seen"], **whose)
        except DomainError:
            form.data = form.data.copy()
            form.data["seen"] = text_sha256(self.solution)
            raise

    def get_success_message(self) -> str:
        if self.result.state == SolutionApproval.State.APPROVED:
            return _("Approved. %(name)s can send it now.") % {"name": self.result.asked_by.name}
        return _("Returned. %(name)s reads your words.") % {"name": self.result.asked_by.name}

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            approval=self.approval,
            standing=solution_standing(self.solution),
            unanswered=unanswered_musts(self.project),
            **self.text(),
            **kwargs,
        )

    def text(self) -> dict[str, Any]:
        """Return what would be sent, as the customer would read it, or why it cannot be."""
        try:
            content = solution_content(self.solution, at=timezone.now())
        except DomainError as fault:
            return {"fault": str(fault)}
        sections = content["sections"]
        return {"text": [(one, on_screen(one["html"], self.project)) for one in sections]}
