from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import Role, User
from implportal.catalogue.models import FieldOfBusiness
from implportal.projects.models import Project, State, Step
from implportal.projects.registry import ACTIVITIES
from presales.domain.board import CUSTOMERS, OURS, PRESALES_KEYS, READY

LONG = [("7", _("more than a week")), ("14", _("more than two weeks")), ("30", _("over 30 days"))]


def activity_choices() -> list[tuple[str, Any]]:
    return [
        *((key, ACTIVITIES[key].title) for key in PRESALES_KEYS),
        (READY, _("Ready for delivery")),
    ]


class BoardFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Code, title or customer"))
    activity = filters.ChoiceFilter(
        field_name="current_key", choices=activity_choices, label=_("Activity")
    )
    court = filters.ChoiceFilter(
        method="in_court",
        choices=[(OURS, _("Ours")), (CUSTOMERS, _("The customer's"))],
        label=_("In whose court"),
    )
    waits = filters.ChoiceFilter(method="waits_for", choices=LONG, label=_("Stands there for"))
    state = filters.ChoiceFilter(
        choices=[(one.value, one.label) for one in (State.RUNNING, State.SUSPENDED)],
        label=_("State"),
    )
    implementation_manager = filters.ModelChoiceFilter(
        queryset=User.objects.filter(role=Role.IMPLEMENTATION_MANAGER).order_by("name", "pk"),
        label=_("Implementation manager"),
    )
    field_of_business = filters.ModelChoiceFilter(
        field_name="customer__field_of_business",
        queryset=FieldOfBusiness.objects.order_by("name", "pk"),
        label=_("Field of business"),
    )

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(
            Q(code__icontains=value)
            | Q(title__icontains=value)
            | Q(customer__name__icontains=value)
        )

    def in_court(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        theirs = Q(current_state=Step.State.WAITING)
        if value == CUSTOMERS:
            return queryset.filter(theirs)
        # A project that is ready has no activity that moves, so its state is null.
        return queryset.filter(~theirs | Q(current_state=None))

    def waits_for(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return queryset.filter(court_since__lt=timezone.now() - timedelta(days=int(value)))
