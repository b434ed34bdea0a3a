"""Who was asked, what hinders them, and what is made of it."""

from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.models import Step
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from presales.activities import interviews_waiting
from presales.domain.notes import NotesWereChanged
from presales.domain.research import (
    GroupIsInUse,
    GroupIsThere,
    HeldAlready,
    NotYet,
    OfOtherProject,
    hold_interview,
    remove_group,
    remove_interview,
    save_group,
    save_interview,
    write_interview_notes,
)
from presales.domain.research_problems import (
    MadeAlready,
    NothingTicked,
    ProblemIsRequirement,
    Remedy,
    change_problem,
    like_problem,
    link_problem,
    make_remedies,
    note_problem,
    remove_problem,
    see_problem,
)
from presales.domain.research_standing import coverage_of, groups_of, ranked_problems
from presales.models import Interview, Problem, Requirement, UserGroup
from presales.reminders import interviews_unwritten
from presales.tests.factories import (
    InterviewFactory,
    ProblemFactory,
    RequirementFactory,
    UserGroupFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def nursing(project):
    return UserGroupFactory(project=project, name="Nursing", headcount=100, planned_interviews=2)


@pytest.fixture
def interview(nursing, noon):
    return InterviewFactory(group=nursing, name="A nurse", start_at=noon)


@pytest.fixture
def note(project, ines, noon):
    """Return a function that notes a problem."""

    def _note(text="Values are typed twice.", **fields):
        given = {"severity": 3, "frequency": "DAILY", "group": None, "interviews": ()}
        return note_problem(project=project, text=text, actor=ines, at=noon, **{**given, **fields})

    return _note


@pytest.fixture
def group_of(project, ines, noon):
    """Return a function that adds a group or changes one."""

    def _group(name, **fields):
        given = {
            "headcount": 10, "daily_work": "", "place": "", "planned_interviews": 2, "actor": ines,
        }  # fmt: skip
        return save_group(project=project, name=name, at=noon, **{**given, **fields})

    return _group


def standing(project):
    step = project.steps.get(key="user_research")
    return step.state, step.next_step


class TestGroups:
    def test_a_name_is_there_once_whatever_its_case(self, project, group_of):
        group_of("Nursing")

        with pytest.raises(GroupIsThere, match="There is a group “NURSING” already"):
            group_of(" NURSING ")

        assert UserGroup.objects.count() == 1

    def test_a_group_is_changed_under_its_own_name(self, nursing, group_of):
        group_of("Nursing", group=nursing, headcount=80)

        nursing.refresh_from_db()
        assert nursing.headcount == 80

    def test_one_in_use_stays_and_one_named_by_mistake_goes(self, nursing, interview, ines, noon):
        with pytest.raises(GroupIsInUse):
            remove_group(group=nursing, actor=ines, at=noon)
        remove_group(group=UserGroupFactory(project=nursing.project), actor=ines, at=noon)
        assert list(UserGroup.objects.all()) == [nursing]

    def test_coverage_names_the_groups_that_nobody_has_asked(self, project, nursing, interview):
        wards = UserGroupFactory(project=project, name="Wards", planned_interviews=3)
        Interview.objects.update(state="HELD")
        InterviewFactory.create_batch(4, group=wards)

        coverage = coverage_of(groups_of(project))

        assert coverage.text == "1 of 6 planned interviews held"  # 2, and 4 though 3 were planned
        assert coverage.unheard == [wards]

    def test_strangers_and_readers_write_nothing(self, group_of, project, sam, conny):
        for person in (sam, conny):
            with pytest.raises(NotAllowed):
                group_of("Nursing", actor=person)
        MemberFactory(project=project, user=conny)
        group_of("Nursing", actor=conny)

    def test_a_project_at_rest_is_left_alone(self, group_of, project):
        project.state = "SUSPENDED"
        project.save(update_fields=["state"])

        with pytest.raises(ProjectNotRunning):
            group_of("Nursing")


class TestInterviews:
    def plan(self, group, ines, noon, **fields):
        given = {
            "contact": None, "name": "A nurse", "start_at": noon, "duration_minutes": 30,
            "interviewer": ines, "meeting": None,
        }  # fmt: skip
        return save_interview(
            project=group.project, group=group, actor=ines, at=noon, **{**given, **fields}
        )

    def test_one_is_planned_with_a_contact_or_with_a_name(self, nursing, ines, noon):
        contact = ContactFactory(customer=nursing.project.customer, name="Nora")

        one = self.plan(nursing, ines, noon, contact=contact, name="")
        two = self.plan(nursing, ines, noon)

        assert (one.person, two.person) == ("Nora", "A nurse")

    @pytest.mark.parametrize("foreign", ["group", "contact", "meeting", "interviewer"])
    def test_what_belongs_elsewhere_is_refused(self, nursing, ines, sam, noon, foreign):
        fields = {
            "group": lambda: {"group": UserGroupFactory()},
            "contact": lambda: {"contact": ContactFactory(), "name": ""},
            "meeting": lambda: {"meeting": MeetingFactory()},
            "interviewer": lambda: {"interviewer": sam},
        }[foreign]()
        group = fields.pop("group", nursing)

        with pytest.raises(OfOtherProject):
            save_interview(
                project=nursing.project, group=group, actor=ines, at=noon,
                **{
                    "contact": None, "name": "A nurse", "start_at": noon, "duration_minutes": 30,
                    "interviewer": ines, "meeting": None, **fields,
                },
            )  # fmt: skip

        assert not Interview.objects.exists()

    def test_noting_makes_it_held_and_who_is_second_overwrites_nothing(self, interview, ines, noon):
        write_interview_notes(
            interview=interview, notes="Two screens", based_on=0, actor=ines, at=noon
        )
        with pytest.raises(NotesWereChanged):
            write_interview_notes(
                interview=interview, notes="Other", based_on=0, actor=ines, at=noon
            )

        interview.refresh_from_db()
        assert (interview.notes, interview.revision, interview.state) == ("Two screens", 1, "HELD")

    def test_notes_prepared_before_leave_it_planned(self, interview, ines, noon):
        before = noon - timedelta(hours=1)

        write_interview_notes(interview=interview, notes="Ask", based_on=0, actor=ines, at=before)

        interview.refresh_from_db()
        assert interview.state == "PLANNED"
        with pytest.raises(NotYet):
            hold_interview(interview=interview, actor=ines, at=before)

    def test_one_that_was_held_stays_and_a_planned_one_goes(self, interview, ines, noon):
        hold_interview(interview=interview, actor=ines, at=noon)
        hold_interview(interview=interview, actor=ines, at=noon)
        with pytest.raises(HeldAlready):
            remove_interview(interview=interview, actor=ines, at=noon)
        assert Entry.objects.filter(action="presales.interview_held").count() == 1
        planned = InterviewFactory(group=interview.group)
        remove_interview(interview=planned, actor=ines, at=noon)
        assert list(Interview.objects.all()) == [interview]

    def test_the_interviewer_is_asked_a_day_after(self, interview, ines, noon):
        assert list(interviews_unwritten(noon + timedelta(hours=23))) == []
        late = noon + timedelta(hours=25)

        [told] = interviews_unwritten(late)
        [waiting] = interviews_waiting(ines, late)

        assert (told.user, told.subject) == (ines, "What did A nurse tell you?")
        assert (waiting.text, waiting.url) == (told.subject, interview.get_absolute_url())
        hold_interview(interview=interview, actor=ines, at=noon)
        assert list(interviews_unwritten(late)) == []


class TestProblems:
    def test_they_are_numbered_by_project_and_ranked_by_weight(self, project, nursing, note):
        UserGroupFactory(project=project, name="Doctors", headcount=20)
        note("A", severity=4, frequency="RARELY", group=nursing)  # 400
        note("B", severity=2, frequency="DAILY", group=nursing)  # 800
        note("C", severity=1, frequency="WEEKLY")  # everybody: 360

        ranked = ranked_problems(project).order_by("-weight")

        assert [(one.code, one.text, one.people, one.weight) for one in ranked] == [
            ("P-002", "B", 100, 800), ("P-001", "A", 100, 400), ("P-003", "C", 120, 360),
        ]  # fmt: skip

    def test_what_is_nearly_the_same_is_found_in_its_own_project_alone(self, project, note):
        problem = note("Nurses type each value twice, on paper and in the system.")
        ProblemFactory(text="The printer stops.")

        like, found = like_problem(project, "nurses type each value twice on paper and the system")

        assert (like.is_same, found) == (False, problem)
        assert like_problem(project, "The printer stops.") is None

    def test_the_same_seen_again_is_linked_once_and_can_be_taken_back(
        self, interview, note, ines, noon
    ):
        problem = note()
        for _ in range(2):
            see_problem(problem=problem, interview=interview, actor=ines, at=noon)

        assert list(interview.problems.all()) == [problem]
        assert Entry.objects.filter(action="presales.problem_seen").count() == 1
        see_problem(problem=problem, interview=interview, actor=ines, at=noon, is_seen=False)
        assert not interview.problems.exists()

    def test_an_interview_or_group_of_others_is_refused(self, note, ines, noon):
        with pytest.raises(OfOtherProject):
            note(interviews=[InterviewFactory()])
        with pytest.raises(OfOtherProject):
            note(group=UserGroupFactory())
        with pytest.raises(OfOtherProject):
            see_problem(problem=note(), interview=InterviewFactory(), actor=ines, at=noon)
        assert Problem.objects.count() == 1

    def test_it_is_said_better(self, note, nursing, interview, ines, noon):
        problem = change_problem(
            problem=note(), text="Typed twice.", severity=4, frequency="WEEKLY", group=nursing,
            interviews=[interview], actor=ines, at=noon,
        )  # fmt: skip

        problem.refresh_from_db()
        assert (problem.text, problem.severity, problem.group) == ("Typed twice.", 4, nursing)
        assert list(problem.interviews.all()) == [interview]


class TestRequirements:
    def test_many_are_made_at_once_and_each_knows_its_problem(self, project, note, ines, noon):
        one, two = note("A is slow."), note("B is slow.")

        made = make_remedies(
            project=project,
            remedies=[Remedy(one, "A is fast.", "MUST"), Remedy(two, "B is fast.", "COULD")],
            actor=ines,
            at=noon,
        )

        assert [(one.source, one.priority, one.text) for one in made] == [
            ("DIRECT_USER", "MUST", "A is fast."), ("DIRECT_USER", "COULD", "B is fast."),
        ]  # fmt: skip
        assert list(made[0].problems.all()) == [one]
        assert list(two.requirements.all()) == [made[1]]

    def test_the_page_sent_twice_adds_nothing(self, project, note, ines, noon):
        one, two = note("A is slow."), note("B is slow.")
        wish = Remedy(two, "B is fast.", "COULD")
        make_remedies(project=project, remedies=[wish], actor=ines, at=noon)

        with pytest.raises(MadeAlready, match="P-002 has this very requirement already"):
            make_remedies(
                project=project, remedies=[Remedy(one, "A is fast.", "MUST"), wish], actor=ines,
                at=noon,
            )  # fmt: skip
        with pytest.raises(NothingTicked):
            make_remedies(project=project, remedies=[], actor=ines, at=noon)

        assert Requirement.objects.count() == 1
        assert not one.requirements.exists()

    def test_one_that_is_there_already_is_linked_and_unlinked(self, project, note, ines, noon):
        problem, requirement = note(), RequirementFactory(project=project)
        link_problem(problem=problem, requirement=requirement, actor=ines, at=noon)

        assert list(requirement.problems.all()) == [problem]
        with pytest.raises(ProblemIsRequirement):
            remove_problem(problem=problem, actor=ines, at=noon)
        link_problem(problem=problem, requirement=requirement, is_linked=False, actor=ines, at=noon)
        remove_problem(problem=problem, actor=ines, at=noon)
        assert not Problem.objects.exists()
        with pytest.raises(OfOtherProject):
            link_problem(problem=note(), requirement=RequirementFactory(), actor=ines, at=noon)


class TestStanding:
    def test_it_follows_from_groups_to_requirements(self, project, group_of, note, ines, noon):
        nursing = group_of("Nursing", planned_interviews=1)
        assert standing(project) == (Step.State.IN_PROGRESS, "Hold 1 interview")

        interview = InterviewFactory(group=nursing, start_at=noon)
        hold_interview(interview=interview, actor=ines, at=noon)
        assert standing(project) == (Step.State.DONE, "")

        problem = note()
        assert standing(project) == (
            Step.State.IN_PROGRESS, "Make a requirement of 1 problem",
        )  # fmt: skip
        make_remedies(
            project=project, remedies=[Remedy(problem, "It is so.", "MUST")], actor=ines, at=noon
        )
        assert standing(project) == (Step.State.DONE, "")

        group_of("Doctors", planned_interviews=2)
        assert standing(project) == (Step.State.IN_PROGRESS, "Ask somebody of: Doctors")
