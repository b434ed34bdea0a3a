from datetime import date, timedelta

import pytest

from aftersales.reminders import installments_due, installments_late
from aftersales.tests.factories import InstallmentFactory
from implportal.notifications.domain.reminders import send_due_reminders
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 9)


@pytest.fixture
def one(ines, piet):
    project = ProjectFactory(implementation_manager=ines, finishing=True, project_manager=piet)
    return InstallmentFactory(project=project, invoiced=True, due_on=DUE)


def test_an_invoice_due_in_seven_days_is_said_to_collector_and_leader(one, bea, piet, noon):
    said = list(installments_due(noon))

    assert [(line.user, line.due_on) for line in said] == [(bea, DUE), (piet, DUE)]
    assert said[0].text.startswith(f"500.00\u00a0EUR of {one.invoice_number} (")
    assert list(installments_due(noon - timedelta(days=1))) == []


@pytest.mark.parametrize(
    ("days", "step"),
    [(0, None), (1, 1), (6, 1), (7, 7), (13, 7), (14, 14), (30, 30), (60, 30), (61, None)],
)
def test_a_late_invoice_is_said_again_after_1_7_14_and_30_days(one, bea, noon, days, step):
    now = noon + timedelta(days=7 + days)

    said = {line.due_on for line in installments_late(now)}

    assert said == ({DUE + timedelta(days=step)} if step else set())


def test_a_reminder_is_sent_once_and_never_about_a_suspended_project(one, bea, piet, noon):
    for _ in range(2):
        send_due_reminders(now=noon)

    mails = Message.objects.filter(subject__startswith="Due soon")
    assert sorted(mails.values_list("to", flat=True)) == [bea.email, piet.email]
    one.project.state = "SUSPENDED"
    one.project.save()
    assert list(installments_due(noon)) == []
