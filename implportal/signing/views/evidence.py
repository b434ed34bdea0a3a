"""What proves a signing: its form for everybody, its content for those who run the project."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.generic import View
from django.views.generic.detail import SingleObjectMixin

from implportal.kernel.errors import DomainError
from implportal.signing.domain.evidence_export import SCHEMA_FILE, export_evidence, export_name
from implportal.signing.models import SignatureRequest
from implportal.signing.views.staff import ProjectRowsMixin


@method_decorator([login_not_required, cache_control(public=True, max_age=3600)], name="dispatch")
class EvidenceSchema(View):
    """The published form of ``evidence.json``; files that name it last longer than we do."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return FileResponse(SCHEMA_FILE.open("rb"), content_type="application/schema+json")


class EvidenceExport(ProjectRowsMixin, SingleObjectMixin, View):
    """The ZIP. Asked for by POST, because who took it home is put on record."""

    queryset = SignatureRequest.objects.select_related("version")
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        found = self.get_object()
        try:
            packed = export_evidence(request=found, actor=request.user, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(found.get_absolute_url())
        response = HttpResponse(packed, content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{export_name(found)}"'
        response["Cache-Control"] = "no-store, private"
        return response
