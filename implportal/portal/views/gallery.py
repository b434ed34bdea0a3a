"""Every component on one page, for those who build pages."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.contrib.auth.mixins import UserPassesTestMixin
from django.core.paginator import Paginator
from django.utils import timezone
from django.views.generic import TemplateView

from implportal.accounts.models import User
from implportal.kernel.forms import DateInput, PageForm
from implportal.kernel.money import MoneyField

ROWS = 312
STEPS = (
    ("introduction", "Company introduction", "PRESALES", "DONE", -40),
    ("survey", "Pre-sales research", "PRESALES", "DONE", -30),
    ("solution", "Solution document", "PRESALES", "DONE", -21),
    ("demonstration", "Product demonstration", "PRESALES", "DONE", -14),
    ("exchange", "Technical exchange", "PRESALES", "WAITING", 3),
    ("inspection", "Company inspection", "PRESALES", "WAIVED", None),
    ("user_research", "User research", "PRESALES", "IN_PROGRESS", 1),
    ("executive", "Executive communication", "DELIVERY", "IN_PROGRESS", -2),
    ("kickoff", "Kick-off conference", "DELIVERY", "NOT_STARTED", 12),
    ("change", "Research and change", "DELIVERY", "NOT_STARTED", None),
    ("user_requests", "User requests", "DELIVERY", "NOT_STARTED", None),
    ("design", "Implementation solution", "DELIVERY", "NOT_STARTED", None),
    ("plan", "Implementation plan", "DELIVERY", "NOT_STARTED", 20),
    ("training", "User training", "AFTERSALES", "NOT_STARTED", None),
    ("promotion", "On-site promotion", "AFTERSALES", "NOT_STARTED", None),
    ("acceptance", "Acceptance", "AFTERSALES", "NOT_STARTED", None),
    ("payment", "Payment", "AFTERSALES", "NOT_STARTED", 60),
)
STATES = {
    "NOT_STARTED": "Not started",
    "IN_PROGRESS": "In progress",
    "WAITING": "Waiting for the customer",
    "DONE": "Done",
    "WAIVED": "Not needed",
}


class ExampleForm(PageForm):
    title = forms.CharField(help_text="As it stands on the title page.", max_length=80)
    due_on = forms.DateField(label="Due on", widget=DateInput())
    amount = MoneyField(currency="EUR")
    kind = forms.ChoiceField(choices=[("A", "Customer training"), ("B", "User training")])
    place = forms.ChoiceField(
        choices=[("ON_SITE", "At the customer"), ("CALL", "By call")], widget=forms.RadioSelect
    )
    note = forms.CharField(required=False, widget=forms.Textarea)
    is_confirmed = forms.BooleanField(label="The customer has confirmed this", required=False)


class ExampleFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Search projects")
    phase = django_filters.ChoiceFilter(
        choices=[("PRESALES", "Pre-sales"), ("DELIVERY", "Delivery")], label="Phase"
    )
    planned_on = django_filters.DateFromToRangeFilter(label="Planned end")

    class Meta:
        model = User
        fields: list[str] = []


class GalleryView(UserPassesTestMixin, TemplateView):
    template_name = "portal/gallery.html"

    def test_func(self) -> bool:
        return settings.DEBUG or self.request.user.is_administrator

    def get_context_data(self, **kwargs: Any) -> dict:
        now = timezone.now()
        today = timezone.localdate()
        refused = ExampleForm({"title": "", "amount": "-1", "kind": "A", "due_on": "tomorrow"})
        refused.add_error(None, "The project is closed: nothing can be added to it.")
        page = Paginator(range(ROWS), 25).get_page(self.request.GET.get("page", 4))
        return super().get_context_data(**kwargs) | {
            "crumbs": [("Projects", "#"), ("IP-2026-0007", "")],
            "steps": [_example_step(today, *step) for step in STEPS],
            "life": tuple((key, state, False) for key, _title, _phase, state, _days in STEPS),
            "entries": _example_entries(now),
            "form": ExampleForm(auto_id="empty_%s"),
            "refused": refused,
            "filter": ExampleFilter(
                self.request.GET or {"phase": "DELIVERY", "planned_on_after": today},
                queryset=User.objects.none(),
            ),
            "page_obj": page,
            "sort": "name",
            "moments": [now, *(today + timedelta(days=days) for days in (1, 3, -5, 90))],
            "tones": ["neutral", "info", "waiting", "done", "danger"],
        }


def _example_step(  # noqa: PLR0917 - the columns of STEPS
    today: Any, key: str, title: str, phase: str, state: str, days: int | None
) -> SimpleNamespace:
    return SimpleNamespace(
        key=key,
        title=title,
        phase=phase,
        state=state,
        get_state_display=lambda: STATES[state],
        due_on=None if days is None else today + timedelta(days=days),
        url="#life-line",
        waived_reason="the customer knows our house" if state == "WAIVED" else "",
    )


def _example_entries(now: Any) -> list[SimpleNamespace]:
    said = (
        (
            0,
            "Ines Example",
            "sent version 2 of the solution to Carl Example",
            "Solution SD-2026-0001",
        ),
        (1, "Carl Example", "asked about section 1.2", "Solution SD-2026-0001"),
        (26, "The portal", "rendered version 2", "Solution SD-2026-0001"),
    )
    return [
        SimpleNamespace(
            at=now - timedelta(hours=hours),
            actor_label=actor,
            sentence=sentence,
            subject_label=subject,
        )
        for hours, actor, sentence, subject in said
    ]
