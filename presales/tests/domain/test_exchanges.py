"""What is talked about at an exchange, and what comes of it."""

from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.meetings.domain.meetings import MeetingCalledOff, cancel_meeting, plan_meeting
from implportal.meetings.domain.minutes import minutes_content
from implportal.meetings.domain.outcomes import ContactOfOthers, settle_action
from implportal.meetings.domain.parts import without_minutes
from implportal.meetings.models import ActionItem, Meeting
from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.models import Step
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from presales.activities import questions_waiting
from presales.domain.exchange_ideas import (
    IdeaIsRequirement,
    keep_idea,
    name_technologies,
    note_idea,
    remove_idea,
    take_idea,
)
from presales.domain.exchange_questions import (
    AnsweredAlready,
    QuestionWasChanged,
    TakenAlready,
    answer_question,
    ask_question,
    change_question,
    remove_question,
    take_question_home,
)
from presales.domain.exchange_standing import minutes_text
from presales.domain.exchanges import (
    NotAnExchange,
    TopicHasOutcome,
    add_topic,
    change_topic,
    order_topics,
    remove_topic,
    write_topic_notes,
)
from presales.domain.notes import NotesWereChanged
from presales.models import ExchangeQuestion, Idea, Requirement, Technology, Topic
from presales.reminders import exchange_questions_open
from presales.tests.factories import ExchangeQuestionFactory, IdeaFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def meeting(project):
    return MeetingFactory(project=project, kind="EXCHANGE", title="Experts meet")


@pytest.fixture
def topic(meeting):
    return TopicFactory(meeting=meeting, kind="TECHNOLOGY", title="Laboratory", order=1)


@pytest.fixture
def after(meeting):
    """The moment when the meeting is over."""
    return meeting.end_at + timedelta(minutes=5)


def standing(project):
    step = project.steps.get(key="exchange")
    return step.state, step.next_step


class TestTopics:
    def test_they_stand_in_the_order_in_which_they_were_added(self, meeting, ines, noon):
        for title in ("First", "Second"):
            add_topic(meeting=meeting, kind="METHOD", title=title, actor=ines, at=noon)

        assert list(meeting.topics.order_by("order").values_list("order", "title")) == [
            (1, "First"),
            (2, "Second"),
        ]

    def test_they_are_put_in_another_order_at_once(self, meeting, ines, noon):
        one, two, three = (TopicFactory(meeting=meeting) for _ in range(3))

        order_topics(meeting=meeting, keys=[three.pk, one.pk, two.pk], actor=ines, at=noon)

        assert list(meeting.topics.order_by("order").values_list("pk", flat=True)) == [
            three.pk, one.pk, two.pk,
        ]  # fmt: skip

    @pytest.mark.parametrize("given", ["missing", "twice", "foreign"])
    def test_an_order_of_other_topics_is_refused_and_changes_nothing(
        self, meeting, ines, noon, given
    ):
        one, two = TopicFactory(meeting=meeting), TopicFactory(meeting=meeting)
        keys = {
            "missing": [two.pk],
            "twice": [two.pk, two.pk],
            "foreign": [two.pk, one.pk, TopicFactory().pk],
        }[given]

        with pytest.raises(DomainError, match="The list has changed since you opened it"):
            order_topics(meeting=meeting, keys=keys, actor=ines, at=noon)

        assert list(meeting.topics.order_by("order", "pk")) == [one, two]

    def test_notes_keep_who_was_first_and_lose_nothing_of_the_second(self, topic, ines, after):
        write_topic_notes(topic=topic, notes="Mine", based_on=0, actor=ines, at=after)

        with pytest.raises(NotesWereChanged) as refused:
            write_topic_notes(topic=topic, notes="Theirs", based_on=0, actor=ines, at=after)

        assert (refused.value.theirs.notes, refused.value.theirs.revision) == ("Mine", 1)
        topic.refresh_from_db()
        assert topic.notes == "Mine"

    def test_writing_on_is_put_on_record_once_an_hour(self, topic, ines, after):
        for revision, text in enumerate(("a", "ab", "abc")):
            write_topic_notes(topic=topic, notes=text, based_on=revision, actor=ines, at=after)

        assert Entry.objects.filter(action="presales.topic_noted").count() == 1

    def test_a_topic_with_an_outcome_stays(self, topic, ines, noon):
        ExchangeQuestionFactory(topic=topic)

        with pytest.raises(TopicHasOutcome):
            remove_topic(topic=topic, actor=ines, at=noon)

        assert Topic.objects.filter(pk=topic.pk).exists()

    def test_one_that_was_not_talked_about_goes(self, topic, ines, noon):
        remove_topic(topic=topic, actor=ines, at=noon)

        assert not Topic.objects.exists()
        assert Entry.objects.filter(action="presales.topic_removed").count() == 1

    def test_it_is_named_otherwise(self, topic, ines, noon):
        change_topic(topic=topic, kind="USABILITY", title="Ward", actor=ines, at=noon)

        topic.refresh_from_db()
        assert (topic.kind, topic.title) == ("USABILITY", "Ward")

    def test_only_who_works_on_the_project_writes(self, meeting, topic, conny, sam, noon):
        for person in (conny, sam):
            with pytest.raises(NotAllowed):
                add_topic(meeting=meeting, kind="METHOD", title="x", actor=person, at=noon)
        MemberFactory(project=meeting.project, user=conny)
        add_topic(meeting=meeting, kind="METHOD", title="x", actor=conny, at=noon)

    def test_other_meetings_have_none(self, project, ines, noon):
        other = MeetingFactory(project=project, kind="KICKOFF")

        with pytest.raises(NotAnExchange):
            add_topic(meeting=other, kind="METHOD", title="x", actor=ines, at=noon)

    def test_nothing_is_written_to_one_that_was_called_off_or_a_project_at_rest(
        self, meeting, ines, noon
    ):
        project = meeting.project
        project.state = "SUSPENDED"
        project.save(update_fields=["state"])
        with pytest.raises(ProjectNotRunning):
            add_topic(meeting=meeting, kind="METHOD", title="x", actor=ines, at=noon)
        project.state = "RUNNING"
        project.save(update_fields=["state"])
        cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="Snow")
        with pytest.raises(MeetingCalledOff):
            add_topic(meeting=meeting, kind="METHOD", title="x", actor=ines, at=noon)
        assert not Topic.objects.exists()


class TestQuestions:
    def test_a_question_is_asked_and_answered(self, topic, ines, after):
        question = ask_question(
            topic=topic, text="Which HL7?", asked_by="Carl Client", actor=ines, at=after
        )
        answer_question(
            question=question, answer="Version 2.5.", answered_by="Ines", seen=0, actor=ines,
            at=after,
        )  # fmt: skip

        question.refresh_from_db()
        assert (question.answer, question.answered_by, question.answered_at) == (
            "Version 2.5.", "Ines", after,
        )  # fmt: skip
        assert Meeting.objects.get(pk=topic.meeting_id).state == "HELD"

    def test_an_empty_answer_opens_it_again(self, topic, ines, after):
        question = ExchangeQuestionFactory(
            topic=topic, answer="No.", answered_by="Ines", answered_at=after
        )

        answer_question(
            question=question, answer=" ", answered_by="Ines", seen=0, actor=ines, at=after
        )

        question.refresh_from_db()
        assert (question.answer, question.answered_by, question.answered_at) == ("", "", None)

    def test_who_is_second_overwrites_nothing(self, topic, ines, after):
        question = ExchangeQuestionFactory(topic=topic)
        answer_question(
            question=question, answer="Yes.", answered_by="", seen=0, actor=ines, at=after
        )

        with pytest.raises(QuestionWasChanged, match="Yes"):
            answer_question(
                question=question, answer="No.", answered_by="", seen=0, actor=ines, at=after
            )
        with pytest.raises(QuestionWasChanged):
            change_question(question=question, text="?", asked_by="", seen=0, actor=ines, at=after)

        question.refresh_from_db()
        assert question.answer == "Yes."

    def test_an_open_one_becomes_an_action_item_in_one_step(self, topic, ines, after):
        question = ExchangeQuestionFactory(topic=topic, text="Which HL7?")

        item = take_question_home(
            question=question, owner=ines, due_on=after.date(), actor=ines, at=after
        )

        assert (item.meeting_id, item.text, item.user) == (topic.meeting_id, "Which HL7?", ines)
        assert item.exchange_question == question
        with pytest.raises(TakenAlready):
            take_question_home(question=question, owner=ines, due_on=None, actor=ines, at=after)
        assert ActionItem.objects.count() == 1

    def test_an_answered_one_needs_nobody_and_a_stranger_takes_nothing_home(
        self, topic, ines, after
    ):
        done = ExchangeQuestionFactory(topic=topic, answer="Yes.", answered_at=after)
        with pytest.raises(AnsweredAlready):
            take_question_home(question=done, owner=None, due_on=None, actor=ines, at=after)
        with pytest.raises(ContactOfOthers):
            take_question_home(
                question=ExchangeQuestionFactory(topic=topic), owner=ContactFactory(),
                due_on=None, actor=ines, at=after,
            )  # fmt: skip
        assert not ActionItem.objects.exists()

    def test_one_noted_by_mistake_goes_and_stays_on_record(self, topic, ines, after):
        remove_question(question=ExchangeQuestionFactory(topic=topic), actor=ines, at=after)

        assert not ExchangeQuestion.objects.exists()
        assert Entry.objects.filter(action="presales.exchange_question_removed").exists()


class TestIdeas:
    def test_an_idea_becomes_a_requirement_that_knows_it(self, topic, ines, after):
        idea = note_idea(topic=topic, text="Speech input", actor=ines, at=after)

        requirement = take_idea(
            idea=idea, text="Notes can be spoken.", priority="COULD", actor=ines, at=after
        )

        idea.refresh_from_db()
        assert (idea.state, idea.requirement) == ("TAKEN", requirement)
        assert (requirement.source, requirement.priority) == ("EXCHANGE", "COULD")
        assert list(requirement.ideas.all()) == [idea]
        with pytest.raises(IllegalMove):
            take_idea(idea=idea, text="Again.", priority="COULD", actor=ines, at=after)
        with pytest.raises(IdeaIsRequirement):
            remove_idea(idea=idea, actor=ines, at=after)
        assert Requirement.objects.count() == 1

    def test_it_is_kept_for_later_and_comes_back(self, topic, ines, after):
        idea = IdeaFactory(topic=topic)

        keep_idea(idea=idea, for_later=True, actor=ines, at=after)
        assert Idea.objects.get().state == "LATER"
        keep_idea(idea=idea, for_later=False, actor=ines, at=after)
        assert Idea.objects.get().state == "NEW"

    def test_a_technology_is_one_whatever_its_case_and_goes_with_its_last_mention(
        self, topic, ines, after
    ):
        other = TopicFactory(meeting=topic.meeting)
        name_technologies(
            topic=topic, names=["HL7 FHIR", "hl7  fhir", "SAML"], actor=ines, at=after
        )
        name_technologies(topic=other, names=["Hl7 fhir"], actor=ines, at=after)
        assert sorted(Technology.objects.values_list("name", flat=True)) == ["SAML", "hl7 fhir"]

        name_technologies(topic=topic, names=[], actor=ines, at=after)

        assert list(Technology.objects.values_list("name", flat=True)) == ["hl7 fhir"]
        assert list(Technology.objects.get().topics.all()) == [other]


class TestMinutes:
    def test_all_of_it_stands_in_the_minutes_without_being_written_again(
        self, topic, meeting, ines, after
    ):
        topic.notes = "We saw *two* interfaces."
        topic.save(update_fields=["notes"])
        ExchangeQuestionFactory(
            topic=topic, text="Which HL7?", answer="2.5.\n\nLater 2.8.", answered_by="Ines",
            answered_at=after,
        )  # fmt: skip
        open_one = ExchangeQuestionFactory(topic=topic, text="How *fast*?", asked_by="")
        take_question_home(question=open_one, owner=ines, due_on=after.date(), actor=ines, at=after)
        name_technologies(topic=topic, names=["SAML", "Oracle"], actor=ines, at=after)
        idea = note_idea(topic=topic, text="Speech", actor=ines, at=after)
        keep_idea(idea=idea, for_later=True, actor=ines, at=after)

        text = minutes_text(meeting)

        assert r"How \*fast\*\?" in text
        assert text.replace("\\", "") == (
            "### Laboratory (Technology)\n\n"
            "We saw *two* interfaces.\n\n"
            "**Question (Carl Client):** Which HL7?\n\n"
            "**Answer (Ines):** 2.5.\n\nLater 2.8.\n\n"
            "**Question:** How *fast*?\n\n"
            "Open: Ines Example finds out, until 3 March 2026.\n\n"
            "**Technologies named:** Oracle, SAML\n\n"
            "**Ideas for further development**\n\n- Speech (Kept for later)"
        )
        [section] = [one for one in minutes_content(meeting)["sections"] if one["key"] == "topics"]
        assert section["title"] == "Topics and questions"

    def test_a_meeting_with_something_noted_lacks_no_minutes(self, topic, meeting):
        assert list(without_minutes(Meeting.objects.all())) == [meeting]
        ExchangeQuestionFactory(topic=topic)
        assert list(without_minutes(Meeting.objects.all())) == []

    def test_other_kinds_of_meetings_know_nothing_of_topics(self, topic, meeting):
        ExchangeQuestionFactory(topic=topic)
        Meeting.objects.update(kind="OTHER")

        meeting.refresh_from_db()
        assert [one["key"] for one in minutes_content(meeting)["sections"]] == []
        assert list(without_minutes(Meeting.objects.all())) == [meeting]


class TestStanding:
    def test_it_follows_from_the_plan_to_the_minutes(self, project, ines, noon):
        meeting = plan_meeting(
            project=project, kind="EXCHANGE", title="Experts", start_at=noon + timedelta(days=1),
            end_at=noon + timedelta(days=1, hours=1), time_zone="UTC", organiser=ines,
            actor=ines, at=noon,
        )  # fmt: skip
        assert standing(project) == (Step.State.IN_PROGRESS, "Hold “Experts” on 3 March 2026")

        later = noon + timedelta(days=2)
        topic = add_topic(meeting=meeting, kind="METHOD", title="T", actor=ines, at=noon)
        question = ask_question(topic=topic, text="Why?", asked_by="", actor=ines, at=later)
        assert standing(project) == (Step.State.IN_PROGRESS, "Answer 1 open question")

        answer_question(
            question=question, answer="So.", answered_by="", seen=0, actor=ines, at=later
        )
        assert standing(project) == (
            Step.State.IN_PROGRESS, "Send the minutes of “Experts” to confirm",
        )  # fmt: skip

    def test_what_was_called_off_leaves_it_where_it_began(self, project, meeting, ines, noon):
        add_topic(meeting=meeting, kind="METHOD", title="T", actor=ines, at=noon)
        cancel_meeting(meeting=meeting, actor=ines, at=noon, reason="Snow")

        assert standing(project) == (Step.State.NOT_STARTED, "Plan an exchange")

    def test_other_meetings_do_not_move_it(self, project, ines, noon):
        plan_meeting(
            project=project, kind="OTHER", title="Lunch", start_at=noon, time_zone="UTC",
            end_at=noon + timedelta(hours=1), organiser=ines, actor=ines, at=noon,
        )  # fmt: skip

        assert standing(project) == (Step.State.NOT_STARTED, "")


class TestWaiting:
    @pytest.mark.parametrize(("days", "told"), [(2, 0), (3, 1)])
    def test_a_question_is_brought_to_mind_after_three_working_days(
        self, topic, ines, noon, days, told
    ):
        ExchangeQuestionFactory.create_batch(2, topic=topic, asked_at=noon)
        now = noon + timedelta(days=days)

        found = list(exchange_questions_open(now))

        assert [(one.user, one.subject) for one in found] == [
            (ines, "2 questions of “Experts meet” are not answered")
        ] * told
        assert len(list(questions_waiting(ines, now))) == told

    def test_answered_ones_and_those_that_somebody_finds_out_are_not(self, topic, ines, sam, noon):
        ExchangeQuestionFactory(topic=topic, answer="Yes.", answered_at=noon)
        taken = ExchangeQuestionFactory(topic=topic, asked_at=noon)
        item = take_question_home(question=taken, owner=ines, due_on=None, actor=ines, at=noon)
        late = noon + timedelta(days=30)
        assert list(exchange_questions_open(late)) == []

        settle_action(item=item, is_done=True, actor=ines, at=noon)
        assert [one.text for one in questions_waiting(ines, late)] == [
            "1 question of “Experts meet” is not answered"
        ]
        assert list(questions_waiting(sam, late)) == []
