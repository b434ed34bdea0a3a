from datetime import date, timedelta

import pytest

from aftersales.domain.installments import (
    IncompleteEvent,
    InstallmentIsReleased,
    InstallmentRow,
    NothingToSplit,
    ReasonIsMissing,
    WrongInvoiceDate,
    invoice_installment,
    set_installments,
    write_off,
)
from aftersales.domain.splitting import SumDiffers
from aftersales.models import Installment
from aftersales.tests.factories import InstallmentFactory
from delivery.domain.plans import remove_task
from delivery.domain.progress import MilestoneStands
from delivery.models import Task
from delivery.tests.factories import TaskFactory
from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.projects.domain.events import announce
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db

HALVES = [
    InstallmentRow(title="Start", release_event="KICKOFF_HELD", percent_points=5000),
    InstallmentRow(title="End", release_event="ACCEPTANCE_SIGNED", percent_points=5000),
]


@pytest.fixture
def project(ines):
    return ProjectFactory(
        implementation_manager=ines, delivering=True, contract_value_minor=100_001
    )


def states(project):
    return [
        (one.title, one.amount_minor, one.state)
        for one in project.installments.order_by("order", "pk")
    ]


def test_set_installments_divides_the_contract_value_to_the_cent(project, ines, noon):
    set_installments(project=project, rows=HALVES, actor=ines, at=noon)

    assert states(project) == [("Start", 50_000, "WAITING"), ("End", 50_001, "WAITING")]
    entry = Entry.objects.of_project(project.pk).get()
    assert entry.sentence == "split the contract value of 1,000.01\u00a0EUR into 2 installments"


def test_set_installments_refuses_another_sum_and_keeps_what_was_there(project, ines, noon):
    set_installments(project=project, rows=HALVES, actor=ines, at=noon)

    with pytest.raises(SumDiffers):
        set_installments(project=project, rows=HALVES[:1], actor=ines, at=noon)

    assert states(project) == [("Start", 50_000, "WAITING"), ("End", 50_001, "WAITING")]


def test_set_installments_needs_a_contract_value(ines, noon):
    project = ProjectFactory(implementation_manager=ines)

    with pytest.raises(NothingToSplit):
        set_installments(project=project, rows=HALVES, actor=ines, at=noon)


@pytest.mark.parametrize(
    "row",
    [
        {"release_event": "FIXED_DATE"},
        {"release_event": "MILESTONE_DONE"},
        {"release_event": "KICKOFF_HELD", "fixed_on": date(2026, 5, 1)},
    ],
)
def test_set_installments_refuses_an_incomplete_event(project, ines, noon, row):
    rows = [InstallmentRow(title="All", percent_points=10_000, **row)]

    with pytest.raises(IncompleteEvent):
        set_installments(project=project, rows=rows, actor=ines, at=noon)

    assert not project.installments.exists()


def test_set_installments_releases_at_once_what_has_happened(project, ines, noon):
    rows = [
        InstallmentRow(
            title="Past", release_event="FIXED_DATE", fixed_on=noon.date(), percent_points=5000
        ),
        InstallmentRow(
            title="Later",
            release_event="FIXED_DATE",
            fixed_on=noon.date() + timedelta(days=1),
            percent_points=5000,
        ),
    ]

    set_installments(project=project, rows=rows, actor=ines, at=noon)

    assert states(project) == [("Past", 50_000, "RELEASED"), ("Later", 50_001, "WAITING")]


def test_set_installments_leaves_released_ones_as_they_are(project, ines, noon):
    start, end = set_installments(project=project, rows=HALVES, actor=ines, at=noon)
    announce(project=project, event="KICKOFF_HELD", at=noon, actor=ines)

    with pytest.raises(InstallmentIsReleased):
        set_installments(
            project=project,
            rows=[
                InstallmentRow(
                    pk=start.pk, title="More", release_event="KICKOFF_HELD", amount_minor=60_000
                ),
                InstallmentRow(
                    pk=end.pk, title="End", release_event="ACCEPTANCE_SIGNED", amount_minor=40_001
                ),
            ],
            actor=ines,
            at=noon,
        )
    set_installments(
        project=project,
        rows=[
            InstallmentRow(
                pk=end.pk, title="End", release_event="ACCEPTANCE_SIGNED", amount_minor=40_001
            ),
            InstallmentRow(title="Rest", release_event="SOLUTION_SIGNED", amount_minor=10_000),
        ],
        actor=ines,
        at=noon,
    )

    assert states(project) == [
        ("Start", 50_000, "RELEASED"),
        ("End", 40_001, "WAITING"),
        ("Rest", 10_000, "WAITING"),
    ]
    assert project.installments.get(title="End").pk == end.pk


def test_an_event_releases_its_installments_once_and_tells_who_collects(project, ines, bea, noon):
    set_installments(project=project, rows=HALVES, actor=ines, at=noon)

    announce(project=project, event="ACCEPTANCE_SIGNED", at=noon, actor=None)
    announce(project=project, event="ACCEPTANCE_SIGNED", at=noon, actor=None)

    assert states(project) == [("Start", 50_000, "WAITING"), ("End", 50_001, "RELEASED")]
    sentences = [entry.sentence for entry in Entry.objects.of_project(project.pk)]
    released = "released the installment “End” over 500.01\u00a0EUR: acceptance signed"
    assert sentences.count(released) == 1
    assert [(mail.to, mail.subject) for mail in Message.objects.all()] == [
        (bea.email, f"Ready to invoice: End, {project.code}")
    ]


def test_why_not_due_names_what_is_missing_and_who_provides_it(project, ines, bea, noon):
    today = noon.date()
    one = InstallmentFactory(project=project)

    assert one.why_not_due(today) == "Waits for: acceptance signed — Ines Example"
    one.state = "RELEASED"
    assert one.why_not_due(today) == "Waits for: the invoice — a business manager"
    one.project.business_manager = bea
    assert one.why_not_due(today) == "Waits for: the invoice — Bea Example"
    one.state, one.due_on = "INVOICED", date(2026, 3, 3)
    assert one.why_not_due(today) == "The customer may take 1 more day."
    assert (one.why_not_due(date(2026, 3, 3)), one.days_late(date(2026, 3, 5))) == ("", 2)


def test_invoice_installment_numbers_without_gap_and_reckons_the_due_date(bea, noon):
    first, second = InstallmentFactory.create_batch(2, released=True, terms_days=14)

    with pytest.raises(WrongInvoiceDate):
        invoice_installment(installment=first, invoiced_on=date(2026, 3, 3), actor=bea, at=noon)
    for one in (first, second):
        invoice_installment(installment=one, invoiced_on=noon.date(), actor=bea, at=noon)

    first.refresh_from_db()
    second.refresh_from_db()
    assert [first.invoice_number, second.invoice_number] == ["INV-2026-0001", "INV-2026-0002"]
    assert (first.state, first.due_on) == ("INVOICED", date(2026, 3, 16))
    step = first.project.steps.get(key="payment")
    assert (step.state, step.next_step, step.waiting_on) == (
        "WAITING",
        "Collect INV-2026-0001",
        first.project.customer.name,
    )


def test_invoice_installment_refuses_what_is_not_released_or_invoiced_before(bea, noon):
    waiting, invoiced = InstallmentFactory(), InstallmentFactory(invoiced=True)

    for one in (waiting, invoiced):
        with pytest.raises(IllegalMove):
            invoice_installment(installment=one, invoiced_on=noon.date(), actor=bea, at=noon)

    assert set(Installment.objects.values_list("invoice_number", flat=True)) == {
        "",
        invoiced.invoice_number,
    }


def test_write_off_needs_an_administrator_and_a_reason(adam, bea, noon):
    one = InstallmentFactory(invoiced=True, paid_minor=20_000)

    with pytest.raises(NotAllowed):
        write_off(installment=one, reason="Insolvent", actor=bea, at=noon)
    with pytest.raises(ReasonIsMissing):
        write_off(installment=one, reason=" ", actor=adam, at=noon)
    write_off(installment=one, reason="Insolvent", actor=adam, at=noon)

    one.refresh_from_db()
    assert (one.state, one.paid_minor, one.written_off_minor) == ("WRITTEN_OFF", 20_000, 30_000)
    with pytest.raises(IllegalMove):
        write_off(installment=one, reason="Again", actor=adam, at=noon)


@pytest.mark.parametrize(
    ("person", "may"),
    [
        ("ines", {"split"}),
        ("piet", {"split"}),
        ("bea", {"split", "invoice"}),
        ("adam", {"split", "invoice", "write off"}),
        ("conny", set()),
        ("cora", set()),
        ("sam", set()),
    ],
)
def test_who_may_do_what_with_money(request, noon, person, may):
    ines, piet = request.getfixturevalue("ines"), request.getfixturevalue("piet")
    actor = request.getfixturevalue(person)
    project = ProjectFactory(
        implementation_manager=ines,
        finishing=True,
        project_manager=piet,
        contract_value_minor=100_001,
    )
    one = InstallmentFactory(released=True)
    acts = {
        "split": lambda: set_installments(project=project, rows=HALVES, actor=actor, at=noon),
        "invoice": lambda: invoice_installment(
            installment=one, invoiced_on=noon.date(), actor=actor, at=noon
        ),
        "write off": lambda: write_off(installment=one, reason="No", actor=actor, at=noon),
    }
    for name, act in acts.items():
        if name in may:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()


def test_nothing_changes_in_a_suspended_project(adam, noon):
    one = InstallmentFactory(released=True, project__state="SUSPENDED")

    with pytest.raises(ProjectNotRunning):
        invoice_installment(installment=one, invoiced_on=noon.date(), actor=adam, at=noon)
    with pytest.raises(ProjectNotRunning):
        write_off(installment=one, reason="No", actor=adam, at=noon)


def test_a_milestone_that_a_payment_waits_for_stays_in_the_plan(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    milestone = TaskFactory(project=project, milestone=True)
    InstallmentFactory(project=project, release_event="MILESTONE_DONE", milestone=milestone)

    with pytest.raises(MilestoneStands) as refusal:
        remove_task(task=milestone, actor=ines, at=noon)

    assert str(refusal.value) == (
        "A payment waits for this milestone. Let it wait for something else first."
    )
    assert Task.objects.get() == milestone
