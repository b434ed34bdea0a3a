import pytest
from django.urls import reverse
from django.utils import timezone

from aftersales.tests.factories import InstallmentFactory
from implportal.projects.pages import project_tabs
from implportal.projects.tests.factories import MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines, piet, conny):
    project = ProjectFactory(
        implementation_manager=ines,
        finishing=True,
        project_manager=piet,
        contract_value_minor=100_000,
    )
    MemberFactory(project=project, user=conny)
    return project


def url(name, project, **kwargs):
    return reverse(f"aftersales:{name}", kwargs={"project_pk": project.pk, **kwargs})


def rows(*values, **more):
    data = {"form-TOTAL_FORMS": len(values), "form-INITIAL_FORMS": 0, **more}
    for index, (title, percent, amount) in enumerate(values):
        data |= {
            f"form-{index}-title": title,
            f"form-{index}-percent": percent,
            f"form-{index}-amount": amount,
            f"form-{index}-release_event": "ACCEPTANCE_SIGNED",
            f"form-{index}-terms_days": 30,
        }
    return data


PAGES = {
    "ines": {"project_money": 200, "installments_edit": 200, "receipt_record": 403},
    "piet": {"project_money": 200, "installments_edit": 200, "receipt_record": 403},
    "bea": {"project_money": 200, "installments_edit": 200, "receipt_record": 200},
    "adam": {"project_money": 200, "installments_edit": 200, "receipt_record": 200},
    "conny": {"project_money": 403, "installments_edit": 403, "receipt_record": 403},
    "cora": {"project_money": 404, "installments_edit": 404, "receipt_record": 404},
    "sam": {"project_money": 404, "installments_edit": 404, "receipt_record": 404},
}
ACTIONS = {
    "bea": (200, 403),
    "adam": (200, 200),
    "ines": (403, 403),
    "piet": (403, 403),
    "conny": (403, 403),
    "sam": (404, 404),
}


@pytest.mark.parametrize("person", PAGES)
def test_who_reaches_which_page(request, sign_in, project, person):
    browser = sign_in(request.getfixturevalue(person))

    assert {name: browser.get(url(name, project)).status_code for name in PAGES[person]} == PAGES[
        person
    ]


@pytest.mark.parametrize("person", ACTIONS)
def test_who_may_invoice_and_write_off(request, sign_in, project, person):
    one = InstallmentFactory(project=project, released=True)
    browser = sign_in(request.getfixturevalue(person))

    assert (
        browser.get(url("invoice_create", project, pk=one.pk)).status_code,
        browser.get(url("installment_write_off", project, pk=one.pk)).status_code,
    ) == ACTIONS[person]


def test_an_installment_of_another_project_is_not_found(sign_in, project, adam):
    other = InstallmentFactory(released=True)

    response = sign_in(adam).get(url("invoice_create", project, pk=other.pk))

    assert response.status_code == 404


@pytest.mark.parametrize("count", [1, 25])
def test_the_money_page_costs_the_same_for_any_number_of_installments(
    sign_in, project, ines, django_assert_num_queries, count
):
    InstallmentFactory.create_batch(count, project=project)
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, project, installments, receipts, news
        browser.get(url("project_money", project))


def test_the_split_is_saved_and_another_sum_is_refused_with_the_difference(sign_in, project, ines):
    browser = sign_in(ines)
    address = url("installments_edit", project)

    refused = browser.post(address, rows(("Start", "30", ""), ("End", "", "699.99")))

    assert "0.01\u00a0EUR short of the contract value" in refused.content.decode()
    assert "Start" in refused.content.decode()
    assert not project.installments.exists()
    saved = browser.post(address, rows(("Start", "30", ""), ("End", "", "700.00")))
    assert saved.status_code == 302
    assert list(project.installments.order_by("order").values_list("title", "amount_minor")) == [
        ("Start", 30_000),
        ("End", 70_000),
    ]


def test_a_row_is_added_and_removed_without_script(sign_in, project, ines):
    browser = sign_in(ines)
    address = url("installments_edit", project)

    added = browser.post(address, rows(("All", "100", ""), add="1"))
    assert len(added.context["formset"].forms) == 2
    assert not project.installments.exists()
    data = rows(("All", "100", ""), ("No", "50", "")) | {"form-1-DELETE": "on"}
    browser.post(address, data)

    assert project.installments.get().title == "All"


def test_a_row_needs_a_percentage_or_an_amount(sign_in, project, ines):
    response = sign_in(ines).post(
        url("installments_edit", project), rows(("None", "", ""), ("Both", "5", "5"))
    )

    errors = [form.errors.get("percent") for form in response.context["formset"]]
    assert errors == [["Give either a percentage or an amount."]] * 2


def test_invoice_and_payment_through_the_browser(sign_in, project, bea):
    today = timezone.localdate()
    one = InstallmentFactory(project=project, released=True)
    browser = sign_in(bea)

    browser.post(url("invoice_create", project, pk=one.pk), {"invoiced_on": today})
    one.refresh_from_db()
    assert one.invoice_number == f"INV-{today.year}-0001"
    payment = {"amount": "500.01", "received_on": today, f"part_{one.pk}": ""}
    refused = browser.post(url("receipt_record", project), payment)
    assert "Send the difference of 0.01\u00a0EUR back" in refused.content.decode()
    browser.post(url("receipt_record", project), payment | {"amount": "500.00"})

    project.refresh_from_db()
    assert project.paid_minor == 50_000
    receipt = one.allocations.get().receipt
    page = browser.get(url("project_money", project))
    assert f"{one.invoice_number}: 500.00\u00a0EUR" in page.content.decode()
    browser.post(url("receipt_cancel", project, pk=receipt.pk), {"reason": "Bounced"})
    project.refresh_from_db()
    assert project.paid_minor == 0


@pytest.mark.parametrize(("person", "offered"), [("ines", True), ("bea", True), ("conny", False)])
def test_the_tab_money_is_offered_to_those_who_may_see_it(request, project, person, offered):
    tabs = project_tabs(project, request.getfixturevalue(person))

    assert ("money" in [tab["key"] for tab in tabs]) is offered
