"""Real threads on a real database: whoever waits for the other gets their turn."""

import threading
import time

import pytest
from django.db import transaction

from implportal.audit.domain import record
from implportal.audit.models import Entry
from implportal.projects.domain.steps import STEP_CHANGED, advance_step, change_step
from implportal.projects.models import Step
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_activity_is_noted_by_hand_while_a_record_of_it_moves(together, ines, noon):
    """Minutes are sent, say: that is put on record, and then the activity moves."""
    project = ProjectFactory(implementation_manager=ines)
    step = project.steps.get(key="survey")
    is_on_record = threading.Event()

    def sends():
        with transaction.atomic():
            details = {"step": step.title, "fields": "notes"}
            record(
                STEP_CHANGED, subject=step, actor=ines, at=noon, project=project, details=details
            )
            is_on_record.set()
            time.sleep(0.5)  # so that the other waits for the end of this
            return advance_step(
                project=project, key="survey", state=Step.State.WAITING, actor=ines, at=noon
            )

    def notes():
        is_on_record.wait()
        return change_step(
            step=step, actor=ines, at=noon, state=Step.State.DONE, owner=None, due_on=None,
            notes="By phone",
        )  # fmt: skip

    assert [type(result) for result in together(sends, notes)] == [Step, Step]
    step.refresh_from_db()
    assert (step.state, step.notes) == (Step.State.DONE, "By phone")
    assert Entry.objects.of_project(project.pk).filter(action=STEP_CHANGED.key).count() == 2
