import pytest

from aftersales.domain.acceptances import (
    EvidenceMissing,
    MemberSpec,
    NotBeingChecked,
    StartedAlready,
    StrangerInCommittee,
    TooEarly,
    add_criterion,
    name_committee,
    record_result,
    start_acceptance,
)
from aftersales.domain.certificates import (
    CriteriaUndecided,
    NobodySigns,
    certificate_content,
    note_ended,
    note_signed,
    recall_certificate,
    send_certificate,
)
from aftersales.models import Acceptance
from aftersales.tests.factories import AcceptanceFactory, CriterionFactory, InstallmentFactory
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from implportal.signing.models import RequestState
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines, finishing=True)


@pytest.fixture
def carl(project):
    return ContactFactory(customer=project.customer, name="Carl Example")


@pytest.fixture
def ready(project, carl, ines):
    """An acceptance with one passed requirement, to be signed by Carl."""
    requirement = RequirementFactory(project=project)
    acceptance = AcceptanceFactory(project=project, state="OPEN")
    CriterionFactory(acceptance=acceptance, requirement=requirement, text="It | works", passed=True)
    acceptance.committee.create(contact=carl, role="CUSTOMER_EXPERT", signs=True)
    return acceptance


def test_start_acceptance_asks_for_every_requirement_that_counts(project, ines, noon):
    kept = RequirementFactory(project=project)
    RequirementFactory(project=project, state="DROPPED", dropped_reason="Not needed")
    RequirementFactory(project=project, priority="WONT")

    acceptance = start_acceptance(project=project, actor=ines, at=noon)

    assert [(one.requirement, one.text, one.result) for one in acceptance.criteria.all()] == [
        (kept, kept.text, "OPEN")
    ]
    assert [(one.user, one.role) for one in acceptance.committee.order_by("pk")] == [
        (ines, "IMPLEMENTATION"),
        (project.project_manager, "PROJECT"),
    ]
    assert project.steps.get(key="acceptance").state == "IN_PROGRESS"
    with pytest.raises(StartedAlready):
        start_acceptance(project=project, actor=ines, at=noon)


def test_start_acceptance_is_too_early_in_presales(ines, noon):
    with pytest.raises(TooEarly):
        start_acceptance(project=ProjectFactory(implementation_manager=ines), actor=ines, at=noon)


def test_record_result_needs_a_word_on_what_did_not_pass(project, ines, noon):
    criterion = CriterionFactory(acceptance__project=project)

    for result in ("FAILED", "WAIVED"):
        with pytest.raises(EvidenceMissing):
            record_result(criterion=criterion, result=result, evidence=" ", actor=ines, at=noon)
    record_result(criterion=criterion, result="PASSED", evidence="", actor=ines, at=noon)

    criterion.refresh_from_db()
    assert (criterion.result, criterion.checked_by, criterion.checked_at) == (
        "PASSED",
        ines,
        noon,
    )
    criterion.acceptance.refresh_from_db()
    assert criterion.acceptance.state == "OPEN"


@pytest.mark.parametrize(
    ("person", "checks", "runs"),
    [
        ("ines", True, True),
        ("adam", True, True),
        ("conny", True, False),
        ("cora", False, False),
        ("sam", False, False),
    ],
)
def test_members_check_and_only_who_runs_the_project_decides(
    request, project, noon, person, checks, runs
):
    MemberFactory(project=project, user=request.getfixturevalue("conny"))
    criterion = CriterionFactory(acceptance__project=project)
    acceptance, actor = criterion.acceptance, request.getfixturevalue(person)
    acts = [
        (
            checks,
            lambda: record_result(
                criterion=criterion, result="PASSED", evidence="", actor=actor, at=noon
            ),
        ),
        (
            runs,
            lambda: add_criterion(acceptance=acceptance, text="More", actor=actor, at=noon),
        ),
        (runs, lambda: name_committee(acceptance=acceptance, members=[], actor=actor, at=noon)),
    ]
    for may, act in acts:
        if may:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()
    if not runs:
        with pytest.raises(NotAllowed):
            send_certificate(acceptance=acceptance, actor=actor, at=noon)


def test_name_committee_refuses_strangers(project, ines, sam, noon):
    acceptance = AcceptanceFactory(project=project)

    for member in (
        MemberSpec(role="CUSTOMER_EXPERT", contact=ContactFactory(), signs=True),
        MemberSpec(role="PROJECT", user=sam),
    ):
        with pytest.raises(StrangerInCommittee):
            name_committee(acceptance=acceptance, members=[member], actor=ines, at=noon)
    assert not acceptance.committee.exists()


def test_send_certificate_lists_what_failed_and_what_is_open(ready, ines, noon):
    CriterionFactory(acceptance=ready, order=7, failed=True)
    CriterionFactory(acceptance=ready, order=8)

    with pytest.raises(CriteriaUndecided, match="failed: C-007"):
        send_certificate(acceptance=ready, actor=ines, at=noon)
    ready.criteria.filter(order=7).delete()
    with pytest.raises(CriteriaUndecided, match="not checked yet: C-008"):
        send_certificate(acceptance=ready, actor=ines, at=noon)

    assert not DocumentVersion.objects.exists()


def test_send_certificate_needs_somebody_who_signs(ready, ines, noon):
    ready.committee.update(signs=False)

    with pytest.raises(NobodySigns):
        send_certificate(acceptance=ready, actor=ines, at=noon)


def test_send_certificate_freezes_it_and_closes_the_criteria(ready, ines, noon):
    version = send_certificate(acceptance=ready, actor=ines, at=noon)

    ready.refresh_from_db()
    assert (ready.state, ready.number, version.number) == (
        "SIGNING",
        "AC-2026-0001",
        "AC-2026-0001",
    )
    table = version.content["sections"][1]
    assert "<td>It | works</td>" in table["html"]
    assert table["requirements"] == [ready.criteria.get().requirement.code]
    with pytest.raises(NotBeingChecked):
        add_criterion(acceptance=ready, text="Too late", actor=ines, at=noon)


def test_hostile_words_stay_words_in_the_certificate(ready, noon):
    ready.criteria.update(text="<script>alert(1)</script> **bold** | ![x](file:///etc/passwd)")

    html = certificate_content(ready, at=noon)["sections"][1]["html"]

    assert "<script" not in html
    assert "<img" not in html
    assert "<strong>" not in html


def test_the_rendered_certificate_is_sent_to_its_signers(
    ready, ines, noon, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        version = send_certificate(acceptance=ready, actor=ines, at=noon)

    version.refresh_from_db()
    request = version.signature_requests.get()
    assert (version.state, request.code_required) == ("READY", True)
    assert [signer.name for signer in request.signers.all()] == ["Carl Example"]
    step = ready.project.steps.get(key="acceptance")
    assert (step.state, step.waiting_on) == ("WAITING", "Carl Example")

    recall_certificate(acceptance=ready, reason="Typing error", actor=ines, at=noon)

    ready.refresh_from_db()
    request.refresh_from_db()
    assert (ready.state, ready.declined_reason, request.state) == (
        "OPEN",
        "Typing error",
        "CANCELLED",
    )


def test_a_signed_certificate_accepts_requirements_and_releases_money(ready, ines, noon):
    installment = InstallmentFactory(project=ready.project)
    version = send_certificate(acceptance=ready, actor=ines, at=noon)

    note_signed(version, noon)
    note_signed(version, noon)

    ready.refresh_from_db()
    installment.refresh_from_db()
    assert (ready.state, ready.signed_at, installment.state) == ("SIGNED", noon, "RELEASED")
    assert ready.criteria.get().requirement.state == "ACCEPTED"
    assert ready.project.steps.get(key="acceptance").state == "DONE"


def test_a_declined_certificate_comes_back_and_can_be_sent_again(ready, ines, noon):
    version = send_certificate(acceptance=ready, actor=ines, at=noon)

    note_ended(version, RequestState.DECLINED, noon)

    ready.refresh_from_db()
    assert (ready.state, ready.declined_reason) == ("OPEN", "No reason was given.")
    again = send_certificate(acceptance=ready, actor=ines, at=noon)
    assert (again.number, again.version) == ("AC-2026-0001", 2)
    assert Acceptance.objects.get().state == "SIGNING"
