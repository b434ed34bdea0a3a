from collections import Counter
from datetime import date

import pytest

from aftersales.domain.installments import OtherCurrency, write_off
from aftersales.domain.receipts import (
    AllocationsDiffer,
    InstallmentIsClosed,
    NotInvoiced,
    OtherCustomer,
    Overpaid,
    ReceiptIsCancelled,
    RecordedAlready,
    WrongReceiptDate,
    cancel_receipt,
    record_receipt,
)
from aftersales.models import Allocation, Receipt
from aftersales.tests.factories import InstallmentFactory
from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.projects.tests.factories import MOMENT, ProjectFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def receive(one, amount_minor, actor, at, **fields):
    given = {
        "customer": one.project.customer,
        "currency": one.currency,
        "received_on": DAY,
        "allocations": {one.pk: amount_minor},
    } | fields
    return record_receipt(amount_minor=amount_minor, actor=actor, at=at, **given)


def test_a_part_leaves_the_rest_open_and_the_rest_settles(bea, noon):
    one = InstallmentFactory(invoiced=True)

    receive(one, 49_999, bea, noon)

    one.refresh_from_db()
    assert (one.state, one.open_minor) == ("INVOICED", 1)
    receive(one, 1, bea, noon)
    one.refresh_from_db()
    one.project.refresh_from_db()
    assert (one.state, one.paid_minor, one.project.paid_minor) == ("PAID", 50_000, 50_000)
    assert one.project.steps.get(key="payment").state == "DONE"


def test_one_receipt_pays_several_invoices_in_several_projects(bea, noon):
    project = ProjectFactory()
    first = InstallmentFactory(invoiced=True, project=project)
    second = InstallmentFactory(invoiced=True, project__customer=project.customer)

    receive(first, 80_000, bea, noon, allocations={first.pk: 50_000, second.pk: 30_000})

    project.refresh_from_db()
    second.project.refresh_from_db()
    assert (project.paid_minor, second.project.paid_minor) == (50_000, 30_000)
    recorded = Entry.objects.filter(action="aftersales.receipt_recorded").order_by("project_id")
    assert [(entry.project_id, entry.sentence) for entry in recorded] == [
        (project.pk, f"recorded a payment of 500.00\u00a0EUR for {first.invoice_number}"),
        (second.project_id, f"recorded a payment of 300.00\u00a0EUR for {second.invoice_number}"),
    ]


def test_without_allocations_the_longest_due_is_paid_first(bea, noon):
    later = InstallmentFactory(invoiced=True, due_on=date(2026, 4, 2))
    sooner = InstallmentFactory(invoiced=True, project=later.project)

    receive(later, 60_000, bea, noon, allocations={})

    assert list(Allocation.objects.order_by("pk").values_list("installment", "amount_minor")) == [
        (later.pk, 10_000),
        (sooner.pk, 50_000),
    ]


@pytest.mark.parametrize(
    ("amount", "fields", "refusal", "words"),
    [
        (
            50_001,
            {},
            Overpaid,
            "Only 500.00\u00a0EUR of INV are open, so 500.01\u00a0EUR cannot be",
        ),
        (50_001, {"allocations": {}}, Overpaid, "Send the difference of 0.01\u00a0EUR back"),
        (50_000, {"currency": "USD"}, OtherCurrency, "a payment in USD cannot settle it"),
        (50_000, {"received_on": date(2026, 3, 3)}, WrongReceiptDate, "lies in the future"),
        (50_000, {"allocations": {0: 50_000}}, AllocationsDiffer, "500.00\u00a0EUR arrived"),
    ],
)
def test_a_receipt_that_does_not_fit_is_refused_whole(bea, amount, fields, refusal, words):
    one = InstallmentFactory(invoiced=True, invoice_number="INV")

    with pytest.raises(refusal, match=words):
        receive(one, amount, bea, MOMENT, **fields)

    one.refresh_from_db()
    assert (one.paid_minor, Receipt.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_a_receipt_pays_invoices_of_its_own_customer_only(bea, noon):
    one, released = InstallmentFactory(invoiced=True), InstallmentFactory(released=True)

    with pytest.raises(OtherCustomer):
        receive(one, 100, bea, noon, customer=released.project.customer)
    with pytest.raises(NotInvoiced):
        receive(released, 100, bea, noon)


@pytest.mark.parametrize("person", ["ines", "piet", "conny", "cora", "sam"])
def test_only_business_managers_and_administrators_record_money(request, bea, noon, person):
    actor = request.getfixturevalue(person)
    one = InstallmentFactory(invoiced=True, project__implementation_manager=actor)
    receipt = receive(one, 100, bea, noon)

    with pytest.raises(NotAllowed):
        receive(one, 100, actor, noon)
    with pytest.raises(NotAllowed):
        cancel_receipt(receipt=receipt, reason="Wrong", actor=actor, at=noon)

    one.refresh_from_db()
    assert one.paid_minor == 100


def test_cancel_receipt_opens_the_invoices_again(bea, noon):
    one = InstallmentFactory(invoiced=True)
    receipt = receive(one, 50_000, bea, noon)

    cancel_receipt(receipt=receipt, reason="Bounced", actor=bea, at=noon)

    one.refresh_from_db()
    one.project.refresh_from_db()
    assert (one.state, one.paid_minor, one.project.paid_minor) == ("INVOICED", 0, 0)
    assert one.project.steps.get(key="payment").state == "WAITING"
    with pytest.raises(ReceiptIsCancelled):
        cancel_receipt(receipt=receipt, reason="Again", actor=bea, at=noon)


def test_cancel_receipt_is_refused_once_the_rest_was_written_off(adam, bea, noon):
    one = InstallmentFactory(invoiced=True)
    receipt = receive(one, 40_000, bea, noon)
    write_off(installment=one, reason="Insolvent", actor=adam, at=noon)

    with pytest.raises(InstallmentIsClosed):
        cancel_receipt(receipt=receipt, reason="Bounced", actor=bea, at=noon)


def test_a_form_that_is_sent_twice_records_the_money_once(bea, noon):
    one = InstallmentFactory(invoiced=True)
    receipt = receive(one, 10_000, bea, noon, reference="INV 1")

    with pytest.raises(RecordedAlready):
        receive(one, 10_000, bea, noon, reference="INV 1")

    one.refresh_from_db()
    assert one.paid_minor == 10_000
    receive(one, 10_000, bea, noon, reference="INV 1, second half")
    cancel_receipt(receipt=receipt, reason="Bounced", actor=bea, at=noon)
    receive(one, 10_000, bea, noon, reference="INV 1")
    one.refresh_from_db()
    assert one.paid_minor == 20_000


@pytest.mark.django_db(transaction=True)
def test_two_receipts_at_once_never_overpay(together, bea, noon):
    one = InstallmentFactory(invoiced=True)
    mine = InstallmentFactory._meta.model.objects.select_related("project__customer")

    given = together(*[lambda: receive(mine.get(pk=one.pk), 30_000, bea, noon)] * 4)

    one.refresh_from_db()
    one.project.refresh_from_db()
    assert Counter(type(one) for one in given) == {Overpaid: 3, Receipt: 1}
    assert (one.paid_minor, one.project.paid_minor, Receipt.objects.count()) == (30_000, 30_000, 1)


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_cancelled_once_only(together, bea, noon):
    one = InstallmentFactory(invoiced=True)
    receive(one, 20_000, bea, noon)
    receipt = receive(one, 30_000, bea, noon)

    given = together(
        *[lambda: cancel_receipt(receipt=receipt, reason="Twice", actor=bea, at=noon)] * 3
    )

    one.refresh_from_db()
    assert Counter(type(one) for one in given) == {ReceiptIsCancelled: 2, Receipt: 1}
    assert one.paid_minor == 20_000
