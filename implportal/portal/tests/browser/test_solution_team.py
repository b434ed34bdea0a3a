"""The team comments, takes blocks of text, puts sections in order and approves before sending."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from implportal.celery import leaving_slow_work
from implportal.portal.demo.acts import write_solution
from implportal.portal.demo.texts import SOLUTION
from implportal.portal.tests.browser.scene import begun_project
from presales.domain.solution_approval import change_approval_rule
from presales.domain.text_blocks import save_block
from presales.models import Solution, SolutionApproval, SolutionSection

pytestmark = pytest.mark.browser


@pytest.fixture
def project(company):
    """A draft of six sections; the project asks for approval."""
    now = timezone.now()
    with leaving_slow_work():
        project = begun_project(company)
        write_solution(company, project, [], text=SOLUTION, at=now)
    ines = company.ines
    save_block(block=None, title="How we train", markdown="We train everybody.", actor=ines, at=now)
    change_approval_rule(project=project, is_needed=True, needs_four_eyes=True, actor=ines, at=now)
    return project


def test_a_team_writes_talks_and_approves(visit, company, project):
    ines = visit(company.ines)
    home = f"{project.get_absolute_url()}solution/"
    ines.go(home)

    # By keyboard the first section changes places with the second, and keeps its level.
    first, second = SolutionSection.objects.in_order()[:2]
    handle = ines.page.locator(f"#contents [data-key='{first.pk}'] [data-order-handle]")
    handle.focus()
    with ines.page.expect_response(lambda answer: answer.url.endswith("/order/")) as answered:
        handle.press("ArrowDown")
    assert answered.value.status == 204
    assert list(SolutionSection.objects.in_order()[:2]) == [second, first]

    ines.fill(text="Is that all of it?")
    ines.press("Comment", exact=True)
    ines.reads("Is that all of it?", "Customers never see them.")
    ines.page.get_by_text("Answer", exact=True).click()
    ines.page.get_by_label("Your answer").fill("Yes.")
    ines.press("Send answer")
    ines.press("Resolve")
    expect(ines.page.locator(".sd-thread")).to_contain_text("Resolved")

    # A block is found while one types, and put in where the text is written.
    ines.press("Edit", exact=True)
    ines.page.get_by_text("Put in a block of text").click()
    ines.page.get_by_label("Look for a block").fill("train")
    ines.page.get_by_role("button", name="Insert How we train").click()
    text = ines.page.locator("[name=markdown]")
    assert "We train everybody." in text.input_value()
    expect(ines.page.locator("#section-state")).to_contain_text("Saved at")
    ines.look()
    ines.press("Save section")
    ines.reads("We train everybody.")

    ines.press("Ask for approval")
    ines.fill(approver=company.piet.name, note="Until Friday, please.")
    ines.press("Ask for approval")
    ines.reads(f"{company.piet.name} is asked to approve")

    piet = visit(company.piet)
    piet.go(home)
    piet.press("Approve or return")
    piet.reads("Until Friday, please.", "We train everybody.")
    piet.press("Return")
    piet.reads("Say what has to change before it can go out.")
    piet.press("Approve", exact=True)
    assert SolutionApproval.objects.get().state == "APPROVED"
    ines.go(home)
    ines.reads(f"Approved by {company.piet.name}")
    ines.press("Send version 1")
    assert Solution.objects.get(project=project).is_draft
