"""A demonstration: scenarios chosen and put in order, shown, and what came of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from implportal.catalogue.models import Product, Scenario
from implportal.meetings.domain.meetings import plan_meeting
from implportal.meetings.models import ActionItem
from implportal.portal.tests.browser.scene import begun_project
from presales.models import Requirement, ShownScenario

pytestmark = pytest.mark.browser


def test_a_demonstration_is_prepared_shown_and_leads_to_requirements(visit, company):
    project = begun_project(company)
    start = timezone.now() - timedelta(minutes=10)
    plan_meeting(
        project=project, kind="DEMONSTRATION", title="Showing", start_at=start,
        end_at=start + timedelta(hours=1), time_zone="Europe/Berlin", organiser=company.ines,
        actor=company.ines, at=start,
    )  # fmt: skip
    product = Product.objects.first() or Product.objects.create(code="P", name="Records")
    for title in ("Finding a letter", "Printing"):
        Scenario.objects.create(product=product, title=title, steps="1. Open\n2. Look")
    ines = visit(company.ines)
    ines.go(f"{project.get_absolute_url()}demonstrations/")
    ines.press("Showing")
    for box in ines.page.locator("input[name=scenarios]").all():
        box.check()
    ines.press("Add the chosen")
    first, second = ShownScenario.objects.order_by("order")

    handle = ines.page.locator(f"#scenario-{first.pk} [data-order-handle]")
    with ines.page.expect_response("**/scenarios/order/") as answer:
        handle.press("ArrowDown")
    assert answer.value.status == 204
    assert list(ShownScenario.objects.order_by("order")) == [second, first]

    ines.press("Show and note")
    expect(ines.page.locator(".show-steps li").first).to_have_text("Open")
    ines.page.locator("label.show-mark", has_text="4").click()
    expect(ines.page.locator("#reaction-state")).to_contain_text("Saved at")
    ines.page.locator("textarea[name=reaction]").fill("Nodding")
    ines.page.locator("#remark-text").fill("Does it print?")
    ines.press("Question", exact=True)
    ines.page.locator("#remark-text").fill("All languages")
    ines.press("Wish", exact=True)
    second.refresh_from_db()
    assert second.rating == 4
    ines.press("Next scenario")
    assert f"/{first.pk}/run/" in ines.page.url

    ines.press("Showing")
    ines.press("Make an action item")
    ines.press("Make it an action item")
    assert ActionItem.objects.get().text == "Does it print?"
    ines.press("Make a requirement")
    ines.press("Add requirement")
    assert Requirement.objects.get().source == "DEMO"
    ines.press("Preparation sheet")
    ines.reads("Finding a letter")
