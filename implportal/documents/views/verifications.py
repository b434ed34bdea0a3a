from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import FormView

from implportal.documents.domain.verifications import (
    MAX_BYTES,
    TooMany,
    count_upload,
    too_large,
    verify_upload,
)
from implportal.documents.forms import VerificationForm
from implportal.documents.models import DocumentVersion
from implportal.kernel.clients import client_address
from implportal.kernel.errors import DomainError

AROUND_THE_FILE = 64 * 1024
"""What a form adds to its file."""


@method_decorator([csrf_exempt, login_not_required, never_cache], name="dispatch")
class VerificationStart(FormView):
    """Anybody may hand in a file and is told whether it is one that we sealed.

    Who hands in too much is turned away before the body is read. The protection of forms
    reads the body, so it stands behind that, around ``post``.
    """

    form_class = VerificationForm
    template_name = "documents/verification.html"
    version: DocumentVersion | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            try:
                count_upload(address=client_address(request), at=timezone.now())
            except TooMany as error:
                response = self.refused(str(error), status=429)
                response["Retry-After"] = "600"
                return response
            if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + AROUND_THE_FILE:
                return self.refused(too_large(), status=413)
        return super().dispatch(request, *args, **kwargs)

    @method_decorator(csrf_protect)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs)

    def refused(self, reason: str, *, status: int) -> HttpResponse:
        form = VerificationForm()
        context = self.get_context_data(form=form, refusal=reason)
        return self.render_to_response(context, status=status)

    def form_valid(self, form: VerificationForm) -> HttpResponse:
        try:
            verdict = verify_upload(file=form.cleaned_data["file"], at=timezone.now())
        except DomainError as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        is_other = bool(self.version and verdict.version and verdict.version.pk != self.version.pk)
        context = self.get_context_data(
            form=VerificationForm(),
            verdict=verdict,
            is_other=is_other,
            is_valid=verdict.is_valid and not is_other,
        )
        return self.render_to_response(context)

    def form_invalid(self, form: VerificationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {"version": self.version}

    def render_to_response(self, context: dict, **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response


@method_decorator([csrf_exempt, login_not_required, never_cache], name="dispatch")
class VerificationDetail(VerificationStart):
    """What we say of one document to anybody who has its address: that it exists, not what it says.

    The address is printed in the document, so its reader knows the document already.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.version = (
            DocumentVersion.objects.defer("content")
            .select_related("superseded_by", "seal__stamped_by")
            .filter(public_id=self.kwargs["public_id"])
            .first()
        )
        if self.version is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)
