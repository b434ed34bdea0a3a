"""What the spine learns of us: pages, gates, listeners, and what waits for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time
from functools import partial

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftersales.domain.changes import follow_change, foresee_installments
from aftersales.domain.release import acceptance_is_signed, release_for_event
from aftersales.models import Acceptance, Course, Criterion, Installment, ReleaseEvent
from delivery.registry import PRICE_SOURCES, PriceSource
from implportal.accounts.models import Role, User
from implportal.kernel.money import format_money
from implportal.projects.models import Phase, Project
from implportal.projects.permissions import may_see_money
from implportal.projects.registry import (
    ATTACHABLES,
    GATES,
    LISTENERS,
    TABS,
    WAITING,
    Attachable,
    EventListener,
    Gate,
    ProjectTab,
    Reason,
    Waiting,
    WaitingSource,
    set_activity_route,
)
from implportal.signing.registry import LinkPage, register_link_page
from presales.models import Requirement
from presales.registry import Link, LinkSource, register_link_source

SETTLED = frozenset({Installment.State.PAID, Installment.State.WRITTEN_OFF})


def missing_for_closing(project: Project) -> Iterator[Reason]:
    """A project closes when it is accepted in writing and every part of its price is settled."""
    if not acceptance_is_signed(project):
        yield Reason(
            _("The acceptance is not signed."),
            reverse("aftersales:acceptance_detail", kwargs={"project_pk": project.pk}),
        )
    installments = list(project.installments.order_by("order", "pk"))
    url = reverse("aftersales:project_money", kwargs={"project_pk": project.pk})
    value = project.contract_value_minor
    if value and not installments:
        yield Reason(_("The contract value is not split into installments."), url)
    elif value != sum(one.amount_minor for one in installments) or any(
        one.currency != project.currency for one in installments
    ):
        yield Reason(_("The installments are not the contract value."), url)
    for one in installments:
        if one.state not in SETTLED:
            yield Reason(
                # Read by everybody in the project, so without the amount.
                _("“%(title)s” is not paid.") % {"title": one.title},
                url,
            )


def money_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """What is to be invoiced and collected, for who collects; late customers for all. One query.

    A late invoice waits for who collects: asking again is theirs to do.
    """
    today = timezone.localdate(now)
    late = Q(state=Installment.State.INVOICED, due_on__lt=today)
    collects = user.role == Role.BUSINESS_MANAGER
    if collects:
        mine = Q(project__business_manager=user) | Q(project__business_manager=None)
        wanted = late | Q(state=Installment.State.RELEASED)
    else:
        mine = Q(project__implementation_manager=user) | Q(project__project_manager=user)
        wanted = late
    installments = (
        Installment.objects.filter(mine, wanted, project__in=Project.objects.running())
        .select_related("project__customer")
        .order_by("due_on", "released_at", "pk")
    )
    for one in installments:
        if one.state == Installment.State.RELEASED:
            yield Waiting(
                text=_("“%(title)s” can be invoiced: %(amount)s")
                % {
                    "title": one.title,
                    "amount": format_money(one.amount_minor, one.currency),
                },
                project=one.project,
                since=one.released_at,
                url=reverse(
                    "aftersales:invoice_create",
                    kwargs={"project_pk": one.project_id, "pk": one.pk},
                ),
                button=gettext_lazy("Write invoice"),
                urgency=1,
            )
            continue
        days = one.days_late(today)
        yield Waiting(
            text=ngettext(
                "%(invoice)s is %(days)s day late: %(open)s are open",
                "%(invoice)s is %(days)s days late: %(open)s are open",
                days,
            )
            % {
                "invoice": one.invoice_number,
                "days": days,
                "open": format_money(one.open_minor, one.currency),
            },
            project=one.project,
            since=datetime.combine(one.due_on, time(), tzinfo=UTC),
            url=one.get_absolute_url(),
            button=gettext_lazy("See the invoice"),
            on="YOU" if collects else "CUSTOMER",
            who=one.project.customer.name,
            urgency=2,
        )


def acceptances_waiting(user: User, now: datetime) -> Iterator[Waiting]:
    """Acceptances that lack nothing, or in which something failed. One query."""
    acceptances = (
        Acceptance.objects.filter(
            Q(project__implementation_manager=user) | Q(project__project_manager=user),
            state__in=[Acceptance.State.DRAFT, Acceptance.State.OPEN],
            project__in=Project.objects.running(),
        )
        .annotate(
            checked_at=Max("criteria__checked_at"),
            open_count=Count("criteria", filter=Q(criteria__result=Criterion.Result.OPEN)),
            failed_count=Count("criteria", filter=Q(criteria__result=Criterion.Result.FAILED)),
        )
        .filter(checked_at__isnull=False)
        .filter(Q(open_count=0) | Q(failed_count__gt=0))
        .select_related("project__customer")
        .order_by("checked_at", "pk")
    )
    for one in acceptances:
        failed = one.failed_count
        yield Waiting(
            text=ngettext(
                "%(count)s acceptance criterion failed",
                "%(count)s acceptance criteria failed",
                failed,
            )
            % {"count": failed}
            if failed
            else _("The acceptance certificate can be sent for signature"),
            project=one.project,
            since=one.checked_at,
            url=one.get_absolute_url(),
            button=gettext_lazy("See what failed") if failed else gettext_lazy("Send certificate"),
            urgency=2 if failed else 1,
        )


Links = dict[int, list[tuple[str, str]]]


def courses_of_requirements(requirements: Iterable[Requirement]) -> Links:
    """Return by requirement the courses that teach it, as (label, address). One query."""
    pairs = (
        Course.requirements.through.objects.filter(requirement__in=list(requirements))
        .select_related("course")
        .order_by("course__title", "pk")
    )
    links = defaultdict(list)
    for pair in pairs:
        url = reverse("aftersales:training_list", kwargs={"project_pk": pair.course.project_id})
        links[pair.requirement_id].append(Link(pair.course.title, url, pair.course_id))
    return dict(links)


def criteria_of_requirements(requirements: Iterable[Requirement]) -> Links:
    """Return by requirement what the acceptance found of it. One query."""
    criteria = (
        Criterion.objects.filter(requirement__in=list(requirements))
        .select_related("acceptance", "requirement")
        .order_by("order", "pk")
    )
    links = defaultdict(list)
    for one in criteria:
        label = f"{one.code}: {one.get_result_display()}"
        links[one.requirement_id].append(Link(label, one.acceptance.get_absolute_url(), one.pk))
    return dict(links)


def _releasing(event: str) -> Callable[..., None]:
    return partial(release_for_event, event=event)


set_activity_route("training", "aftersales:training_list")
set_activity_route("acceptance", "aftersales:acceptance_detail")
set_activity_route("payment", "aftersales:project_money")
ATTACHABLES.register(Attachable("aftersales.acceptance"))
TABS.register(
    ProjectTab(
        "money",
        gettext_lazy("Money"),
        70,
        "aftersales:project_money",
        "coin",
        visible=may_see_money,
    )
)
GATES.register(Gate("aftersales.accepted_and_paid", Phase.CLOSED, missing_for_closing))
WAITING.register(WaitingSource("aftersales.money", money_waiting))
WAITING.register(WaitingSource("aftersales.acceptances", acceptances_waiting))
register_link_source(LinkSource("taught", gettext_lazy("Taught"), courses_of_requirements))
register_link_source(LinkSource("accepted", gettext_lazy("Accepted"), criteria_of_requirements))
for _event in ReleaseEvent.values:
    # A date comes by itself (tasks.release_due); a change makes the part that it releases.
    if _event not in {ReleaseEvent.FIXED_DATE, ReleaseEvent.CHANGE_SIGNED}:
        LISTENERS.register(EventListener(f"aftersales.{_event}", _event, _releasing(_event)))
PRICE_SOURCES.register(PriceSource("aftersales.installments", foresee_installments))
LISTENERS.register(EventListener("aftersales.changes", "CHANGE_SIGNED", follow_change))
register_link_page(LinkPage("ATTEND", "aftersales.attendance", "aftersales:training_link"))
