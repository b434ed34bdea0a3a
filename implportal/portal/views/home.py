from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from aftersales.domain.figures import expected_by_month, figures
from aftersales.models import Installment
from implportal.accounts.models import Role
from implportal.meetings.models import Meeting
from implportal.portal.domain.chains import health_of_record
from implportal.projects.domain.lives import attach_lives
from implportal.projects.domain.waiting import waiting_for
from implportal.projects.models import Project
from implportal.projects.permissions import may_create_project

SHOWN = 10
"""Lines of a list on the home page; the rest is behind a link."""

FIGURES = {
    "OVERDUE": (_("Overdue"), "danger"),
    "DUE": (_("Due within a week"), "waiting"),
    "RELEASED": (_("To be invoiced"), "info"),
}
"""What who collects looks at first, in this order; the board has the rest."""


class Home(TemplateView):
    """What waits for the person, what waits for customers, what comes, own projects."""

    template_name = "portal/home.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        user, now = self.request.user, timezone.now()
        for_you, for_customers = waiting_for(user=user, now=now)
        return super().get_context_data(
            for_you=for_you[:SHOWN],
            more_for_you=max(0, len(for_you) - SHOWN),
            for_customers=for_customers[:SHOWN],
            more_for_customers=max(0, len(for_customers) - SHOWN),
            meetings=self.meetings(),
            projects=self.projects(),
            today=timezone.localdate(),
            may_create=may_create_project(user),
            record=health_of_record(now=now) if user.is_administrator else None,
            **self.money(),
            **kwargs,
        )

    def money(self) -> dict[str, Any]:
        """Figures and expected cash for business managers. Costs them two queries."""
        user, today = self.request.user, timezone.localdate()
        if user.role != Role.BUSINESS_MANAGER:
            return {}
        shown = Installment.objects.visible_to(user).with_money_visible_to(user).alive()
        board = reverse("aftersales:payment_board")
        tiles = []
        for one in figures(shown, today=today):
            by_key = {figure.key: figure for figure in one.standings}
            tiles += [
                {
                    "label": label,
                    "tone": tone,
                    "count": by_key[key].count,
                    "minor": by_key[key].minor,
                    "currency": one.currency,
                    "url": f"{board}?standing={key}&currency={one.currency}",
                }
                for key, (label, tone) in FIGURES.items()
            ]
        return {
            "collects": True,
            "tiles": tiles,
            "months": expected_by_month(shown, today=today),
            "board_url": board,
        }

    def meetings(self) -> QuerySet[Meeting]:
        """What begins within a week."""
        now = timezone.now()
        return (
            Meeting.objects.visible_to(self.request.user)
            .filter(start_at__gte=now - timedelta(hours=2), start_at__lt=now + timedelta(days=7))
            .exclude(state="CANCELLED")
            .select_related("project")
            .order_by("start_at", "pk")[:SHOWN]
        )

    def projects(self) -> list[Project]:
        """The running projects that end first; the rest is in the list of projects."""
        projects = (
            Project.objects.visible_to(self.request.user)
            .running()
            .select_related("customer")
            .order_by("planned_end_on", "-created_at", "-pk")[:SHOWN]
        )
        return attach_lives(projects, today=timezone.localdate())
