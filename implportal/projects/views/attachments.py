"""Files on any record of a project: put there, read, taken away."""

from __future__ import annotations

from django.apps import apps
from django.contrib import messages
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from implportal.kernel.errors import DomainError
from implportal.kernel.files import hand_out
from implportal.projects.domain.attachments import attach, remove_attachment
from implportal.projects.models import Attachment
from implportal.projects.registry import ATTACHABLES

MOST_FILES = 20
"""In one go; more is a slip of the hand, or should be one archive."""


class AttachmentAdd(View):
    """Files chosen or dropped on a record. Each is kept or refused by itself, with the reason."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, label: str, subject_pk: int) -> HttpResponse:
        subject = self.subject(label, subject_pk)
        files = request.FILES.getlist("file")
        if not files:
            messages.error(request, _("Choose a file first."))
        if len(files) > MOST_FILES:
            messages.error(
                request, _("Attach at most %(most)s files at once.") % {"most": MOST_FILES}
            )
            files = []
        kept = []
        for file in files:
            try:
                kept.append(
                    attach(
                        project=subject.project, subject=subject, file=file, actor=request.user,
                        at=timezone.now(),
                    )
                )  # fmt: skip
            except DomainError as refusal:
                messages.error(request, str(refusal))
        if kept:
            words = ngettext("%(names)s is attached.", "%(names)s are attached.", len(kept))
            messages.success(request, words % {"names": ", ".join(one.name for one in kept)})
        return HttpResponseRedirect(f"{subject.get_absolute_url()}#attachments")

    def subject(self, label: str, pk: int) -> models.Model:
        if label not in ATTACHABLES:
            raise Http404
        visible = apps.get_model(label)._default_manager.visible_to(self.request.user)
        return get_object_or_404(visible.select_related("project"), pk=pk)


class AttachmentDownload(View):
    """A file, for those who may see its project. Only harmless kinds open in the browser."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
        return hand_out(attachment.file, name=attachment.name, content_type=attachment.content_type)


class AttachmentRemove(View):
    http_method_names = ["post", "options"]

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
