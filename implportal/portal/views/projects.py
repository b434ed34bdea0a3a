from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from implportal.audit.models import Entry
from implportal.meetings.models import Meeting
from implportal.projects.domain.phases import missing_for, next_phase
from implportal.projects.domain.waiting import waiting_for
from implportal.projects.models import Phase, Step
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_see_money

FEED_PAGE = 50
FEED_ON_OVERVIEW = 8


EAGERNESS = {Step.State.IN_PROGRESS: 0, Step.State.NOT_STARTED: 1, Step.State.WAITING: 2}
"""What is under way comes first; what is with the customer cannot be hurried here."""


def next_step(steps: list[Step], *, phase: str) -> Step | None:
    """Return the activity of this phase to go on with; None once all are settled."""
    open_steps = [step for step in steps if step.is_open and step.phase == phase]
    return min(open_steps, key=lambda step: (EAGERNESS[step.state], step.order), default=None)


class ProjectDetail(ProjectPageMixin, TemplateView):
    """The whole life of a project: seventeen steps, the gate, who waits, what happened."""

    template_name = "portal/project_detail.html"
    tab = "overview"

    def get_context_data(self, **kwargs: Any) -> dict:
        project, now = self.project, timezone.now()
        phase = next_phase(project) if project.is_running else None
        steps = list(project.steps.select_related("owner").order_by("order"))
        return super().get_context_data(
            steps=steps,
            current=[step for step in steps if step.state in {"IN_PROGRESS", "WAITING"}],
            next_step=next_step(steps, phase=project.phase),
            next_phase=phase,
            closes=phase == Phase.CLOSED,
            missing=missing_for(project, phase) if phase else [],
            entries=Entry.objects.of_project(project.pk)
            .told(with_money=may_see_money(self.request.user, project))
            .newest_first()[:FEED_ON_OVERVIEW],
            feed_url=reverse("portal:project_feed", kwargs={"project_pk": project.pk}),
            meetings=Meeting.objects.filter(project=project, start_at__gte=now)
            .exclude(state="CANCELLED")
            .order_by("start_at", "pk")[:3],
            products=list(project.products.order_by("name", "pk")),
            **kwargs,
        )


class ProjectWaiting(ProjectPageMixin, TemplateView):
    """Who waits for whom in this project. Asks every phase, so the overview loads it later."""

    tab = "overview"

    def get_template_names(self) -> list[str]:
        part = "_project_waiting" if self.request.htmx else "project_waiting"
        return [f"portal/{part}.html"]

    def get_context_data(self, **kwargs: Any) -> dict:
        lines = waiting_for(user=self.request.user, now=timezone.now(), project=self.project)
        return super().get_context_data(waiting=[*lines[0], *lines[1]], **kwargs)


class ProjectFeed(ProjectPageMixin, TemplateView):
    """Everything that is on record of a project."""

    template_name = "portal/project_feed.html"
    tab = "activity"

    def get_context_data(self, **kwargs: Any) -> dict:
        words = self.request.GET.get("q", "").strip()
        with_money = may_see_money(self.request.user, self.project)
        entries = (
            Entry.objects.of_project(self.project.pk).told(with_money=with_money).newest_first()
        )
        if words:
            entries = entries.filter(actor_name__icontains=words) | entries.filter(
                subject_label__icontains=words
            )
        page = Paginator(entries, FEED_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(page_obj=page, q=words, **kwargs)
