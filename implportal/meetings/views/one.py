from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import View

from implportal.kernel.errors import DomainError
from implportal.meetings.models import Meeting
from implportal.projects.pages import ProjectPageMixin


class OneMeeting:
    """A page about the meeting in the address; one query."""

    tab = "meetings"

    def prepare(self) -> None:
        self.meeting = self.get_meeting()

    def get_meeting(self) -> Meeting:
        meeting = get_object_or_404(
            Meeting.objects.visible_to(self.request.user).select_related("organiser"),
            project=self.project,
            pk=self.kwargs["pk"],
        )
        meeting.project = self.project
        return meeting

    def get_success_url(self) -> str:
        return self.meeting.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(meeting=self.meeting, **kwargs)


class MeetingAct(OneMeeting, ProjectPageMixin, View):
    """One button on the page of a meeting: ``act`` does it and returns what to say."""

    http_method_names = ["post"]

    def act(self, **kwargs: Any) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.meeting = self.get_meeting()
        try:
            messages.success(request, self.act(**kwargs))
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(self.get_success_url())
