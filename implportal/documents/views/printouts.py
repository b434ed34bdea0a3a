from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.generic import TemplateView

from implportal.documents.domain.printouts import (
    PrintoutIsGone,
    PrintoutState,
    printout_of,
)
from implportal.projects.pages import ProjectPageMixin


class PrintoutDetail(ProjectPageMixin, TemplateView):
    """Says how far a PDF is; the page looks again by itself until it is there."""

    template_name = "documents/printout.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            printout = printout_of(word=kwargs["word"], project=self.project, actor=request.user)
        except PrintoutIsGone as gone:
            messages.error(request, str(gone))
            return HttpResponseRedirect(self.project.get_absolute_url())
        return self.render_to_response(
            self.get_context_data(
                printout=printout,
                word=kwargs["word"],
                is_ready=printout.state == PrintoutState.READY,
                is_late=printout.is_late(timezone.now()),
                is_waiting=printout.state == PrintoutState.WAITING,
            )
        )


class PrintoutFile(ProjectPageMixin, TemplateView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            printout = printout_of(word=kwargs["word"], project=self.project, actor=request.user)
        except PrintoutIsGone:
            raise Http404 from None
        if printout.state != PrintoutState.READY:
            raise Http404
        return HttpResponse(
            printout.pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{printout.file_name}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )
