"""The solution document: its page, how it starts, its versions."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from implportal.documents.compare import ChangeKind, compare
from implportal.documents.markdown import collect_references, to_html, with_image_addresses
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.kernel.forms import ReasonForm
from implportal.kernel.views import DomainFormMixin
from implportal.projects.models import Project
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_contribute, may_run
from implportal.signing.domain.reading import questions_url
from implportal.signing.models import SignatureRequest
from presales.domain.review import KIND, withdraw_solution
from presales.domain.section_comments import threads_of
from presales.domain.section_presence import writers_of
from presales.domain.solution_approval import (
    ApprovalStanding,
    approval_standing,
    approval_url,
    may_decide,
)
from presales.domain.solution_standing import SolutionStanding, solution_standing
from presales.domain.solutions import (
    change_solution,
    solution_content,
    start_from_template,
    unanswered_musts,
)
from presales.domain.variables import MEANINGS, faults_of, put_in_known, variables_of
from presales.forms.solutions import (
    CommentForm,
    SolutionForm,
    StartForm,
)
from presales.models import Solution
from presales.permissions import may_edit_templates

State = Solution.State


def image_prefix(project: Project) -> str:
    """Return the address under which pictures of ``project`` are shown to our people."""
    address = reverse("documents:image_file", kwargs={"project_pk": project.pk, "sha256": "0"})
    return address.removesuffix("0")


def shown(markdown: str, project: Project, references: dict[str, Any] | None = None) -> SafeString:
    """Return Markdown as safe HTML for a page of ours."""
    return on_screen(to_html(markdown, references), project)


def on_screen(html: str, project: Project) -> SafeString:
    """Return sanitised HTML for a page of ours, its pictures where we may fetch them."""
    return mark_safe(with_image_addresses(html, image_prefix(project)))  # noqa: S308


class SolutionPageMixin(ProjectPageMixin):
    """A page about the living solution of the project in the address; 404 without one.

    ``needs``: the predicate of user and project that guards the page, if any.
    """

    tab = "documents"
    needs: Any = None

    def get_project(self) -> Project:
        project = super().get_project()
        if self.needs and not type(self).needs(self.request.user, project):
            raise NotAllowed
        self.solution = self.get_solution(project)
        return project

    def get_solution(self, project: Project) -> Solution | None:
        solution = get_object_or_404(
            Solution.objects.visible_to(self.request.user).live(), project=project
        )
        solution.project = project
        return solution

    def get_success_url(self) -> str:
        return reverse("presales:solution_home", kwargs={"project_pk": self.project.pk})

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            solution=self.solution,
            may_contribute=may_contribute(self.request.user, self.project),
            may_edit_templates=may_edit_templates(self.request.user),
            **kwargs,
        )


class SolutionEditorMixin(SolutionPageMixin):
    """What surrounds one section: contents, standing, coverage, the one next action."""

    key = ""

    def get_context_data(self, **kwargs: Any) -> dict:
        standing = solution_standing(self.solution)
        approval = approval_standing(self.solution)
        present = standing.of(self.key) if self.key else next(iter(standing.sections), None)
        if self.key and present is None:
            raise Http404
        place = standing.sections.index(present) if present else 0
        writes = self.solution.is_draft and self.project.is_running
        writers = writers_of(self.solution, but=self.request.user, at=timezone.now())
        context = super().get_context_data(
            standing=standing,
            present=present,
            previous=standing.sections[place - 1] if place else None,
            following=next(iter(standing.sections[place + 1 :]), None),
            unanswered=unanswered_musts(self.project),
            approval=approval,
            may_decide=may_decide(self.request.user, approval.latest),
            next_action=self.next_action(standing, approval),
            writers=writers,
            writing_now=[
                (writer.name, one.section.title)
                for one in standing.sections
                for writer in writers.get(one.section.key, [])
            ],
            now=timezone.now(),
            **kwargs,
        )
        context["may_write"] = writes and context["may_contribute"]
        if present:
            references = collect_references(one.section.markdown for one in standing.sections)
            values = variables_of(self.solution, on=timezone.localdate())
            text = put_in_known(present.section.markdown, values)
            context["html"] = shown(text, self.project, references)
            context["faults"] = faults_of(present.section.markdown, values)
            context["threads"] = threads_of(present.section)
            context.setdefault("comment_form", CommentForm())
            context["variables"] = [(name, MEANINGS[name], values[name]) for name in values]
        return context

    def next_action(
        self, standing: SolutionStanding, approval: ApprovalStanding
    ) -> dict[str, str] | None:
        """Return the one thing to do now, with its address; None where we only wait."""
        state = self.solution.state
        if state in {State.SIGNING, State.SIGNED}:
            return self._when_signing(standing)
        if state == State.DRAFT and may_decide(self.request.user, approval.latest):
            return _action(_("Approve or return"), approval_url(self.solution), "checks")
        runs = may_run(self.request.user, self.project) and self.project.is_running
        if not runs or not standing.sections:
            return None
        if state == State.DRAFT:
            if approval.is_missing:
                return self._when_not_approved(approval)
            label = _("Send version %(version)s to the customer")
            url = self._address("presales:solution_send")
            return _action(label % {"version": standing.next_version}, url, "send")
        return self._when_in_review(standing)

    def _when_not_approved(self, approval: ApprovalStanding) -> dict[str, str] | None:
        if approval.is_waiting:
            return None
        return _action(_("Ask for approval"), self._address("presales:solution_ask"), "checks")

    def _when_signing(self, standing: SolutionStanding) -> dict[str, str] | None:
        if self.solution.state == State.SIGNED:
            url = reverse("documents:version_sealed", kwargs={"pk": standing.version.pk})
            return _action(_("Download the signed PDF"), url, "download")
        requests = SignatureRequest.objects.filter(version=standing.version)
        request = requests.order_by("-pk").first()
        return request and _action(_("See who has signed"), request.get_absolute_url(), "signature")

    def _when_in_review(self, standing: SolutionStanding) -> dict[str, str] | None:
        unanswered = standing.reading.unanswered_questions if standing.reading else 0
        if unanswered:
            label = _("Answer questions (%(n)s)") % {"n": unanswered}
            return _action(label, questions_url(self.project.pk), "messages")
        if standing.ready_to_sign:
            url = self._address("presales:solution_sign")
            return _action(_("Send for signature"), url, "signature")
        return None

    def _address(self, route: str) -> str:
        return reverse(route, kwargs={"project_pk": self.project.pk})


def _action(label: str, url: str, icon: str) -> dict[str, str]:
    return {"label": label, "url": url, "icon": icon}


class SolutionHome(SolutionEditorMixin, TemplateView):
    """The living solution at its first section, or the two ways to start one."""

    def get_solution(self, project: Project) -> Solution | None:
        try:
            return super().get_solution(project)
        except Http404:
            return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict:
        if self.solution:
            return super().get_context_data(**kwargs)
        return SolutionPageMixin.get_context_data(
            self,
            form=StartForm(initial={"title": self.project.title}),
            **kwargs,
        )

    def get_template_names(self) -> list[str]:
        return [f"presales/solution_{'detail' if self.solution else 'start'}.html"]


class WithoutSolutionMixin(SolutionPageMixin):
    """A page on which the project has no solution yet."""

    needs = may_contribute

    def get_solution(self, project: Project) -> None:
        return None


class SolutionStart(WithoutSolutionMixin, DomainFormMixin, FormView):
    form_class = StartForm
    template_name = "presales/solution_start.html"
    success_message = gettext_lazy(
        "The solution has its headings. Write below each what it asks for."
    )

    def perform(self, form: StartForm) -> Solution:
        return start_from_template(
            project=self.project,
            title=form.cleaned_data["title"],
            template=form.cleaned_data["template"],
            actor=self.request.user,
            at=timezone.now(),
        )


class SolutionEdit(SolutionPageMixin, DomainFormMixin, FormView):
    needs = may_contribute
    form_class = SolutionForm
    template_name = "presales/solution_form.html"
    success_message = gettext_lazy("The title page is changed.")

    def get_form_kwargs(self) -> dict:
        # A copy: a refused form must not show its words in the header of the page.
        return super().get_form_kwargs() | {"instance": Solution.objects.get(pk=self.solution.pk)}

    def perform(self, form: SolutionForm) -> Solution:
        return change_solution(
            solution=self.solution, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class SolutionWithdraw(SolutionPageMixin, DomainFormMixin, FormView):
    needs = may_run
    form_class = ReasonForm
    template_name = "presales/solution_withdraw.html"
    success_message = gettext_lazy("The solution is withdrawn. Its versions stay under Documents.")

    def perform(self, form: ReasonForm) -> Solution:
        return withdraw_solution(
            solution=self.solution,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            at=timezone.now(),
        )


class SolutionVersions(SolutionPageMixin, TemplateView):
    """All frozen versions, and what changed between two of them or since."""

    template_name = "presales/solution_versions.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        versions = list(
            DocumentVersion.objects.visible_to(self.request.user)
            .of(self.solution)
            .filter(kind=KIND)
            .select_related("frozen_by")
            .order_by("-version")
        )
        new, old = self._chosen(versions)
        changes = []
        if old:
            content = (
                new.content
                if new
                else solution_content(self.solution, at=timezone.now(), is_final=False)
            )
            changes = compare(old.content, content)
        return super().get_context_data(
            versions=versions,
            old=old,
            new=new,
            changes=[
                (change, on_screen(change.html, self.project))
                for change in changes
                if change.kind != ChangeKind.SAME
            ],
            same=sum(change.kind == ChangeKind.SAME for change in changes),
            **kwargs,
        )

    def _chosen(
        self, versions: list[DocumentVersion]
    ) -> tuple[DocumentVersion | None, DocumentVersion | None]:
        """Return the newer (None: the text as it is now) and the older version to compare."""
        by_number = {str(version.version): version for version in versions}
        query = self.request.GET
        if "new" in query or "old" in query:
            new, old = by_number.get(query.get("new", "")), by_number.get(query.get("old", ""))
            return (new, old) if not (new and old) or new.version >= old.version else (old, new)
        if self.solution.is_draft:
            return None, next(iter(versions), None)
        return (versions[0], versions[1]) if len(versions) > 1 else (None, None)
