"""Real threads on a real database: who waits for somebody is not waited for by them."""

import threading
import time

import pytest
from django.db import transaction

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
from presales.domain.review import KIND, close_review_links, send_for_review
from presales.models import Remark, Requirement, ShownScenario
from presales.tests.factories import SolutionFactory, SolutionSectionFactory

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
