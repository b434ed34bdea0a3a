"""A manager takes a new customer on."""

import pytest
from playwright.sync_api import expect

from implportal.portal.demo.company import demo_password
from implportal.projects.models import Attachment, Customer, Project, Step

pytestmark = pytest.mark.browser


def test_a_manager_signs_in_and_begins_a_project(visit, company, tmp_path):
    ines = visit()
    ines.go("/")
    ines.fill(login="ines@example.com", password=demo_password())
    ines.press("Sign in", exact=True)
    assert ines.page.url.endswith("/")

    ines.go("/customers/new/")
    ines.fill(name="Harbour Ltd", region="Hamburg", address="Quay 1\n20457 Hamburg")
    ines.press("Add customer")
    assert ines.heading == "Harbour Ltd"
    ines.press("Add contact")
    ines.fill(name="Carl Harbour", title="Managing director", email="carl@harbour.example")
    ines.press("Add contact")
    ines.reads("Carl Harbour")

    ines.go("/projects/new/")
    ines.fill(
        customer="Harbour Ltd",
        title="Papers of the harbour",
        project_manager="Piet Example",
        contract_value="84000",
    )
    ines.press("Start project")
    project = Project.objects.get(customer__name="Harbour Ltd")
    assert ines.page.url.endswith(f"/projects/{project.pk}/")
    expect(ines.page.locator(".ip-life-step")).to_have_count(17)

    ines.press("Inspection")
    ines.press("Owner, due date, notes and files")
    assert "/steps/inspection/" in ines.page.url
    ines.fill(state="Waived", notes="They know our office.")
    ines.press("Keep changes")
    reason = ines.page.locator("[name=waived_reason]")
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(ines.page.locator("[name=notes]")).to_have_value("They know our office.")
    assert project.steps.get(key="inspection").state == Step.State.NOT_STARTED
    ines.fill(waived_reason="Carl saw it last year.")
    ines.press("Keep changes")
    expect(ines.page.locator(".ip-badge", has_text="Waived").first).to_be_visible()
    step = project.steps.get(key="inspection")
    assert (step.state, step.waived_reason, step.notes) == (
        Step.State.WAIVED,
        "Carl saw it last year.",
        "They know our office.",
    )

    file = tmp_path / "network.txt"
    file.write_text("Two sites, one line.\n")
    ines.fill(file=file)
    ines.press("Attach", exact=True)
    ines.reads("network.txt")
    assert Attachment.objects.get(project=project).size == 21
    assert Customer.objects.count() == 1
