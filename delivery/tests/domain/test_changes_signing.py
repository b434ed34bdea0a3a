from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from aftersales.models import Criterion, Installment
from aftersales.tests.factories import AcceptanceFactory, CriterionFactory, InstallmentFactory
from delivery.domain.changes import (
    CannotBeDone,
    add_requirement_effect,
    add_task_effect,
    hand_in_change,
    start_change,
)
from delivery.domain.changes_apply import NothingToApply, apply_change
from delivery.domain.changes_approval import approve_change
from delivery.domain.changes_signing import (
    NotOutForSignature,
    close_declined_change,
    recall_change,
    send_change,
    withdraw_change,
)
from delivery.models import ChangeRequest, Plan, Task
from delivery.tests.factories import TaskFactory
from implportal.audit.models import Entry
from implportal.documents.domain.versions import render_version
from implportal.documents.models import DocumentVersion
from implportal.documents.verification import verify
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.portal.demo.customers import sign_first
from implportal.projects.models import Project
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.domain.completion import seal_request
from implportal.signing.domain.ending import cancel_request, end_overdue
from implportal.signing.domain.requests import NotReadyToSign, SignerSpec, Terms
from implportal.signing.domain.signing import decline
from implportal.signing.models import SignatureRequest
from implportal.signing.tests.conftest import enter_code
from presales.models import Requirement
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db
State = ChangeRequest.State


@pytest.fixture
def project(ines, piet):
    """1,000.00 EUR: 300.00 invoiced, 40 % and 30 % still to come."""
    project = ProjectFactory(
        delivering=True, implementation_manager=ines, project_manager=piet,
        contract_value_minor=100_000, planned_end_on=date(2026, 6, 30),
    )  # fmt: skip
    InstallmentFactory(project=project, order=1, amount_minor=30_000, invoiced=True)
    InstallmentFactory(
        project=project, order=2, title="Second", amount_minor=40_000, percent_points=4000
    )
    InstallmentFactory(
        project=project, order=3, title="Third", amount_minor=30_000, percent_points=3000
    )
    return project


@pytest.fixture
def carl(project):
    return ContactFactory(customer=project.customer, name="Carl Client", email="carl@c.example")


@pytest.fixture
def verified(project):
    return RequirementFactory(project=project, number=1, text="Scans at docks.", state="VERIFIED")


@pytest.fixture
def dropped(project):
    return RequirementFactory(project=project, number=2, text="Prints.", state="PROMISED")


@pytest.fixture
def task(project):
    """Monday and Tuesday, 2 and 3 March."""
    Plan.objects.create(project=project, last_number=1)
    return TaskFactory(project=project, number=1, title="Wire gates")


@pytest.fixture
def change(project, verified, dropped, task, ines, piet, noon):
    """Approved: one requirement changes, one goes, one comes; a task moves; 250.50 EUR more."""
    doing = {"actor": ines, "at": noon}
    change = start_change(
        project=project, title="Scan at the gate", what="Gates scan, too.", why="Lorries wait.",
        price_minor=25_050, terms_days=14, new_end_on=date(2026, 7, 15), **doing,
    )  # fmt: skip
    doing["change"] = change
    add_requirement_effect(**doing, kind="CHANGE", requirement=verified, text="Scans anywhere.")
    add_requirement_effect(**doing, kind="DROP", requirement=dropped)
    add_requirement_effect(**doing, kind="ADD", text="Scans at gates.", priority="SHOULD")
    add_task_effect(**doing, kind="SHIFT", task=task, shift_days=4)
    add_task_effect(**doing, kind="ADD", title="Mount scanners", starts_on=date(2026, 3, 9))
    hand_in_change(**doing)
    approve_change(change=change, actor=piet, at=noon)
    change.refresh_from_db()
    return change


def rendered(change):
    """Stand in for the task that makes the PDF."""
    version = DocumentVersion.objects.of(change).latest("version")
    DocumentVersion.objects.filter(pk=version.pk).update(
        state="READY", pdf="documents/x/frozen.pdf", pdf_sha256="0" * 64
    )
    version.refresh_from_db()
    return version


@pytest.fixture
def sent(change, carl, ines, noon):
    rendered(change)
    send_change(
        change=change, signers=[SignerSpec(carl)], terms=Terms(valid_days=14), actor=ines, at=noon
    )
    change.refresh_from_db()
    return change


def signs(change, at):
    """Stand in for the signature: run the hook as the completion of the request does."""
    version = DocumentVersion.objects.of(change).latest("version")
    with transaction.atomic():
        Project.objects.locked(version.project_id)
        version.document_kind.on_signed(version, at)
    return ChangeRequest.objects.select_related("project").get(pk=change.pk)


def declines(request, reason, at):
    signer = request.signers.get()
    enter_code(signer, at)
    decline(link=signer.link, session="here", reason=reason, at=at)


def figures(project):
    rows = Installment.objects.filter(project=project).order_by("order", "pk")
    return list(rows.values_list("title", "amount_minor", "state", "percent_points"))[1:]


def actions(change):
    own = Entry.objects.filter(subject_type__model="changerequest", subject_id=change.pk)
    return list(own.order_by("sequence").values_list("action", flat=True))


def everything(project):
    """All that a change may move."""
    project.refresh_from_db()
    return (
        list(Requirement.objects.filter(project=project).order_by("number").values()),
        list(Task.objects.filter(project=project).order_by("number").values()),
        list(Installment.objects.filter(project=project).order_by("pk").values()),
        (project.contract_value_minor, project.planned_end_on),
    )


def test_nothing_is_sent_before_its_pdf_is_there_or_before_it_is_approved(
    change, carl, ines, conny, noon
):
    who = {"signers": [SignerSpec(carl)], "terms": Terms(), "at": noon}
    with pytest.raises(NotReadyToSign):
        send_change(change=change, actor=ines, **who)
    with pytest.raises(NotAllowed):
        send_change(change=change, actor=conny, **who)
    rendered(change)
    ChangeRequest.objects.update(state="IN_REVIEW")
    with pytest.raises(IllegalMove):
        send_change(change=change, actor=ines, **who)

    assert not SignatureRequest.objects.exists()


def test_sending_asks_for_a_signature_that_always_needs_a_code(sent, project):
    request = SignatureRequest.objects.get()

    assert (sent.state, request.code_required, request.state) == (State.SIGNING, True, "SENT")
    step = project.steps.get(key="change")
    assert (step.state, step.next_step, step.waiting_on) == (
        "WAITING", "Sign CR-2026-0001", "Carl Client",
    )  # fmt: skip
    assert Entry.objects.get(action="delivery.change_sent").sentence == (
        "sent version 1 of the change request CR-2026-0001 for signature to Carl Client"
    )


@pytest.mark.parametrize("moved", ["requirement", "task", "end"])
def test_what_moved_since_the_approval_is_found_before_it_is_sent(
    change, carl, ines, project, verified, task, noon, moved
):
    rendered(change)
    if moved == "requirement":
        Requirement.objects.filter(pk=verified.pk).update(state="DROPPED", dropped_reason="x")
    elif moved == "task":
        Task.objects.filter(pk=task.pk).update(progress_percent=100, done_at=noon)
    else:
        Project.objects.filter(pk=project.pk).update(planned_end_on=date(2026, 8, 1))

    with pytest.raises(CannotBeDone):
        send_change(
            change=change,
            signers=[SignerSpec(carl)],
            terms=Terms(valid_days=9),
            actor=ines,
            at=noon,
        )

    assert not SignatureRequest.objects.exists()
    assert ChangeRequest.objects.get().state == State.APPROVED


def test_once_signed_requirements_plan_contract_and_installments_move_together(
    sent, project, verified, dropped, task, ines, noon
):
    later = noon + timedelta(days=1)

    change = signs(sent, later)

    assert (change.state, change.signed_at, change.applied_at, change.left_out) == (
        State.SIGNED, later, later, [],
    )  # fmt: skip
    rows = Requirement.objects.filter(project=project).order_by("number")
    assert list(rows.values_list("number", "text", "priority", "state", "source")) == [
        (1, "Scans anywhere.", "MUST", "PROMISED", "SURVEY"),
        (2, "Prints.", "MUST", "DROPPED", "SURVEY"),
        (3, "Scans at gates.", "SHOULD", "PROMISED", "CHANGE"),
    ]
    assert rows[1].dropped_reason == "By CR-2026-0001"
    assert rows[2].created_by == ines
    tasks = Task.objects.filter(project=project).order_by("number")
    assert list(tasks.values_list("title", "starts_on", "ends_on", "phase_label")) == [
        ("Wire gates", date(2026, 3, 6), date(2026, 3, 9), ""),
        ("Mount scanners", date(2026, 3, 9), date(2026, 3, 9), "CR-2026-0001"),
    ]
    project.refresh_from_db()
    assert (project.contract_value_minor, project.planned_end_on) == (125_050, date(2026, 7, 15))
    assert figures(project) == [
        ("Second", 40_000, "WAITING", None),
        ("Third", 30_000, "WAITING", None),
        ("CR-2026-0001 Scan at the gate", 25_050, "RELEASED", None),
    ]
    new = Installment.objects.get(change=change)
    assert (new.release_event, new.terms_days, new.released_at) == ("CHANGE_SIGNED", 14, later)
    assert new.release_words == "change request signed"
    assert actions(change)[-2:] == ["delivery.change_signed", "delivery.change_applied"]
    assert Entry.objects.get(action="projects.contract_amended").sentence == (
        "amended the contract by CR-2026-0001: from 1,000.00\xa0EUR to 1,250.50\xa0EUR"
    )
    step = project.steps.get(key="change")
    assert (step.state, step.next_step) == ("DONE", "")
    # the effect of the new requirement leads to it
    made = change.requirement_effects.get(kind="ADD")
    assert made.requirement == rows[2]
    # twice is silent
    before = everything(project)
    signs(change, later)
    assert everything(project) == before


def test_a_difference_on_a_fixed_date_waits_for_it(sent, project, noon):
    ChangeRequest.objects.update(price_release="FIXED_DATE", price_on=date(2026, 5, 1))

    change = signs(sent, noon)

    new = Installment.objects.get(change=change)
    assert (new.state, new.release_event, new.fixed_on) == (
        "WAITING", "FIXED_DATE", date(2026, 5, 1),
    )  # fmt: skip


def test_less_money_makes_the_last_open_installments_smaller(sent, project, noon):
    ChangeRequest.objects.update(price_minor=-35_000)

    change = signs(sent, noon)

    project.refresh_from_db()
    assert project.contract_value_minor == 65_000
    assert figures(project) == [("Second", 35_000, "WAITING", None)]
    assert not Installment.objects.filter(change=change).exists()
    total = sum(Installment.objects.values_list("amount_minor", flat=True))
    assert total == project.contract_value_minor


def test_less_money_takes_from_what_is_released_only_after_all_that_waits(sent, project, noon):
    Installment.objects.filter(order=3).update(state="RELEASED", released_at=noon)
    ChangeRequest.objects.update(price_minor=-45_000)

    signs(sent, noon)

    assert figures(project) == [("Third", 25_000, "RELEASED", None)]


def test_a_contract_that_was_never_divided_has_no_installment_to_move(sent, project, noon):
    Installment.objects.all().delete()

    signs(sent, noon)

    project.refresh_from_db()
    assert project.contract_value_minor == 125_050
    assert not Installment.objects.exists()


def test_a_running_acceptance_checks_what_is_agreed_now(
    sent, project, verified, dropped, piet, noon
):
    acceptance = AcceptanceFactory(project=project, state="OPEN")
    for order, one in enumerate((verified, dropped), 1):
        CriterionFactory(
            acceptance=acceptance, requirement=one, order=order, text=one.text, passed=True
        )

    signs(sent, noon)

    rows = Criterion.objects.order_by("order")
    assert list(rows.values_list("text", "result", "evidence")) == [
        ("Scans anywhere.", "OPEN", ""),
        ("Prints.", "WAIVED", "Dropped by CR-2026-0001"),
        ("Scans at gates.", "OPEN", ""),
    ]
    assert rows[1].checked_by == piet


def obstacles(project, verified, task, noon):
    def invoiced():
        Installment.objects.filter(order=3).update(
            state="INVOICED", released_at=noon, invoice_number="INV-1", invoiced_on=noon,
            due_on=noon,
        )  # fmt: skip
        ChangeRequest.objects.update(price_minor=-40_001)

    return {
        "requirement accepted": lambda: Requirement.objects.filter(pk=verified.pk).update(
            state="ACCEPTED"
        ),
        "task done": lambda: Task.objects.filter(pk=task.pk).update(
            progress_percent=100, done_at=noon
        ),
        "task gone": task.delete,
        "invoiced meanwhile": invoiced,
        "other currency": lambda: Project.objects.update(currency="CHF"),
        "certificate out": lambda: AcceptanceFactory(project=project, state="SIGNING"),
        "project rests": lambda: Project.objects.update(state="SUSPENDED"),
    }


@pytest.mark.parametrize(
    ("obstacle", "why"),
    [
        ("requirement accepted", "R-001 is “Accepted” by now"),
        ("task done", "T1 Wire gates is done."),
        ("task gone", "“Wire gates” is not in the plan any more."),
        ("invoiced meanwhile", "Only 400.00\xa0EUR are not invoiced yet"),
        ("other currency", "The project counts in CHF now"),
        ("certificate out", "The acceptance certificate is out for signature"),
        ("project rests", "This project is “Suspended”"),
    ],
)
def test_a_signature_is_kept_and_nothing_moves_where_something_stands_in_the_way(
    sent, project, verified, task, noon, obstacle, why
):
    obstacles(project, verified, task, noon)[obstacle]()
    before = everything(project)

    change = signs(sent, noon)

    assert (change.state, change.signed_at, change.applied_at) == (State.SIGNED, noon, None)
    assert why in change.not_applied_reason
    assert everything(project) == before
    assert actions(change)[-2:] == ["delivery.change_signed", "delivery.change_not_applied"]
    step = project.steps.get(key="change")
    assert (step.state, step.next_step) == (
        "IN_PROGRESS", "Look why CR-2026-0001 was not carried out",
    )  # fmt: skip


def test_it_is_carried_out_later_once_nothing_stands_in_the_way(
    sent, project, verified, task, ines, conny, noon
):
    Project.objects.update(state="SUSPENDED")
    change = signs(sent, noon)
    Project.objects.update(state="RUNNING")
    with pytest.raises(NotAllowed):
        apply_change(change=change, actor=conny, at=noon)

    later = noon + timedelta(days=2)
    apply_change(change=change, actor=ines, at=later)

    change.refresh_from_db()
    assert (change.applied_at, change.not_applied_reason, change.left_out) == (later, "", [])
    project.refresh_from_db()
    assert project.contract_value_minor == 125_050
    with pytest.raises(NothingToApply):
        apply_change(change=change, actor=ines, at=later)
    assert Installment.objects.filter(change=change).count() == 1


def test_what_can_never_be_done_is_left_out_with_a_reason_and_all_else_moves(
    sent, project, task, ines, noon
):
    Task.objects.filter(pk=task.pk).update(progress_percent=100, done_at=noon)
    change = signs(sent, noon)
    with pytest.raises(CannotBeDone, match="T1 Wire gates is done"):
        apply_change(change=change, actor=ines, at=noon, leave_out_reason="  ")

    apply_change(change=change, actor=ines, at=noon, leave_out_reason="It was done early.")

    change.refresh_from_db()
    assert change.left_out == [change.task_effects.get(kind="SHIFT").key]
    task.refresh_from_db()
    assert task.starts_on == date(2026, 3, 2)
    project.refresh_from_db()
    assert project.contract_value_minor == 125_050
    assert Entry.objects.get(action="delivery.change_applied_partly").sentence == (
        "carried out the change request CR-2026-0001 without T1 Wire gates is done.: "
        "It was done early."
    )


def test_a_price_that_is_left_out_moves_neither_contract_nor_installments(
    sent, project, ines, noon
):
    Installment.objects.filter(order__gt=1).delete()  # what is left is invoiced
    ChangeRequest.objects.update(price_minor=-10)
    change = signs(sent, noon)

    apply_change(change=change, actor=ines, at=noon, leave_out_reason="Credit note CN-1.")

    project.refresh_from_db()
    assert (project.contract_value_minor, project.planned_end_on) == (100_000, date(2026, 7, 15))
    assert Installment.objects.get().amount_minor == 30_000


@pytest.mark.parametrize("ending", ["declined", "cancelled", "expired"])
def test_a_request_that_ends_unsigned_brings_the_change_back_with_the_reason(
    sent, project, ines, noon, ending
):
    request = SignatureRequest.objects.get()
    if ending == "declined":
        declines(request, "Too dear.", noon)
    elif ending == "cancelled":
        cancel_request(request=request, actor=ines, at=noon, reason="Wrong person.")
    else:
        end_overdue(now=noon + timedelta(days=15))

    change = ChangeRequest.objects.get()
    assert (change.state, change.came_back_reason) == (
        State.APPROVED,
        {
            "declined": "Carl Client: Too dear.",
            "cancelled": "Wrong person.",
            "expired": "Expired",
        }[ending],
    )
    assert project.steps.get(key="change").next_step == "Send CR-2026-0001 for signature"
    assert actions(change)[-1] == "delivery.change_came_back"


def test_it_is_sent_again_as_it_was_or_closed_as_declined(sent, carl, ines, noon):
    declines(SignatureRequest.objects.get(), "Not now.", noon)
    version = DocumentVersion.objects.of(sent).get()

    send_change(
        change=sent, signers=[SignerSpec(carl)], terms=Terms(valid_days=9), actor=ines, at=noon
    )
    assert DocumentVersion.objects.of(sent).get() == version
    request = SignatureRequest.objects.exclude(state="DECLINED").get()
    with pytest.raises(IllegalMove):
        close_declined_change(change=sent, reason="Never.", actor=ines, at=noon)
    declines(request, "Never.", noon + timedelta(hours=1))
    change = close_declined_change(change=sent, reason="They do without.", actor=ines, at=noon)

    assert (change.state, change.came_back_reason) == (State.DECLINED, "They do without.")
    assert change.project.steps.get(key="change").state == "DONE"


def test_taking_it_back_closes_the_links_and_keeps_it_approved(sent, ines, conny, noon):
    with pytest.raises(NotAllowed):
        recall_change(change=sent, reason="r", actor=conny, at=noon)

    change = recall_change(change=sent, reason="Wrong price.", actor=ines, at=noon)

    request = SignatureRequest.objects.get()
    assert (change.state, request.state) == (State.APPROVED, "CANCELLED")
    assert request.signers.get().link.revoked_at == noon
    assert actions(change).count("delivery.change_came_back") == 1


def test_only_what_is_out_is_taken_back(change, ines, noon):
    change = withdraw_change(change=change, reason="No.", actor=ines, at=noon)

    with pytest.raises(NotOutForSignature):
        recall_change(change=change, reason="r", actor=ines, at=noon)


def test_withdrawing_while_it_is_out_ends_the_signing_and_the_version(sent, project, ines, noon):
    before = everything(project)

    change = withdraw_change(change=sent, reason="Not needed.", actor=ines, at=noon)

    assert (change.state, change.came_back_reason) == (State.WITHDRAWN, "Not needed.")
    assert SignatureRequest.objects.get().state == "CANCELLED"
    assert DocumentVersion.objects.of(change).get().status == "WITHDRAWN"
    assert everything(project) == before
    assert project.steps.get(key="change").state == "NOT_STARTED"


def test_what_everybody_has_signed_is_not_withdrawn(sent, ines, noon):
    SignatureRequest.objects.update(state="SEALING")

    with pytest.raises(IllegalMove):
        withdraw_change(change=sent, reason="Too late.", actor=ines, at=noon)

    assert ChangeRequest.objects.get().state == State.SIGNING


def test_the_document_says_old_and_new_of_everything(change):
    version = DocumentVersion.objects.of(change).get()

    sections = {section["key"]: section for section in version.content["sections"]}
    said = {key: section["markdown"].replace("\\", "") for key, section in sections.items()}
    assert list(sections) == ["what", "why", "requirements", "tasks", "dates", "price", "rest"]
    assert sections["requirements"]["requirements"] == ["R-001", "R-002"]
    assert said["requirements"].splitlines()[2:] == [
        "| R-001 (changed) | Scans at docks. (must) | Scans anywhere. (must) |",
        "| R-002 (dropped) | Prints. (must) | dropped: it counts no longer |",
        "| new | – | Scans at gates. (should) |",
    ]
    assert said["tasks"].splitlines()[2:] == [
        "| T1 Wire gates (moved) | 2 March 2026 – 3 March 2026 | 6 March 2026 – 9 March 2026 |",
        "| Mount scanners (new) | – | 9 March 2026 |",
    ]
    assert said["price"].splitlines() == [
        "The price changes by **+250.50 EUR**, payable with the signature. Days to pay: 14.",
        "",
        "| What | until now | from now on |",
        "| --- | --- | --- |",
        "| Contract value | 1,000.00 EUR | 1,250.50 EUR |",
        "| CR-2026-0001 Scan at the gate | – | 250.50 EUR |",
    ]
    assert version.content["facts"] == [
        {"label": "Title of the project", "value": change.project.title},
        {"label": "Price", "value": "+250.50\xa0EUR"},
        {"label": "Planned end", "value": "15 July 2026"},
    ]


def test_hostile_words_stay_text_in_the_document(project, ines, piet, noon):
    project.project_manager = None
    project.save(update_fields=["project_manager"])
    change = start_change(
        project=project, title="T", what="<script>alert(1)</script>**bold**", why="y",
        actor=ines, at=noon,
    )  # fmt: skip
    add_requirement_effect(
        change=change, kind="ADD", text="a | b <img src=x onerror=alert(1)> [l](http://x)",
        priority="MUST", actor=ines, at=noon,
    )  # fmt: skip
    hand_in_change(change=change, actor=ines, at=noon)

    version = approve_change(change=change, actor=ines, at=noon)

    html = "".join(section["html"] for section in version.content["sections"])
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="http://x"' not in html


def test_the_whole_thread_from_the_draft_to_the_sealed_and_applied_change(
    change, project, carl, ines, noon
):
    """Really rendered, signed with a code, sealed."""
    version = DocumentVersion.objects.of(change).get()
    assert render_version(version_id=version.pk, now=noon)
    dora = ContactFactory(customer=project.customer, name="Dora Client", email="dora@c.example")
    now = timezone.now()
    request = send_change(
        change=change,
        signers=[SignerSpec(carl), SignerSpec(dora, order=2)],
        terms=Terms(),
        actor=ines,
        at=now,
    )
    sign_first(request=request, at=now)
    change.refresh_from_db()
    assert change.state == State.SIGNING

    sign_first(request=request, at=now + timedelta(hours=1))
    assert seal_request(request_id=request.pk, now=now + timedelta(hours=2))

    change.refresh_from_db()
    request.refresh_from_db()
    version.refresh_from_db()
    assert (change.state, request.state) == (State.SIGNED, "COMPLETED")
    assert change.applied_at == now + timedelta(hours=2)
    project.refresh_from_db()
    assert project.contract_value_minor == 125_050
    with version.sealed_pdf.open() as file:
        assert verify(file.read()).is_valid
