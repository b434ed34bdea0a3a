from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from implportal.kernel.errors import NotAllowed
from implportal.meetings.domain.feedback import note_feedback
from implportal.meetings.domain.meetings import (
    MeetingCalledOff,
    OrganiserIsStranger,
    cancel_meeting,
    change_meeting,
)
from implportal.meetings.models import Meeting
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.domain.steps import change_step
from implportal.projects.models import Project, Step
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from presales.activities import arrangements_waiting
from presales.domain.inspection_arrangements import (
    HasChecklist,
    OwnerIsStranger,
    add_arrangement,
    add_usual_arrangements,
    change_arrangement,
    remove_arrangement,
    settle_arrangement,
)
from presales.domain.inspections import (
    EndsTooEarly,
    HostIsElsewhere,
    HostIsStranger,
    NotAnInspection,
    NothingToMove,
    OutsideTheVisit,
    PlaceTaken,
    add_stop,
    agenda_of,
    change_stop,
    move_itinerary,
    plan_inspection,
    remove_stop,
    take_itinerary_as_agenda,
)
from presales.models import Arrangement, ItineraryItem
from presales.reminders import arrangements_due

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def visit(project):
    """From 9:00 to 16:00 on Tuesday 3 March 2026 in Berlin."""
    return MeetingFactory(
        project=project, kind="INSPECTION", title="Visit",
        start_at=datetime(2026, 3, 3, 9, tzinfo=BERLIN),
        end_at=datetime(2026, 3, 3, 16, tzinfo=BERLIN),
    )  # fmt: skip


@pytest.fixture
def stop(visit, ines, noon):
    """Return a function that adds a stop by the hours on the wall."""

    def _stop(start, end, title="Tour", **fields):
        return add_stop(
            meeting=visit, title=title, start_at=datetime(2026, 3, 3, start, tzinfo=BERLIN),
            end_at=datetime(2026, 3, 3, end, tzinfo=BERLIN),
            **{"actor": ines, "at": noon, **fields},
        )  # fmt: skip

    return _stop


def step_of(project):
    step = project.steps.get(key="inspection")
    return step.state, step.next_step


class TestPlanning:
    def plan(self, project, host, actor, at, **fields):
        return plan_inspection(
            project=project, host=host, title="Visit", start_at=at + timedelta(days=9),
            end_at=at + timedelta(days=9, hours=6), time_zone="Europe/Berlin", place="Works",
            actor=actor, at=at, **fields,
        )  # fmt: skip

    def test_commerce_answers_for_it_and_the_manager_goes_along(self, project, cora, ines, noon):
        carl = ContactFactory(customer=project.customer)
        assert not Project.objects.visible_to(cora).exists()

        visit = self.plan(project, cora, ines, noon, contacts=[carl])

        assert (visit.organiser, visit.kind) == (cora, "INSPECTION")
        assert {one.person for one in visit.attendees.all()} == {cora, ines, carl}
        step = project.steps.get(key="inspection")
        assert (step.owner, step.next_step) == (cora, "Write the itinerary of “Visit”")
        assert Project.objects.visible_to(cora).get() == project

    def test_who_does_not_run_the_project_appoints_nobody_from_outside(
        self, project, cora, conny, noon
    ):
        MemberFactory(project=project, user=conny)

        with pytest.raises(OrganiserIsStranger):
            self.plan(project, cora, conny, noon)

        assert not Meeting.objects.exists()
        assert project.steps.get(key="inspection").owner is None

    def test_strangers_plan_nothing(self, project, cora, sam, noon):
        with pytest.raises(NotAllowed):
            self.plan(project, cora, sam, noon)

    def test_one_that_was_waived_comes_back_to_life_only_by_a_visit(
        self, project, visit, cora, ines, noon
    ):
        step = project.steps.get(key="inspection")
        change_step(
            step=step, actor=ines, at=noon, state=Step.State.WAIVED, owner=None, due_on=None,
            notes="", waived_reason="Was here last year",
        )  # fmt: skip
        cancel_meeting(meeting=visit, actor=ines, at=noon, reason="not needed")
        assert step_of(project) == ("WAIVED", "")

        self.plan(project, cora, ines, noon)
        assert step_of(project)[0] == "IN_PROGRESS"


class TestItinerary:
    def test_it_becomes_the_agenda_of_the_invitation(self, visit, stop):
        stop(13, 14, "Lunch")
        stop(9, 11, "Welcome", place="Hall A")

        visit.refresh_from_db()
        assert visit.agenda == "- 09:00–11:00 Welcome, Hall A\n- 13:00–14:00 Lunch"

    def test_an_agenda_written_by_hand_stays_until_somebody_says_so(self, visit, stop, ines, noon):
        change_meeting(meeting=visit, agenda="By hand", actor=ines, at=noon)

        stop(9, 10, "Welcome")
        visit.refresh_from_db()
        assert visit.agenda == "By hand"

        take_itinerary_as_agenda(meeting=visit, actor=ines, at=noon)
        visit.refresh_from_db()
        assert visit.agenda == "- 09:00–10:00 Welcome"

    def test_stops_lie_within_the_visit(self, stop):
        for hours in ((8, 10), (15, 17)):
            with pytest.raises(OutsideTheVisit):
                stop(*hours)
        with pytest.raises(EndsTooEarly):
            stop(10, 10)

        assert not ItineraryItem.objects.exists()

    def test_nobody_is_in_one_place_twice_at_the_same_time(self, stop):
        stop(9, 11, place="Hall A")
        with pytest.raises(PlaceTaken):
            stop(10, 12, place="hall a")

        stop(10, 12, place="Hall B")
        stop(11, 12, place="Hall A")
        stop(10, 11)
        stop(10, 11)
        assert ItineraryItem.objects.count() == 5

    def test_a_host_is_in_one_place_at_a_time(self, stop, ines, sam):
        stop(9, 11, host=ines)
        with pytest.raises(HostIsElsewhere):
            stop(10, 12, host=ines)
        with pytest.raises(HostIsStranger):
            stop(12, 13, host=sam)

        stop(11, 12, host=ines)

    def test_a_stop_is_changed_and_does_not_clash_with_itself(self, visit, stop, ines, noon):
        tour = stop(9, 11, place="Hall A", host=ines)

        change_stop(
            stop=tour, title="Long tour", start_at=tour.start_at,
            end_at=tour.end_at + timedelta(hours=1), place="Hall A", host=ines, note="Helmets",
            actor=ines, at=noon,
        )  # fmt: skip

        visit.refresh_from_db()
        assert visit.agenda == "- 09:00–12:00 Long tour, Hall A"
        remove_stop(stop=tour, actor=ines, at=noon)
        visit.refresh_from_db()
        assert visit.agenda == ""

    def test_it_moves_along_by_the_clock_on_the_wall_where_the_clocks_change(
        self, visit, stop, ines, noon
    ):
        stop(10, 11, "Welcome")
        stop(13, 14, "Lunch")
        # Sunday 29 March 2026: summer time begins in the night.
        change_meeting(
            meeting=visit, start_at=datetime(2026, 3, 28, 22, tzinfo=BERLIN),
            end_at=datetime(2026, 3, 29, 9, tzinfo=BERLIN), actor=ines, at=noon,
        )  # fmt: skip

        move_itinerary(meeting=visit, actor=ines, at=noon)

        visit.refresh_from_db()
        first, second = visit.itinerary.order_by("start_at")
        assert first.start_at == datetime(2026, 3, 28, 21, tzinfo=UTC)
        assert second.start_at == datetime(2026, 3, 29, 0, tzinfo=UTC)
        assert second.end_at.astimezone(BERLIN).hour == 3  # there is no two o'clock
        assert "Saturday 28 March\n- 22:00–23:00 Welcome" in agenda_of(visit)

    def test_it_does_not_move_into_a_visit_that_is_too_short(self, visit, stop, ines, noon):
        stop(9, 10)
        tour = stop(14, 16)
        later = datetime(2026, 3, 4, 9, tzinfo=BERLIN)
        change_meeting(
            meeting=visit, start_at=later, end_at=later + timedelta(hours=2), actor=ines, at=noon
        )

        with pytest.raises(OutsideTheVisit):
            move_itinerary(meeting=visit, actor=ines, at=noon)

        before = tour.start_at
        tour.refresh_from_db()
        assert tour.start_at == before

    def test_there_must_be_something_to_move(self, visit, ines, noon):
        with pytest.raises(NothingToMove):
            move_itinerary(meeting=visit, actor=ines, at=noon)

    def test_it_is_kept_by_who_organises_the_visit_or_runs_the_project(
        self, visit, stop, conny, ines, noon
    ):
        MemberFactory(project=visit.project, user=conny)
        with pytest.raises(NotAllowed):
            stop(9, 10, actor=conny)
        other = MeetingFactory(project=visit.project, kind="EXCHANGE")
        with pytest.raises(NotAnInspection):
            move_itinerary(meeting=other, actor=ines, at=noon)
        cancel_meeting(meeting=visit, actor=ines, at=noon, reason="ill")
        with pytest.raises(MeetingCalledOff):
            stop(9, 10)

        assert not ItineraryItem.objects.exists()


class TestArrangements:
    def test_the_usual_things_are_due_before_the_visit(self, visit, ines, noon):
        add_usual_arrangements(meeting=visit, actor=ines, at=noon)

        first, last = visit.arrangements.order_by("order")[0], visit.arrangements.latest("order")
        assert (first.owner, first.due_on) == (ines, date(2026, 2, 17))
        assert last.due_on == date(2026, 3, 2)
        with pytest.raises(HasChecklist):
            add_usual_arrangements(meeting=visit, actor=ines, at=noon)
        assert visit.arrangements.count() == 7

    def test_a_thing_is_given_to_somebody_ticked_off_and_put_back(
        self, visit, ines, piet, sam, noon
    ):
        MemberFactory(project=visit.project, user=piet)
        one = add_arrangement(
            meeting=visit, text="Meal", owner=None, due_on=None, actor=ines, at=noon
        )
        with pytest.raises(OwnerIsStranger):
            change_arrangement(
                arrangement=one, text="Meal", owner=sam, due_on=None, actor=ines, at=noon
            )
        change_arrangement(
            arrangement=one, text="Meal for six", owner=piet, due_on=date(2026, 3, 1), actor=ines,
            at=noon,
        )  # fmt: skip

        settle_arrangement(arrangement=one, is_done=True, actor=piet, at=noon)
        one.refresh_from_db()
        assert (one.text, one.owner, one.done_at, one.done_by) == (
            "Meal for six", piet, noon, piet,
        )  # fmt: skip
        settle_arrangement(arrangement=one, is_done=False, actor=ines, at=noon)
        one.refresh_from_db()
        assert (one.done_at, one.done_by) == (None, None)

        remove_arrangement(arrangement=one, actor=ines, at=noon)
        assert not Arrangement.objects.exists()

    def test_strangers_and_resting_projects_arrange_nothing(self, visit, sam, ines, noon):
        with pytest.raises(NotAllowed):
            add_usual_arrangements(meeting=visit, actor=sam, at=noon)
        Project.objects.update(state="SUSPENDED", state_reason="budget")
        with pytest.raises(ProjectNotRunning):
            add_usual_arrangements(meeting=visit, actor=ines, at=noon)

        assert not Arrangement.objects.exists()

    def test_what_is_due_waits_for_its_owner_and_is_reminded_of(self, visit, ines, piet, noon):
        MemberFactory(project=visit.project, user=piet)

        def arrange(text, owner, due_on):
            return add_arrangement(
                meeting=visit, text=text, owner=owner, due_on=due_on, actor=ines, at=noon
            )

        today = noon.date()
        late = arrange("Badges", piet, today - timedelta(days=3))
        arrange("Meal", None, today)
        arrange("Later", ines, today + timedelta(days=30))

        assert [one.text for one in arrangements_waiting(piet, noon)] == ["Badges (Visit)"]
        assert [one.text for one in arrangements_waiting(ines, noon)] == ["Meal (Visit)"]
        badges, meal = arrangements_due(noon)
        assert (badges.user, badges.subject, badges.due_on) == (
            piet, "Late: Badges", today - timedelta(days=1),
        )  # fmt: skip
        assert (meal.user, meal.subject) == (ines, "Due today: Meal")

        settle_arrangement(arrangement=late, is_done=True, actor=piet, at=noon)
        assert list(arrangements_waiting(piet, noon)) == []
        assert len(list(arrangements_due(noon))) == 1


def test_the_activity_says_what_comes_next_until_the_visitors_have_spoken(
    project, visit, stop, ines, noon
):
    stop(9, 11)
    one = add_arrangement(meeting=visit, text="Meal", owner=ines, due_on=None, actor=ines, at=noon)
    assert step_of(project) == ("IN_PROGRESS", "Arrange 1 thing")

    settle_arrangement(arrangement=one, is_done=True, actor=ines, at=noon)
    assert step_of(project) == ("IN_PROGRESS", "Receive the visitors on 3 March")

    after = visit.end_at + timedelta(hours=1)
    settle_arrangement(arrangement=one, is_done=False, actor=ines, at=after)
    assert step_of(project) == ("IN_PROGRESS", "Note what the visitors of “Visit” thought")

    carl = AttendeeFactory(meeting=visit, name="Carl")
    note_feedback(attendee=carl, rating=5, note="", actor=ines, at=after)
    assert step_of(project) == ("DONE", "")
