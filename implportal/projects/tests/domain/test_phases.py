import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.phases import GateIsShut, NoSuchPhase, enter_phase
from implportal.projects.models import Phase
from implportal.projects.registry import GATES, Gate, Reason
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def missing(monkeypatch):
    """What the only gates, one for each phase, say is missing."""
    reasons = []
    gates = {p: Gate(p, p, lambda _project: [Reason(text) for text in reasons]) for p in Phase}
    monkeypatch.setattr(GATES, "_items", gates)
    return reasons


def test_an_open_gate_lets_the_project_in(ines, noon, missing):
    project = ProjectFactory(implementation_manager=ines)

    enter_phase(project=project, phase=Phase.DELIVERY, actor=ines, at=noon)

    project.refresh_from_db()
    assert project.phase == "DELIVERY"


def test_a_shut_gate_says_what_is_missing(ines, noon, missing):
    missing += ["The solution is not signed yet.", "Nobody is named."]
    project = ProjectFactory(implementation_manager=ines)

    with pytest.raises(GateIsShut) as refusal:
        enter_phase(project=project, phase=Phase.DELIVERY, actor=ines, at=noon)

    assert str(refusal.value) == "Not yet: The solution is not signed yet. Nobody is named."
    project.refresh_from_db()
    assert (project.phase, Entry.objects.count()) == ("PRESALES", 0)


def test_only_an_administrator_overrides_a_gate_and_says_why(ines, adam, noon, missing):
    missing.append("The solution is not signed yet.")
    project = ProjectFactory(implementation_manager=ines)
    ask = {"project": project, "phase": Phase.DELIVERY, "at": noon, "override_reason": "Urgent"}

    with pytest.raises(NotAllowed):
        enter_phase(actor=ines, **ask)
    enter_phase(actor=adam, **ask)

    entry = Entry.objects.get()
    assert (entry.action, entry.details["missing"]) == (
        "projects.gate_overridden",
        ["The solution is not signed yet."],
    )


def test_closing_cannot_be_overridden(adam, noon, missing):
    missing.append("1,000.00 EUR are not paid.")
    project = ProjectFactory(phase="AFTERSALES")

    with pytest.raises(GateIsShut):
        enter_phase(
            project=project, phase=Phase.CLOSED, actor=adam, at=noon, override_reason="Please"
        )

    project.refresh_from_db()
    assert project.state == "RUNNING"


def test_closing_ends_the_project(ines, noon, missing):
    project = ProjectFactory(phase="AFTERSALES", implementation_manager=ines)

    enter_phase(project=project, phase=Phase.CLOSED, actor=ines, at=noon)

    project.refresh_from_db()
    assert (project.phase, project.state, project.closed_at) == ("CLOSED", "CLOSED", noon)


def test_a_phase_cannot_be_skipped(ines, noon, missing):
    project = ProjectFactory(implementation_manager=ines)

    with pytest.raises(NoSuchPhase):
        enter_phase(project=project, phase=Phase.AFTERSALES, actor=ines, at=noon)
