"""The contract value is split, and what comes in is recorded."""

import pytest
from playwright.sync_api import expect

from aftersales.models import Installment
from implportal.portal.tests.browser.scene import begun_project, signed_project

pytestmark = pytest.mark.browser


def test_a_split_must_be_the_contract_value(visit, company):
    project = begun_project(company)
    ines = visit(company.ines)
    ines.go(f"{project.get_absolute_url()}money/")
    ines.press("Split the contract value")
    ines.press("Add a part")
    ines.fill(**{"form-0-title": "With the signature", "form-0-percent": 30})
    ines.fill(**{"form-1-title": "With the acceptance", "form-1-amount": "80000"})
    ines.fill(**{"form-1-release_event": "Acceptance signed"})
    ines.press("Save the split")
    ines.reads("The installments are 4,000.00 EUR short of the contract value of 120,000.00 EUR.")
    expect(ines.page.locator("[name=form-1-title]")).to_have_value("With the acceptance")
    assert not Installment.objects.exists()

    ines.fill(**{"form-1-amount": "84000"})
    ines.press("Save the split")
    assert list(
        Installment.objects.order_by("order").values_list("title", "amount_minor", "release_event")
    ) == [
        ("With the signature", 3_600_000, "SOLUTION_SIGNED"),
        ("With the acceptance", 8_400_000, "ACCEPTANCE_SIGNED"),
    ]


def test_an_invoice_is_written_paid_and_found_on_the_board(visit, company):
    project = signed_project(company)
    bea = visit(company.bea)
    bea.go("/payments/")
    rows = bea.page.locator("table").first.locator("tbody tr")
    expect(rows).to_have_count(3)
    bea.page.locator("details.ip-filters-more summary").click()
    bea.fill(standing="Released")
    bea.press("Apply filters")
    expect(rows).to_have_count(1)
    assert "standing=RELEASED" in bea.page.url
    expect(bea.page.locator(".ip-chip")).to_contain_text("Released")

    bea.go(f"{project.get_absolute_url()}money/")
    bea.press("Write invoice")
    bea.press("invoice number")
    bea.press("Record payment")
    bea.fill(amount="36000", reference="Transfer 17")
    bea.press("Record payment")
    first = Installment.objects.order_by("order").first()
    assert (first.state, first.paid_minor) == (Installment.State.PAID, 3_600_000)
    bea.reads("Transfer 17")
    bea.go("/payments/?standing=PAID")
    expect(rows).to_have_count(1)
    bea.press("Remove this filter")
    expect(rows).to_have_count(3)
