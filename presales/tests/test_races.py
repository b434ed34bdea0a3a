"""Real threads on a real database: who waits for somebody is not waited for by them."""

import threading
import time

import pytest
from django.db import transaction

from implportal.audit.models import Entry
from implportal.documents.models import DocumentVersion
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.meetings.domain.meetings import lock_open_meeting
from implportal.meetings.models import Meeting
from implportal.meetings.tests.factories import MeetingFactory
from implportal.projects.models import Project
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain import links
from implportal.signing.models import LinkKind, SharedLink
from presales.domain.demonstration_remarks import take_wish
from presales.domain.requirements import add_requirement
from presales.domain.review import KIND, close_review_links, send_for_review, withdraw_solution
from presales.domain.sections import change_section
from presales.domain.surveys import HandedInAlready, hand_in_survey
from presales.domain.surveys_requirements import Wish, make_requirements
from presales.models import Remark, Requirement, ShownScenario, Solution, SolutionSection, Survey
from presales.tests.factories import (
    AnswerFactory,
    SolutionFactory,
    SolutionSectionFactory,
    SurveyFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def solution(ines):
    return SolutionFactory(project__implementation_manager=ines)


@pytest.fixture
def given(solution, ines, noon):
    """Two links to the first version."""
    project = solution.project
    version = DocumentVersionFactory(project=project, kind=KIND, subject=solution, ready=True)
    return [
        links.share(
            kind=LinkKind.DISCUSS, project=project, subject=version, contact=contact, actor=ines,
            at=noon, valid_days=9, subject_line="To read",
        )
        for contact in ContactFactory.create_batch(2, customer=project.customer)
    ]  # fmt: skip


@pytest.fixture
def closing(given, monkeypatch):
    """Set as soon as it is on record that the first link is closed; there it takes a while."""
    closing, record = threading.Event(), links.record

    def slow_record(action, **said):
        entry = record(action, **said)
        if action is links.LINK_REVOKED and not closing.is_set():
            closing.set()
            time.sleep(0.5)  # so that the other comes in between
        return entry

    monkeypatch.setattr(links, "record", slow_record)
    return closing


def test_a_link_is_opened_while_all_are_closed(together, solution, given, closing, ines, noon):
    def closes():
        with transaction.atomic():
            close_review_links(solution, actor=ines, at=noon)

    def opens():
        closing.wait()
        return links.note_opened(link=given[1], at=noon)

    assert together(closes, opens) == [None, True]
    assert not SharedLink.objects.filter(revoked_at=None).exists()


def test_a_requirement_is_added_while_the_next_version_is_sent(
    together, solution, given, closing, ines, noon
):
    SolutionSectionFactory(solution=solution)

    def sends():
        return send_for_review(
            solution=solution, contacts=[given[0].contact], valid_days=9, actor=ines, at=noon
        )

    def adds():
        closing.wait()
        return add_requirement(
            project=solution.project, text="Fast", source="VISIT", priority="MUST", actor=ines,
            at=noon,
        )  # fmt: skip

    assert [type(result) for result in together(sends, adds)] == [DocumentVersion, Requirement]


def test_a_wish_is_taken_while_the_minutes_are_sent(together, ines, noon):
    meeting = MeetingFactory(
        project__implementation_manager=ines, organiser=ines, kind="DEMONSTRATION"
    )
    scenario = ShownScenario.objects.create(meeting=meeting, title="Search", order=1, minutes=9)
    wish = Remark.objects.create(
        scenario=scenario, kind="WISH", text="By voice", noted_at=noon, noted_by=ines
    )
    is_sending = threading.Event()

    def sends():  # what sending minutes does first
        with transaction.atomic():
            Project.objects.locked(meeting.project_id)
            is_sending.set()
            time.sleep(0.5)
            return lock_open_meeting(meeting)

    def takes():
        is_sending.wait()
        return take_wish(remark=wish, text="By voice", priority="MUST", actor=ines, at=noon)

    assert [type(result) for result in together(sends, takes)] == [Meeting, Requirement]


def test_a_solution_is_withdrawn_while_its_version_is_sent_to_be_signed(
    together, solution, given, ines, noon
):
    is_sending = threading.Event()

    def sends():  # what sending a request does
        with transaction.atomic():
            DocumentVersion.objects.locked(given[0].object_id)
            is_sending.set()
            time.sleep(0.5)
            return Solution.objects.locked(solution.pk)

    def withdraws():
        is_sending.wait()
        return withdraw_solution(solution=solution, reason="Another way", actor=ines, at=noon)

    assert [type(result) for result in together(sends, withdraws)] == [Solution, Solution]
    solution.refresh_from_db()
    assert solution.state == "WITHDRAWN"


def test_a_survey_is_handed_in_twice_at_once(together, ines, noon):
    survey = AnswerFactory(question__survey__project__implementation_manager=ines).question.survey

    def hands_in():
        return hand_in_survey(survey=survey, by="Ines", actor=ines, at=noon)

    first, second = sorted(together(hands_in, hands_in), key=lambda result: type(result).__name__)
    assert (type(first), type(second)) == (HandedInAlready, Survey)
    assert Entry.objects.filter(action="presales.survey_handed_in").count() == 1


def test_the_same_answer_is_made_a_requirement_twice_at_once(together, ines, noon):
    survey = SurveyFactory(handed_in=True, project__implementation_manager=ines)
    wish = Wish(AnswerFactory(question__survey=survey), "It exports to Excel.", "MUST")

    def makes():
        return make_requirements(survey=survey, wishes=[wish], actor=ines, at=noon)

    results = together(makes, makes)
    assert sorted(type(result).__name__ for result in results) == ["MadeAlready", "list"]
    assert [one.code for one in Requirement.objects.all()] == ["R-001"]


def test_requirements_are_added_at_once_and_each_has_a_code_of_its_own(
    together, solution, ines, noon
):
    def adds():
        return add_requirement(
            project=solution.project, text="Fast", source="VISIT", priority="MUST", actor=ines,
            at=noon,
        )  # fmt: skip

    assert sorted(one.code for one in together(adds, adds, adds)) == ["R-001", "R-002", "R-003"]


def test_two_people_save_a_section_at_once_and_nothing_is_lost(together, solution, ines, noon):
    section = SolutionSectionFactory(solution=solution, markdown="Before")

    def saves(words):
        return lambda: change_section(
            section=SolutionSection.objects.get(pk=section.pk), title=section.title,
            level=section.level, markdown=words, lock_version=section.lock_version, actor=ines,
            at=noon,
        )  # fmt: skip

    results = together(saves("Hers"), saves("His"))
    assert sorted(type(one).__name__ for one in results) == ["SolutionSection", "SomebodyWasFaster"]
    saved = next(one for one in results if isinstance(one, SolutionSection))
    section.refresh_from_db()
    assert (section.markdown, section.lock_version) == (saved.markdown, saved.lock_version)
