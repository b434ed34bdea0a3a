from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from implportal.documents.domain.verifications import verify_upload
from implportal.documents.forms import VerificationForm
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError


@method_decorator([login_not_required, never_cache], name="dispatch")
class VerificationStart(FormView):
    """Anybody may hand in a file and is told whether it is one that we sealed."""

    form_class = VerificationForm
    template_name = "documents/verification.html"
    version: DocumentVersion | None = None

    def form_valid(self, form: VerificationForm) -> HttpResponse:
        try:
            verdict = verify_upload(file=form.cleaned_data["file"])
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


@method_decorator([login_not_required, never_cache], name="dispatch")
class VerificationDetail(VerificationStart):
    """What we say of one document to anybody who has its address: that it exists, not what it says.

    The address is printed in the document, so its reader knows the document already.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.version = (
            DocumentVersion.objects.defer("content")
            .select_related("superseded_by")
            .filter(public_id=self.kwargs["public_id"])
            .first()
        )
        if self.version is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)
