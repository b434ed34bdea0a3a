"""Real threads on a real database: customers read while we send the next version."""

import threading
import time

import pytest
from django.db import transaction

from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain import links
from implportal.signing.models import LinkKind, SharedLink
from presales.domain.review import KIND, close_review_links
from presales.tests.factories import SolutionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_link_is_opened_while_all_are_closed(together, ines, noon, monkeypatch):
    solution = SolutionFactory(project__implementation_manager=ines)
    project = solution.project
    version = DocumentVersionFactory(project=project, kind=KIND, subject=solution, ready=True)
    first, second = [
        links.share(
            kind=LinkKind.DISCUSS, project=project, subject=version, contact=contact, actor=ines,
            at=noon, valid_days=9, subject_line="To read",
        )
        for contact in ContactFactory.create_batch(2, customer=project.customer)
    ]  # fmt: skip
    is_on_record = threading.Event()
    record = links.record

    def slow_record(action, **said):
        entry = record(action, **said)
        if said["subject"] == first:
            is_on_record.set()
            time.sleep(0.5)  # so that the reader comes in between
        return entry

    monkeypatch.setattr(links, "record", slow_record)

    def closes():
        with transaction.atomic():
            close_review_links(solution, actor=ines, at=noon)

    def opens():
        is_on_record.wait()
        return links.note_opened(link=second, at=noon)

    assert together(closes, opens) == [None, True]
    assert not SharedLink.objects.filter(revoked_at=None).exists()
