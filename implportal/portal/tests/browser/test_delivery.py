"""The project manager takes over and plans."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from delivery.models import Task
from implportal.portal.tests.browser.scene import signed_project

pytestmark = pytest.mark.browser


def test_the_kick_off_is_held_and_the_work_planned(visit, company):
    project = signed_project(company)
    address = project.get_absolute_url()
    ines = visit(company.ines)
    ines.go(f"{address}kickoff/")
    ines.press("Plan the kick-off")
    start = timezone.localtime().replace(hour=0, minute=5)
    ines.fill(
        start_at=f"{start:%Y-%m-%dT%H:%M}",
        end_at=f"{start + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        place="At the harbour",
        agenda="1. Goals\n2. Plan",
        goals="In use before summer.",
    )
    ines.press("Keep", exact=True)
    ines.press("Give permission")
    ines.reads("May run the delivery")

    piet = visit(company.piet)
    piet.go(f"{address}kickoff/")
    piet.press("Hold kick-off and start delivery")
    project.refresh_from_db()
    assert project.phase == "DELIVERY"
    piet.press("Go to the plan")
    monday = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    plan(piet, "Set up the servers", monday, days=3, who="Conny Example")
    plan(piet, "Map the papers", monday + timedelta(days=7), days=4, who="Piet Example")
    first, second = Task.objects.filter(project=project).order_by("pk")
    piet.press("Map the papers")
    piet.fill(predecessor=str(first))
    piet.press("Link", exact=True)
    assert list(second.links_in.values_list("predecessor", flat=True)) == [first.pk]

    piet.go(f"{address}plan/")
    chart = piet.page.locator("svg.gantt-drawing")
    expect(chart).to_be_visible()
    expect(chart.locator(".gantt-arrow")).to_have_count(1)
    expect(piet.page.locator(".gantt-names a")).to_have_text(
        ["Set up the servers", "Map the papers"]
    )
    piet.press("Days")
    expect(chart).to_be_visible()


def plan(person, title, first_day, *, days, who) -> None:
    """Put one task into the plan by the short form on its page."""
    last = first_day + timedelta(days=days - 1)
    form = person.page.locator("#quick form")
    person.fill(within=form, title=title, starts_on=first_day, ends_on=last, owner=who)
    person.press("Plan task")
    person.reads(title)
