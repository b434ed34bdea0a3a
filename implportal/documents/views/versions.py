from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View
from django.views.generic.detail import SingleObjectMixin

from implportal.documents.domain.versions import retry_rendering
from implportal.documents.models import DocumentVersion, StoredImage
from implportal.documents.permissions import may_read
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.views import VisibleToUserMixin
from implportal.projects.pages import ProjectPageMixin


class VersionList(ProjectPageMixin, VisibleToUserMixin, ListView):
    """The Documents tab: every frozen version of the project, newest first."""

    queryset = DocumentVersion.objects.defer("content")
    template_name = "documents/version_list.html"
    context_object_name = "versions"
    paginate_by = 50
    tab = "documents"

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .filter(project=self.project)
            .select_related("frozen_by", "superseded_by", "seal")
            .prefetch_related("subject")
            .order_by("-frozen_at", "-pk")
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        rendering = DocumentVersion.State.RENDERING
        for version in context["versions"]:
            version.project = self.project
            version.may_be_read = may_read(self.request.user, version)
        return context | {
            "is_waiting": any(version.state == rendering for version in context["versions"])
        }


class _FileView(VisibleToUserMixin, DetailView):
    """A stored file, handed out only to those who may see its project."""

    def file(self) -> tuple[FieldFile, str, str]:
        """The file, its type and the name it is saved under."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        file, content_type, name = self.file()
        if not file:
            raise Http404
        response = FileResponse(file.open(), content_type=content_type, filename=name)
        response["Cache-Control"] = "private, no-cache"
        return response


class _VersionFileView(_FileView):
    queryset = DocumentVersion.objects.select_related("project").defer("content")

    def get_object(self, queryset: Any = None) -> DocumentVersion:
        version = super().get_object(queryset)
        if not may_read(self.request.user, version):
            raise NotAllowed
        return version


class VersionPdf(_VersionFileView):
    def file(self) -> tuple[FieldFile, str, str]:
        return self.object.pdf, "application/pdf", self.object.file_name


class VersionSealed(_VersionFileView):
    def file(self) -> tuple[FieldFile, str, str]:
        return self.object.sealed_pdf, "application/pdf", self.object.sealed_file_name


class ImageFile(_FileView):
    queryset = StoredImage.objects.all()

    def get_object(self, queryset: Any = None) -> StoredImage:
        image = (
            self.get_queryset()
            .filter(project=self.kwargs["project_pk"], sha256=self.kwargs["sha256"])
            .first()
        )
        if image is None:
            raise Http404
        return image

    def file(self) -> tuple[FieldFile, str, str]:
        return self.object.file, self.object.content_type, self.object.sha256


class VersionRetry(VisibleToUserMixin, SingleObjectMixin, View):
    """Ask for a PDF again that could not be prepared."""

    queryset = DocumentVersion.objects.select_related("project")
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        version = self.get_object()
        try:
            retry_rendering(version=version, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("The PDF of %(version)s is being prepared again.") % {"version": version}
            )
        return HttpResponseRedirect(version.get_absolute_url())
