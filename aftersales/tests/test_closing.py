"""From the first installment to the closed project, and what keeps it open until then."""

from datetime import date

import pytest

from aftersales.activities import acceptances_waiting, missing_for_closing, money_waiting
from aftersales.domain.certificates import note_signed, send_certificate
from aftersales.domain.installments import (
    InstallmentRow,
    invoice_installment,
    set_installments,
    write_off,
)
from aftersales.domain.receipts import record_receipt
from aftersales.domain.release import release_dated
from aftersales.tests.factories import AcceptanceFactory, CriterionFactory, InstallmentFactory
from delivery.models import Kickoff
from implportal.projects.domain.events import announce
from implportal.projects.domain.phases import GateIsShut, enter_phase
from implportal.projects.models import Phase
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from presales.tests.factories import SolutionFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def project(ines, bea):
    return ProjectFactory(
        implementation_manager=ines,
        finishing=True,
        business_manager=bea,
        contract_value_minor=100_000,
    )


def words(project):
    return [str(reason.text) for reason in missing_for_closing(project)]


def test_the_gate_says_what_is_missing(project):
    assert words(project) == [
        "The acceptance is not signed.",
        "The contract value is not split into installments.",
    ]
    AcceptanceFactory(project=project, signed=True)
    one = InstallmentFactory(project=project, title="Start", invoiced=True, paid_minor=10_000)
    assert words(project) == [
        "The installments are not the contract value.",
        "“Start” is not paid.",
    ]
    one.amount_minor, one.paid_minor, one.state = 100_000, 100_000, "PAID"
    one.save()
    assert words(project) == []


def test_a_project_without_price_needs_no_installments(ines):
    project = ProjectFactory(implementation_manager=ines, finishing=True)
    AcceptanceFactory(project=project, signed=True)

    assert words(project) == []


def test_what_happened_before_the_split_releases_at_once(project, ines, noon):
    SolutionFactory(project=project, state="SIGNED")
    rows = [
        InstallmentRow(title="Signed", release_event="SOLUTION_SIGNED", percent_points=5000),
        InstallmentRow(title="Held", release_event="KICKOFF_HELD", percent_points=5000),
    ]

    installments = set_installments(project=project, rows=rows, actor=ines, at=noon)

    assert [one.state for one in installments] == ["RELEASED", "WAITING"]
    assert not Kickoff.objects.exists()


def test_a_fixed_date_releases_once_it_has_come(project, noon):
    one = InstallmentFactory(project=project, release_event="FIXED_DATE", fixed_on=DAY)
    later = InstallmentFactory(
        project=project, release_event="FIXED_DATE", fixed_on=date(2026, 3, 3)
    )
    InstallmentFactory(release_event="FIXED_DATE", fixed_on=DAY, project__state="SUSPENDED")

    assert [release_dated(now=noon), release_dated(now=noon)] == [1, 0]

    one.refresh_from_db()
    later.refresh_from_db()
    assert (one.state, one.released_at, later.state) == ("RELEASED", noon, "WAITING")


def test_a_project_closes_when_it_is_accepted_and_paid(project, ines, bea, adam, noon):
    contact = ContactFactory(customer=project.customer)
    rows = [
        InstallmentRow(title="Start", release_event="KICKOFF_HELD", percent_points=6000),
        InstallmentRow(title="End", release_event="ACCEPTANCE_SIGNED", percent_points=4000),
    ]
    start, end = set_installments(project=project, rows=rows, actor=ines, at=noon)
    announce(project=project, event="KICKOFF_HELD", at=noon, actor=ines)
    acceptance = AcceptanceFactory(project=project, state="OPEN")
    CriterionFactory(acceptance=acceptance, passed=True)
    acceptance.committee.create(contact=contact, role="CUSTOMER_EXPERT", signs=True)
    note_signed(send_certificate(acceptance=acceptance, actor=ines, at=noon), noon)
    for one in (start, end):
        invoice_installment(installment=one, invoiced_on=DAY, actor=bea, at=noon)
    with pytest.raises(GateIsShut):
        enter_phase(project=project, phase=Phase.CLOSED, actor=bea, at=noon)

    record_receipt(
        customer=project.customer,
        received_on=DAY,
        amount_minor=90_000,
        currency="EUR",
        allocations={start.pk: 60_000, end.pk: 30_000},
        actor=bea,
        at=noon,
    )
    with pytest.raises(GateIsShut, match="“End” is not paid"):
        enter_phase(project=project, phase=Phase.CLOSED, actor=bea, at=noon)
    write_off(installment=end, reason="Settled at court", actor=adam, at=noon)
    enter_phase(project=project, phase=Phase.CLOSED, actor=bea, at=noon)

    project.refresh_from_db()
    assert (project.phase, project.state, project.paid_minor) == ("CLOSED", "CLOSED", 90_000)


def test_who_collects_is_told_what_to_invoice_and_who_is_late(project, ines, bea, sam, noon):
    InstallmentFactory(project=project, title="Start", released=True)
    InstallmentFactory(
        project=project, invoiced=True, invoice_number="INV-1", due_on=date(2026, 3, 1)
    )
    late = "INV-1 is 1 day late: 500.00\u00a0EUR are open"

    def told(user):
        return [(line.text, line.on) for line in money_waiting(user, noon)]

    assert sorted(told(bea)) == [(late, "YOU"), ("“Start” can be invoiced: 500.00\u00a0EUR", "YOU")]
    assert told(ines) == [(late, "CUSTOMER")]
    assert told(sam) == []


def test_who_runs_the_project_is_told_that_the_certificate_can_go(project, ines, noon):
    acceptance = AcceptanceFactory(project=project, state="OPEN")
    open_one = CriterionFactory(acceptance=acceptance)
    CriterionFactory(acceptance=acceptance, passed=True)

    def told():
        return [line.text for line in acceptances_waiting(ines, noon)]

    assert told() == []
    open_one.delete()
    assert told() == ["The acceptance certificate can be sent for signature"]
    CriterionFactory(acceptance=acceptance, failed=True)
    assert told() == ["1 acceptance criterion failed"]
