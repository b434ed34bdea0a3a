from datetime import date, timedelta

import pytest

from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.meetings import MeetingCalledOff, cancel_meeting, plan_meeting
from implportal.meetings.domain.minutes import minutes_content
from implportal.meetings.domain.outcomes import remove_action
from implportal.meetings.models import ActionItem, Attendee
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.demonstration_remarks import (
    IsSettled,
    NotAQuestion,
    NotAWish,
    NotOnTheList,
    answer_remark,
    note_remark,
    remove_remark,
    take_question_home,
    take_wish,
)
from presales.domain.demonstrations import (
    ListHasChanged,
    NotADemonstration,
    NotBegunYet,
    NothingChosen,
    ReactionWasChanged,
    WasShown,
    add_own_scenario,
    change_scenario,
    choose_scenarios,
    note_reaction,
    order_scenarios,
    remove_scenario,
)
from presales.domain.requirement_links import thread
from presales.domain.requirements import change_requirement
from presales.models import Remark, Requirement, ShownScenario, SuspectLink
from presales.tests.demonstration_factories import (
    RemarkFactory,
    ScenarioFactory,
    ShownScenarioFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def meeting(project):
    return MeetingFactory(project=project, kind="DEMONSTRATION", title="Showing")


@pytest.fixture
def later(meeting):
    """Half an hour after it began."""
    return meeting.start_at + timedelta(minutes=30)


@pytest.fixture
def scenario(meeting):
    return ShownScenarioFactory(meeting=meeting, title="Finding a letter")


@pytest.fixture
def wish(scenario):
    return RemarkFactory(scenario=scenario, kind="WISH", text="Search in all languages")


@pytest.fixture
def question(scenario):
    return RemarkFactory(scenario=scenario, text="Does it print?")


def step_of(project):
    step = project.steps.get(key="demonstration")
    return step.state, step.next_step


class TestScenarios:
    def test_a_copy_of_the_script_is_adapted_and_the_catalogue_stays(self, meeting, ines, noon):
        script = ScenarioFactory(title="Search", steps="One\nTwo", minutes=20)

        (shown,) = choose_scenarios(meeting=meeting, scenarios=[script], actor=ines, at=noon)
        change_scenario(
            scenario=shown, title="Search at your clinic", goal="", steps="One", minutes=5,
            prepared_data="", actor=ines, at=noon,
        )  # fmt: skip

        script.refresh_from_db()
        shown.refresh_from_db()
        assert (script.title, script.steps, script.minutes) == ("Search", "One\nTwo", 20)
        assert (shown.title, shown.steps, shown.minutes, shown.source) == (
            "Search at your clinic", "One", 5, script,
        )  # fmt: skip

    def test_what_is_there_already_is_not_copied_twice(self, meeting, ines, noon):
        first, second = ScenarioFactory(), ScenarioFactory()
        choose_scenarios(meeting=meeting, scenarios=[first], actor=ines, at=noon)

        choose_scenarios(meeting=meeting, scenarios=[first, second], actor=ines, at=noon)
        with pytest.raises(NothingChosen):
            choose_scenarios(meeting=meeting, scenarios=[first], actor=ines, at=noon)

        assert list(meeting.scenarios.order_by("order").values_list("source", flat=True)) == [
            first.pk, second.pk,
        ]  # fmt: skip

    def test_they_are_put_in_order_as_long_as_nobody_changed_the_list(self, meeting, ines, noon):
        one, two, three = ShownScenarioFactory.create_batch(3, meeting=meeting)

        order_scenarios(
            meeting=meeting, keys=[three.pk, one.pk, two.pk], actor=ines, at=noon
        )  # fmt: skip
        for keys in ([one.pk, two.pk], [one.pk, two.pk, two.pk], [one.pk, two.pk, three.pk, 0]):
            with pytest.raises(ListHasChanged):
                order_scenarios(meeting=meeting, keys=keys, actor=ines, at=noon)

        assert list(meeting.scenarios.order_by("order")) == [three, one, two]

    def test_what_was_shown_stays(self, scenario, question, ines, noon):
        with pytest.raises(WasShown):
            remove_scenario(scenario=scenario, actor=ines, at=noon)
        question.delete()
        remove_scenario(scenario=scenario, actor=ines, at=noon)

        assert not ShownScenario.objects.exists()

    @pytest.mark.parametrize("minutes", [1, 480])
    def test_one_of_our_own_is_added_at_the_end(self, meeting, scenario, ines, noon, minutes):
        own = add_own_scenario(meeting=meeting, title="Own", minutes=minutes, actor=ines, at=noon)

        assert own.order == scenario.order + 1
        assert own.source is None

    def test_strangers_other_meetings_and_resting_projects_are_refused(
        self, meeting, sam, ines, noon
    ):
        script = ScenarioFactory()
        with pytest.raises(NotAllowed):
            choose_scenarios(meeting=meeting, scenarios=[script], actor=sam, at=noon)
        other = MeetingFactory(project=meeting.project, kind="EXCHANGE")
        with pytest.raises(NotADemonstration):
            choose_scenarios(meeting=other, scenarios=[script], actor=ines, at=noon)
        cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="ill")
        with pytest.raises(MeetingCalledOff):
            choose_scenarios(meeting=meeting, scenarios=[script], actor=ines, at=noon)
        resting = MeetingFactory(
            kind="DEMONSTRATION", project__implementation_manager=ines,
            project__state="SUSPENDED", project__state_reason="budget",
        )  # fmt: skip
        with pytest.raises(ProjectNotRunning):
            choose_scenarios(meeting=resting, scenarios=[script], actor=ines, at=noon)

        assert not ShownScenario.objects.exists()


class TestReactions:
    def test_how_it_was_received_is_kept_and_the_meeting_counts_as_held(
        self, scenario, meeting, ines, later
    ):
        note_reaction(
            scenario=scenario, reaction="Silence", rating=2, based_on=0, actor=ines, at=later
        )

        scenario.refresh_from_db()
        meeting.refresh_from_db()
        assert (scenario.reaction, scenario.rating, scenario.revision) == ("Silence", 2, 1)
        assert scenario.shown_at == later
        assert meeting.state == "HELD"

    def test_nobody_overwrites_what_they_have_not_seen(self, scenario, ines, later):
        def note(reaction, based_on):
            return note_reaction(
                scenario=scenario, reaction=reaction, rating=None, based_on=based_on, actor=ines,
                at=later,
            )  # fmt: skip

        note("Laughter", 0)
        with pytest.raises(ReactionWasChanged) as refused:
            note("Silence", 0)
        assert refused.value.theirs.reaction == "Laughter"
        note("Laughter", 0)  # the same once more loses nothing

        scenario.refresh_from_db()
        assert (scenario.reaction, scenario.revision) == ("Laughter", 1)

    @pytest.mark.parametrize("rating", [0, 6, -1])
    def test_a_rating_lies_between_one_and_five(self, scenario, ines, later, rating):
        with pytest.raises(ValueError, match=str(rating)):
            note_reaction(
                scenario=scenario, reaction="", rating=rating, based_on=0, actor=ines, at=later
            )

    def test_nothing_is_noted_before_it_begins(self, scenario, meeting, ines):
        early = meeting.start_at - timedelta(minutes=1)
        with pytest.raises(NotBegunYet):
            note_reaction(
                scenario=scenario, reaction="x", rating=5, based_on=0, actor=ines, at=early
            )
        with pytest.raises(NotBegunYet):
            note_remark(scenario=scenario, kind="WISH", text="x", actor=ines, at=early)

        assert not Remark.objects.exists()


class TestRemarks:
    def test_somebody_on_the_list_asks(self, scenario, meeting, ines, later):
        carl = AttendeeFactory(meeting=meeting, name="Carl")
        stranger = AttendeeFactory(name="Stranger")

        remark = note_remark(
            scenario=scenario, kind="QUESTION", text=" Does it\nprint? ", said_by=carl, actor=ines,
            at=later,
        )  # fmt: skip
        with pytest.raises(NotOnTheList):
            note_remark(
                scenario=scenario, kind="WISH", text="x", said_by=stranger, actor=ines, at=later
            )

        assert (remark.text, remark.said_by, remark.is_open) == ("Does it print?", carl, True)
        scenario.refresh_from_db()
        assert scenario.shown_at == later
        assert Remark.objects.count() == 1

    def test_an_open_question_becomes_an_action_item_in_one_step(
        self, question, meeting, ines, later
    ):
        item = take_question_home(
            remark=question, owner=ines, due_on=date(2026, 3, 10), actor=ines, at=later
        )

        question.refresh_from_db()
        assert (item.meeting, item.text, item.user) == (meeting, "Does it print?", ines)
        assert question.action == item
        with pytest.raises(IsSettled):
            take_question_home(remark=question, owner=None, due_on=None, actor=ines, at=later)
        with pytest.raises(IsSettled):
            answer_remark(remark=question, answer="Yes", actor=ines, at=later)
        with pytest.raises(IsSettled):
            remove_remark(remark=question, actor=ines, at=later)
        assert ActionItem.objects.count() == 1

    def test_a_question_whose_action_item_was_a_mistake_is_open_again(self, question, ines, later):
        item = take_question_home(remark=question, owner=None, due_on=None, actor=ines, at=later)

        remove_action(item=item, actor=ines, at=later)

        question.refresh_from_db()
        assert question.is_open

    def test_a_wish_becomes_a_requirement_that_leads_back(self, wish, ines, later):
        requirement = take_wish(
            remark=wish, text="The search finds all languages.", priority="MUST", actor=ines,
            at=later,
        )  # fmt: skip

        wish.refresh_from_db()
        assert (requirement.source, requirement.text, requirement.priority) == (
            "DEMO", "The search finds all languages.", "MUST",
        )  # fmt: skip
        assert wish.requirement == requirement
        (origin,) = [cell for cell in thread(requirement) if cell.key == "wished"]
        assert [link.label for link in origin.links] == ["Showing: Search in all languages"]
        with pytest.raises(IsSettled):
            take_wish(remark=wish, text="Again", priority="MUST", actor=ines, at=later)
        assert Requirement.objects.count() == 1

    def test_where_a_requirement_came_from_is_not_suspect_when_it_changes(self, wish, ines, later):
        requirement = take_wish(remark=wish, text="All.", priority="MUST", actor=ines, at=later)

        change_requirement(
            requirement=requirement, text="Some.", source="DEMO", priority="MUST", actor=ines,
            at=later,
        )  # fmt: skip

        assert not SuspectLink.objects.exists()

    def test_questions_and_wishes_do_not_become_each_others_thing(
        self, wish, question, ines, later
    ):
        with pytest.raises(NotAQuestion):
            take_question_home(remark=wish, owner=None, due_on=None, actor=ines, at=later)
        with pytest.raises(NotAWish):
            take_wish(remark=question, text="x", priority="MUST", actor=ines, at=later)

    def test_an_answer_settles_and_taking_it_away_opens_again(self, question, ines, later):
        answer_remark(remark=question, answer=" Yes. ", actor=ines, at=later)
        question.refresh_from_db()
        assert (question.answer, question.is_open) == ("Yes.", False)

        answer_remark(remark=question, answer="", actor=ines, at=later)
        question.refresh_from_db()
        assert question.is_open

        remove_remark(remark=question, actor=ines, at=later)
        assert not Remark.objects.exists()

    def test_who_leaves_the_list_takes_nothing_along(self, question):
        question.said_by = AttendeeFactory(meeting=question.scenario.meeting)
        question.save()

        Attendee.objects.all().delete()

        question.refresh_from_db()
        assert question.said_by is None


class TestStanding:
    def test_the_activity_says_what_comes_next(self, project, ines, noon):
        at = noon
        meeting = plan_meeting(
            project=project, kind="DEMONSTRATION", title="Showing", start_at=at,
            end_at=at + timedelta(hours=1), time_zone="UTC", organiser=ines, actor=ines,
            at=at - timedelta(days=1),
        )  # fmt: skip
        assert step_of(project) == ("IN_PROGRESS", "Choose what “Showing” shows")

        early = at - timedelta(hours=1)
        (shown,) = choose_scenarios(
            meeting=meeting, scenarios=[ScenarioFactory()], actor=ines, at=early
        )
        assert step_of(project) == ("IN_PROGRESS", "Show “Showing” on 2 March")

        question = note_remark(scenario=shown, kind="QUESTION", text="Why?", actor=ines, at=at)
        assert step_of(project) == ("IN_PROGRESS", "Settle 1 open question or wish")

        answer_remark(remark=question, answer="So.", actor=ines, at=at)
        assert step_of(project) == ("DONE", "")

    def test_one_that_is_over_without_a_note_is_asked_about(self, project, meeting, ines):
        after = meeting.end_at + timedelta(hours=1)
        add_own_scenario(meeting=meeting, title="Own", minutes=5, actor=ines, at=after)

        assert step_of(project) == ("IN_PROGRESS", "Note how “Showing” was received")

    def test_one_that_was_called_off_does_not_count(self, project, meeting, ines, noon):
        cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="ill")

        assert step_of(project) == ("NOT_STARTED", "Plan a demonstration")


def test_the_minutes_say_what_was_shown_and_asked_but_not_how_we_saw_them_react(
    scenario, meeting, question, wish, ines, later
):
    question.said_by = AttendeeFactory(meeting=meeting, name="Carl")
    question.save()
    ShownScenarioFactory(meeting=meeting, title="Left out")
    note_reaction(
        scenario=scenario, reaction="Bored faces", rating=1, based_on=0, actor=ines, at=later
    )
    take_wish(remark=wish, text="All.", priority="MUST", actor=ines, at=later)

    sections = {
        one["key"]: one["markdown"].replace("\\", "")
        for one in minutes_content(meeting)["sections"]
    }

    assert "Finding a letter" in sections["shown"]
    assert "Question (Carl): Does it print? – open" in sections["shown"]
    assert "requirement R-001" in sections["shown"]
    assert "Bored faces" not in str(sections)
    assert "Left out" not in str(sections)


def test_what_comes_of_a_demonstration_is_for_those_who_work_on_it(question, wish, sam, later):
    for refused in (
        lambda: note_remark(scenario=wish.scenario, kind="WISH", text="x", actor=sam, at=later),
        lambda: answer_remark(remark=question, answer="x", actor=sam, at=later),
        lambda: take_question_home(remark=question, owner=None, due_on=None, actor=sam, at=later),
        lambda: take_wish(remark=wish, text="x", priority="MUST", actor=sam, at=later),
        lambda: remove_remark(remark=wish, actor=sam, at=later),
    ):
        with pytest.raises((NotAllowed, DomainError)):
            refused()

    assert Remark.objects.count() == 2
    assert not Requirement.objects.exists()
