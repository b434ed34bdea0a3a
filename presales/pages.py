"""What the pages of pre-sales have in common."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.models import Kind, Meeting
from implportal.meetings.permissions import may_take_minutes
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.permissions import may_prepare


class PreparesMixin:
    """Only for those who run the project; who may only read gets 403. Before ProjectPageMixin."""

    def get_project(self) -> Project:
        project = super().get_project()
        if not may_prepare(self.request.user, project):
            raise NotAllowed
        return project


class ContributorMixin:
    """Only who works on the project comes here; a reader gets 403. Before ProjectPageMixin."""

    def get_project(self) -> Project:
        project = super().get_project()
        if not may_contribute(self.request.user, project):
            raise NotAllowed
        return project


class MeetingOfKindMixin:
    """A page about the meeting of ``kind`` in the address; one query. Before ProjectPageMixin.

    Others find nothing there: 404. ``allowed`` is what a ``ProjectActionPage`` asks.
    """

    tab = "overview"
    kind: Kind

    def prepare(self) -> None:
        meeting = get_object_or_404(
            Meeting.objects.visible_to(self.request.user).select_related("organiser"),
            project=self.project,
            kind=self.kind,
            pk=self.kwargs["pk"],
        )
        meeting.project = self.project
        self.meeting = meeting

    def allowed(self) -> bool:
        return may_take_minutes(self.request.user, self.meeting)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(meeting=self.meeting, **kwargs)


def step_of(request: HttpRequest) -> int:
    """Return by how many places the buttons "up" and "down" of a line move it."""
    return {"up": -1, "down": 1}.get(request.POST.get("direction", ""), 0)


class ActMixin:
    """A button: one domain call, then back to a page that says what happened.

    Subclasses implement ``act`` and ``get_success_url``, and set ``said``.
    """

    said = ""
    http_method_names = ["post"]

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            self.act()
        except DomainError as error:
            messages.error(request, str(error))
        else:
            if self.said:
                messages.success(request, str(self.said))
        return HttpResponseRedirect(self.get_success_url())
