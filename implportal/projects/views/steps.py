from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from implportal.audit.models import Entry
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.views import DomainFormMixin
from implportal.projects.domain.attachments import attach, remove_attachment
from implportal.projects.domain.steps import change_step
from implportal.projects.forms.projects import AttachmentForm, StepForm
from implportal.projects.models import Attachment, Project, Step
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_contribute, may_run

SHOWN = 10
"""Entries of the record on an activity's page; the rest is under "Activity"."""
SHOWN_IN_BROWSER = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"}
)


class StepPageMixin(ProjectPageMixin):
    """A page about the activity named by ``key`` in the address."""

    tab = "overview"

    def get_project(self) -> Project:
        project = super().get_project()
        self.step = get_object_or_404(
            Step.objects.visible_to(self.request.user).select_related("owner"),
            project=project,
            key=self.kwargs["key"],
        )
        return project

    def get_success_url(self) -> str:
        return self.step.get_absolute_url()


class StepDetail(DomainFormMixin, StepPageMixin, FormView):
    """What every activity has: owner, due date, state, notes, attachments."""

    form_class = StepForm
    template_name = "projects/step_detail.html"
    success_message = gettext_lazy("The changes are kept.")

    def get_form_kwargs(self) -> dict:
        runs = may_run(self.request.user, self.project)
        return super().get_form_kwargs() | {"step": self.step, "runs": runs}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_contribute(request.user, self.project):
            raise NotAllowed
        return super().post(request, *args, **kwargs)

    def perform(self, form: StepForm) -> Step:
        return change_step(
            step=self.step, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            step=self.step,
            attachments=Attachment.objects.of(self.step)
            .select_related("uploaded_by")
            .order_by("-uploaded_at", "-pk"),
            attachment_form=kwargs.pop("attachment_form", AttachmentForm()),
            entries=Entry.objects.of_subject(self.step).newest_first()[:SHOWN],
            may_contribute=may_contribute(self.request.user, self.project),
            **kwargs,
        )


class StepAttach(StepPageMixin, View):
    """A file put on an activity. A refusal is shown on the activity's page."""

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        form = AttachmentForm(request.POST, request.FILES)
        if not form.is_valid():
            for error in form.errors.get("file", []):
                messages.error(request, error)
            return HttpResponseRedirect(self.get_success_url())
        try:
            attachment = attach(
                project=self.project,
                subject=self.step,
                file=form.cleaned_data["file"],
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is attached.") % {"name": attachment.name})
        return HttpResponseRedirect(self.get_success_url())


class AttachmentDownload(View):
    """A file, for those who may see its project. Only harmless kinds open in the browser."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
        shown = attachment.content_type in SHOWN_IN_BROWSER
        return FileResponse(
            attachment.file.open("rb"),
            as_attachment=not shown,
            filename=attachment.name,
            content_type=attachment.content_type if shown else "application/octet-stream",
            headers={
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "Cache-Control": "private, no-store",
            },
        )


class AttachmentRemove(View):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        attachment = get_object_or_404(
            Attachment.objects.visible_to(request.user).select_related("project"), pk=pk
        )
        subject = attachment.subject
        try:
            remove_attachment(attachment=attachment, actor=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is removed.") % {"name": attachment.name})
        back = subject.get_absolute_url() if subject else reverse("portal:home")
        return HttpResponseRedirect(back)
