from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from implportal.kernel.money import to_decimal
from implportal.kernel.views import ListPage
from implportal.projects.models import Project
from implportal.projects.permissions import may_handle_money
from presales.domain.board import CUSTOMERS, attach_courts, counts_by_activity, with_standing
from presales.filters.board import BoardFilter, activity_choices


class PresalesBoard(ListPage):
    """Every project in pre-sales: what moves, whose turn it is, and what comes next."""

    filterset_class = BoardFilter
    template_name = "presales/board.html"
    context_object_name = "projects"
    export_name = "pre-sales"
    default_sort = "since"
    sorts = {
        "since": ("court_since", "pk"),
        "title": ("title", "pk"),
        "customer": ("customer__name", "pk"),
        "activity": ("current_key", "court_since", "pk"),
        "meeting": ("next_meeting_at", "pk"),
        "manager": ("implementation_manager__name", "pk"),
    }

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    def get_queryset(self) -> QuerySet[Project]:
        self.queryset = with_standing(Project.objects.all(), now=self.now)
        return super().get_queryset()

    def export_columns(self) -> list:
        labels = dict(activity_choices())
        money: list = []
        if may_handle_money(self.request.user):
            money = [
                (_("Contract value"), lambda p: to_decimal(p.contract_value_minor, p.currency)),
                (_("Currency"), lambda p: p.currency),
            ]
        return [
            (_("Code"), lambda p: p.code),
            (_("Title"), lambda p: p.title),
            (_("Customer"), lambda p: p.customer.name),
            (_("State"), lambda p: p.get_state_display()),
            (_("Activity"), lambda p: str(labels[p.current_key])),
            (_("In whose court"), lambda p: p.customer.name if _waits(p) else _("Ours")),
            (_("Since"), lambda p: p.court_since),
            (_("Days"), lambda p: max(0, (self.now - p.court_since).days)),
            (_("Next meeting"), lambda p: p.next_meeting_at),
            (_("Implementation manager"), lambda p: p.implementation_manager.name),
            *money,
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        context["projects"] = attach_courts(context["projects"], now=self.now)
        counts = counts_by_activity(self.get_queryset())
        chosen = self.request.GET.get("activity", "")
        return context | {
            "customers": CUSTOMERS,
            "tiles": [
                {
                    "key": key,
                    "label": label,
                    "count": counts.get(key, 0),
                    "is_chosen": key == chosen,
                }
                for key, label in activity_choices()
            ],
        }


def _waits(project: Project) -> bool:
    return project.current_state == "WAITING"
