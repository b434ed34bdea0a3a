"""Real threads on a real database: of two that come at once, one wins."""

import threading
import time
from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone

from aftersales.models import Installment
from aftersales.tests.factories import InstallmentFactory
from delivery.domain.changes import add_requirement_effect, hand_in_change, start_change
from delivery.domain.changes_apply import NothingToApply, apply_change
from delivery.domain.changes_approval import approve_change, send_back_change
from delivery.domain.changes_signing import send_change, withdraw_change
from delivery.domain.progress import report_progress
from delivery.models import ChangeRequest
from delivery.tests.factories import ChangeRequestFactory, RequirementEffectFactory, TaskFactory
from implportal.documents.domain import versions
from implportal.documents.domain.versions import render_version
from implportal.kernel.errors import DomainError
from implportal.kernel.moves import IllegalMove
from implportal.projects.models import NumberSeries, Project
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.domain import signing
from implportal.signing.domain.codes import check_code, send_code
from implportal.signing.domain.links import LinkIsGone
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.domain.turns import Overtaken
from implportal.signing.models import RequestState
from implportal.signing.tests.conftest import code_of
from implportal.signing.tests.domain.test_signing import BROWSER, offer_of
from presales.models import Requirement

pytestmark = pytest.mark.django_db(transaction=True)
State = ChangeRequest.State


@pytest.fixture(autouse=True)
def _tasks_wait(monkeypatch):
    """Rendering and sealing are called by hand here; mails stay in the outbox."""
    for module in (
        "implportal.documents.domain.versions",
        "implportal.signing.domain.signing",
        "implportal.notifications.domain.outbox",
    ):
        monkeypatch.setattr(f"{module}.send_on_commit", lambda *_args, **_kwargs: None)


@pytest.fixture
def project(ines, piet):
    project = ProjectFactory(
        delivering=True, implementation_manager=ines, project_manager=piet,
        contract_value_minor=50_000,
    )  # fmt: skip
    InstallmentFactory(project=project)
    return project


@pytest.fixture
def waiting(project):
    """Signed, and not carried out yet."""
    change = ChangeRequestFactory(
        project=project, signed=True, not_applied_reason="x", price_minor=100
    )
    RequirementEffectFactory(change=change)
    return change


def test_of_signing_and_withdrawing_the_first_wins(together, project, ines, piet):
    # given a change that is out for signature, with the signer's code entered
    now = timezone.now()
    change = start_change(
        project=project, title="T", what="w", why="y", price_minor=100, actor=ines, at=now
    )
    add_requirement_effect(
        change=change, kind="ADD", text="New.", priority="MUST", actor=ines, at=now
    )
    hand_in_change(change=change, actor=ines, at=now)
    version = approve_change(change=change, actor=piet, at=now)
    assert render_version(version_id=version.pk, now=now)
    request = send_change(
        change=change, signers=[SignerSpec(ContactFactory(customer=project.customer))],
        terms=Terms(valid_days=9), actor=ines, at=now,
    )  # fmt: skip
    request.refresh_from_db()
    signer = request.signers.get()
    send_code(link=signer.link, session=BROWSER.session, at=now)
    check_code(link=signer.link, session=BROWSER.session, digits=code_of(signer), at=now)

    # when both happen at once
    signed, withdrawn = together(
        lambda: signing.sign(
            link=signer.link, typed_name="Carl", offer=offer_of(request.version),
            circumstances=BROWSER, at=now,
        ),
        lambda: withdraw_change(change=change, reason="Stop", actor=ines, at=now),
    )  # fmt: skip

    # then either it is signed and stays out, or it is withdrawn and nothing is signed
    change.refresh_from_db()
    request.refresh_from_db()
    if request.state == RequestState.SEALING:
        assert isinstance(withdrawn, IllegalMove)
        assert change.state == State.SIGNING
    else:
        assert (change.state, request.state) == (State.WITHDRAWN, RequestState.CANCELLED)
        assert isinstance(signed, Overtaken | LinkIsGone)


def test_one_is_sent_back_while_another_is_begun(together, project, ines, piet, noon, monkeypatch):
    change = ChangeRequestFactory(project=project, handed_in=True)
    RequirementEffectFactory(change=change)
    approve_change(change=change, actor=piet, at=noon)
    is_on_record = threading.Event()
    record = versions.record

    def slow_record(*action, **said):
        entry = record(*action, **said)
        is_on_record.set()
        time.sleep(0.5)  # so that the other comes in between
        return entry

    monkeypatch.setattr(versions, "record", slow_record)

    def begins():
        is_on_record.wait()
        return start_change(project=project, title="T", what="w", why="y", actor=ines, at=noon)

    results = together(
        lambda: send_back_change(change=change, reason="Words", actor=ines, at=noon), begins
    )

    assert [type(result) for result in results] == [ChangeRequest, ChangeRequest]
    change.refresh_from_db()
    assert change.state == State.DRAFT


def test_carrying_out_twice_at_once_moves_everything_once(together, waiting, project, ines, noon):
    work = [lambda: apply_change(change=waiting, actor=ines, at=noon)] * 3

    results = together(*work)

    assert sum(isinstance(result, NothingToApply) for result in results) == 2
    project.refresh_from_db()
    assert project.contract_value_minor == 50_100
    assert Installment.objects.filter(change=waiting).count() == 1
    assert Requirement.objects.count() == 1


def test_of_approving_and_withdrawing_the_first_wins(together, project, ines, piet, noon):
    change = ChangeRequestFactory(project=project, handed_in=True)
    RequirementEffectFactory(change=change)

    approved, withdrawn = together(
        lambda: approve_change(change=change, actor=piet, at=noon),
        lambda: withdraw_change(change=change, reason="Stop", actor=ines, at=noon),
    )

    change.refresh_from_db()
    assert not isinstance(withdrawn, Exception)
    assert change.state == State.WITHDRAWN
    if isinstance(approved, DomainError):
        assert change.approved_by is None


def test_a_change_and_a_milestone_that_release_money_at_once_both_pass(
    together, waiting, project, ines, piet, noon
):
    milestone = TaskFactory(project=project, milestone=True, starts_on=date(2026, 3, 2))
    InstallmentFactory(project=project, release_event="MILESTONE_DONE", milestone=milestone)
    Project.objects.update(contract_value_minor=100_000)

    results = together(
        lambda: apply_change(change=waiting, actor=ines, at=noon),
        lambda: report_progress(task=milestone, percent=100, actor=piet, at=noon),
    )

    assert not [result for result in results if isinstance(result, Exception)]
    states = Installment.objects.order_by("pk").values_list("release_event", "state")
    assert list(states) == [
        ("ACCEPTANCE_SIGNED", "WAITING"),
        ("MILESTONE_DONE", "RELEASED"),
        ("CHANGE_SIGNED", "RELEASED"),
    ]


def test_numbers_stay_gapless_when_one_of_two_fails(together, project, ines, noon):
    def begin(why):
        return lambda: start_change(
            project=project, title="T", what="w", why=why, actor=ines, at=noon
        )

    together(begin("y"), begin(""), begin("y"))

    numbers = ChangeRequest.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["CR-2026-0001", "CR-2026-0002"]
    assert NumberSeries.objects.get(name="CHANGE").value == 2


def test_what_is_rolled_back_leaves_nothing_behind(waiting, project, ines, noon):
    with transaction.atomic():
        apply_change(change=waiting, actor=ines, at=noon)
        transaction.set_rollback(True)

    project.refresh_from_db()
    waiting.refresh_from_db()
    assert (project.contract_value_minor, waiting.applied_at) == (50_000, None)
    assert Installment.objects.count() == 1
    assert not Requirement.objects.exists()
