"""What every page of a project begins with. Views of all apps build on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.generic import FormView

from implportal.accounts.models import User
from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import DomainFormMixin
from implportal.projects.models import Project
from implportal.projects.permissions import may_run, may_see_money
from implportal.projects.registry import TABS


class ProjectPageMixin:
    """A page inside one project: ``self.project`` is the one in the address.

    The address has ``project_pk``; a project that the person may not see is a 404.
    ``tab`` names the tab that is shown as the present one. Costs one query.
    Templates extend ``projects/project_base.html``.
    """

    tab = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.project = self.get_project()
        return super().dispatch(request, *args, **kwargs)

    def get_project(self) -> Project:
        try:
            return (
                Project.objects.visible_to(self.request.user)
                .select_related(
                    "customer", "implementation_manager", "project_manager", "business_manager"
                )
                .get(pk=self.kwargs["project_pk"])
            )
        except Project.DoesNotExist:
            raise Http404 from None

    def get_context_data(self, **kwargs: Any) -> dict:
        user = self.request.user
        return super().get_context_data(**kwargs) | {
            "project": self.project,
            "tab": self.tab,
            "tabs": project_tabs(self.project, user),
            "may_run": may_run(user, self.project),
            "may_see_money": may_see_money(user, self.project),
        }


class ProjectActionPage(DomainFormMixin, ProjectPageMixin, FormView):
    """A form in front of one domain call about the project of the address.

    Subclasses set ``form_class``, ``title`` and ``button`` and implement ``perform``.
    Where they differ from a page about the project itself, for those who run it, they
    also override ``prepare``, ``allowed`` (else 403) and ``get_success_url``.
    Costs what ``ProjectPageMixin`` costs.
    """

    template_name = "projects/project_form.html"
    title = button = text = ""
    tone = "primary"

    def get_project(self) -> Project:
        self.project = super().get_project()
        self.prepare()
        if not self.allowed():
            raise NotAllowed
        return self.project

    def prepare(self) -> None:
        """Read what the address names besides the project; Http404 where there is none."""

    def allowed(self) -> bool:
        return may_run(self.request.user, self.project)

    def get_success_url(self) -> str:
        return self.project.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        words = {name: getattr(self, name) for name in ("title", "button", "text", "tone")}
        return super().get_context_data(**words | kwargs)


def project_tabs(project: Project, user: User) -> list[dict[str, object]]:
    """Return the tabs that ``user`` is offered; one whose pages do not exist is left out."""
    tabs = []
    for tab in sorted(TABS, key=lambda tab: tab.order):
        if tab.visible and not tab.visible(user, project):
            continue
        try:
            url = reverse(tab.route, kwargs={"project_pk": project.pk})
        except NoReverseMatch:
            continue
        tabs.append({"key": tab.key, "title": tab.title, "url": url, "icon": tab.icon})
    return tabs
