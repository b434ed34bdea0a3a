"""The page that stands between a person and one domain call about one project."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.generic import FormView

from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import DomainFormMixin
from implportal.projects.pages import ProjectPageMixin


class ProjectActionPage(DomainFormMixin, ProjectPageMixin, FormView):
    """A form about something in the project of the address, for those whom ``allowed`` lets.

    Subclasses set ``form_class``, ``title`` and ``button``, and implement ``prepare``
    (read what the page is about: 404), ``allowed`` (403), ``perform`` and
    ``get_success_url``. Costs what ``ProjectPageMixin`` costs.
    """

    template_name = "projects/project_form.html"
    title = button = text = ""
    tone = "primary"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.project = self.get_project()
        self.prepare()
        if not self.allowed():
            raise NotAllowed
        return super().dispatch(request, *args, **kwargs)

    def prepare(self) -> None:
        """Read what the address names besides the project; Http404 where there is none."""

    def allowed(self) -> bool:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict:
        words = {name: getattr(self, name) for name in ("title", "button", "text", "tone")}
        return super().get_context_data(**words | kwargs)
