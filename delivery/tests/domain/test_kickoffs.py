from datetime import timedelta

import pytest

from delivery.domain.kickoffs import KickoffIsHeld, NoKickoff, hold_kickoff, plan_kickoff
from delivery.models import Kickoff
from delivery.tests.factories import KickoffFactory, TaskFactory
from implportal.audit.models import Entry
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.meetings.domain.meetings import EndsTooEarly, MeetingCalledOff, cancel_meeting
from implportal.meetings.models import Meeting
from implportal.projects.domain.phases import GateIsShut, missing_for
from implportal.projects.models import Phase, Stakeholder
from implportal.projects.registry import GATES, LISTENERS, EventListener
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines, title="Records")


@pytest.fixture
def own_gates_only(monkeypatch):
    """The gates of pre-sales are theirs to test."""
    ours = {key: gate for key, gate in GATES._items.items() if key.startswith("delivery.")}
    monkeypatch.setattr(GATES, "_items", ours)


@pytest.fixture
def plan(project, ines, noon):
    def _plan(**fields):
        given = {
            "project": project, "actor": ines, "at": noon, "time_zone": "Europe/Berlin",
            "start_at": noon + timedelta(days=1), "end_at": noon + timedelta(days=1, hours=2),
        }  # fmt: skip
        return plan_kickoff(**given | fields)

    return _plan


def missing(project, phase):
    return [str(reason.text) for reason in missing_for(project, phase)]


def test_plan_kickoff_invites_team_and_stakeholders(project, plan, conny):
    MemberFactory(project=project, user=conny)
    contact = ContactFactory(customer=project.customer)
    Stakeholder.objects.create(project=project, contact=contact, role="SPONSOR")

    kickoff = plan(goals="One record", place="Room 2")

    meeting = kickoff.meeting
    assert (meeting.kind, meeting.title, meeting.place) == (
        "KICKOFF",
        "Kick-off: Records",
        "Room 2",
    )
    assert {one.label for one in meeting.attendees.all()} == {
        "Ines Example", "Conny Example", contact.name,
    }  # fmt: skip
    step = project.steps.get(key="kickoff")
    assert (step.state, step.next_step) == ("IN_PROGRESS", "Hold the kick-off")


def test_plan_kickoff_again_changes_the_same_meeting(plan, noon):
    first = plan()

    second = plan(goals="Two", end_at=noon + timedelta(days=1, hours=3))

    assert (first.pk, first.meeting_id) == (second.pk, second.meeting_id)
    assert (second.goals, Meeting.objects.get().end_at) == ("Two", noon + timedelta(hours=27))


def test_plan_kickoff_replaces_a_meeting_that_was_called_off(plan, ines, noon):
    first = plan()
    cancel_meeting(meeting=first.meeting, actor=ines, at=noon, reason="Ill")

    assert plan().meeting_id != first.meeting_id


def test_plan_kickoff_leaves_nothing_behind_when_refused(project, plan, conny, noon):
    MemberFactory(project=project, user=conny)

    with pytest.raises(NotAllowed):
        plan(actor=conny)
    with pytest.raises(EndsTooEarly):
        plan(end_at=noon)

    assert not Kickoff.objects.exists()
    assert not Meeting.objects.exists()


@pytest.mark.usefixtures("own_gates_only")
def test_the_gates_say_in_words_what_is_missing(project, plan, piet):
    assert missing(project, Phase.DELIVERY) == [
        "No project manager is named.", "The kick-off is not planned.",
    ]  # fmt: skip
    assert missing(project, Phase.AFTERSALES) == [
        "The kick-off was not held.", "The plan has no task.",
    ]  # fmt: skip

    project.project_manager = piet
    plan()
    TaskFactory(project=project)

    assert missing(project, Phase.DELIVERY) == []
    assert missing(project, Phase.AFTERSALES) == ["The kick-off was not held."]


@pytest.fixture
def ready(project, plan, piet, own_gates_only):
    project.project_manager = piet
    project.save()
    return plan(goals="One record", rules="- In writing", agenda="- Goals")


def test_hold_kickoff_starts_the_delivery(
    project, ready, ines, noon, django_capture_on_commit_callbacks
):
    heard = []
    LISTENERS.register(
        EventListener("test", "KICKOFF_HELD", lambda **told: heard.append(told["reference"]))
    )
    try:
        with django_capture_on_commit_callbacks() as callbacks:
            kickoff = hold_kickoff(project=project, actor=ines, at=noon)
    finally:
        del LISTENERS._items["test"]

    project.refresh_from_db()
    assert (project.phase, project.steps.get(key="kickoff").state) == ("DELIVERY", "DONE")
    assert (kickoff.state, kickoff.held_at, kickoff.number) == ("HELD", noon, "KO-2026-0001")
    assert kickoff.meeting.state == "HELD"
    assert heard == [str(kickoff.pk)]
    version = DocumentVersion.objects.get()
    assert (version.kind, version.number, version.version) == (
        "delivery.kickoff", "KO-2026-0001", 1,
    )  # fmt: skip
    assert [part["title"] for part in version.content["sections"]] == [
        "Goals", "People", "Rules of working together", "Agenda",
    ]  # fmt: skip
    assert len(callbacks) >= 1
    assert "held the kick-off: KO-2026-0001" in [
        entry.sentence for entry in Entry.objects.of_project(project.pk)
    ]


def test_hold_kickoff_twice_is_refused_and_counts_no_number(project, ready, ines, noon):
    hold_kickoff(project=project, actor=ines, at=noon)

    with pytest.raises(IllegalMove):
        hold_kickoff(project=project, actor=ines, at=noon)

    assert DocumentVersion.objects.count() == 1


def test_hold_kickoff_is_refused_while_something_is_missing(
    project, plan, own_gates_only, ines, noon
):
    plan()

    with pytest.raises(GateIsShut, match="No project manager is named"):
        hold_kickoff(project=project, actor=ines, at=noon)

    project.refresh_from_db()
    assert (project.phase, project.kickoff.state, project.kickoff.number) == (
        "PRESALES", "PLANNED", "",
    )  # fmt: skip
    assert not DocumentVersion.objects.exists()


def test_only_an_administrator_goes_on_with_things_missing(
    project, plan, own_gates_only, ines, adam, noon
):
    plan()

    with pytest.raises(NotAllowed):
        hold_kickoff(project=project, actor=ines, at=noon, override_reason="Hurry")
    hold_kickoff(project=project, actor=adam, at=noon, override_reason="Hurry")

    project.refresh_from_db()
    assert (project.phase, project.kickoff.state) == ("DELIVERY", "HELD")


def test_hold_kickoff_needs_one_that_is_planned_and_not_called_off(project, ines, noon, plan):
    with pytest.raises(NoKickoff):
        hold_kickoff(project=project, actor=ines, at=noon)
    kickoff = plan()
    project.phase = "DELIVERY"
    project.save()
    cancel_meeting(meeting=kickoff.meeting, actor=ines, at=noon, reason="Ill")
    with pytest.raises(MeetingCalledOff):
        hold_kickoff(project=project, actor=ines, at=noon)

    assert Kickoff.objects.get().state == "PLANNED"


def test_a_project_that_was_moved_on_before_only_notes_its_kickoff(project, plan, ines, noon):
    plan()
    project.phase = "DELIVERY"
    project.save()

    hold_kickoff(project=project, actor=ines, at=noon)

    project.refresh_from_db()
    assert (project.phase, project.kickoff.state) == ("DELIVERY", "HELD")


def test_what_was_agreed_does_not_change_any_more(project, ready, plan, ines, noon):
    hold_kickoff(project=project, actor=ines, at=noon)

    with pytest.raises(KickoffIsHeld):
        plan(goals="Other")

    assert Kickoff.objects.get().goals == "One record"


def test_names_in_the_document_are_names_and_no_markup(project, ready, ines, piet, noon):
    piet.name = "Piet | <b>*x*</b>"
    piet.save()

    hold_kickoff(project=project, actor=ines, at=noon)

    people = DocumentVersion.objects.get().content["sections"][1]["html"]
    assert "Piet | &lt;b&gt;*x*&lt;/b&gt;" in people


def test_the_factory_makes_a_planned_kickoff():
    assert KickoffFactory().is_held is False
