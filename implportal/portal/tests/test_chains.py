import logging
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.audit.models import Chain, ChainCheck, Entry
from implportal.notifications.models import Message
from implportal.portal.domain.chains import check_record
from implportal.portal.tasks import check_the_record
from implportal.projects.domain.projects import change_project
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    change_project(project=project, actor=ines, at=noon, title="A new title")
    return project


@pytest.fixture
def broken(project, as_owner_of_the_database):
    with as_owner_of_the_database():
        Entry.objects.filter(sequence=1).update(actor_name="Somebody else")
    return Chain.objects.get()


def alarms():
    return Message.objects.filter(dedupe_key__startswith="record-broken:")


def test_every_administrator_is_alarmed_once_a_day(adam, ines, broken, noon, caplog):
    check_record(now=noon)
    check_record(now=noon + timedelta(hours=1))

    assert [alarm.user for alarm in alarms()] == [adam]
    alarm = alarms().get()
    assert alarm.subject == "Alarm: the record of events does not fit"
    assert f"{broken.name}: does not fit from entry 1 on" in alarm.text
    assert f"Chain {broken.name} does not fit from entry 1 on" in caplog.text
    assert "Somebody else" not in alarm.text + caplog.text

    check_record(now=noon + timedelta(days=1))
    assert alarms().count() == 2


def test_what_breaks_later_on_the_same_day_alarms_again(
    adam, ines, broken, noon, as_owner_of_the_database
):
    check_record(now=noon)
    other = ProjectFactory(implementation_manager=ines)
    change_project(project=other, actor=ines, at=noon, title="Another title")
    with as_owner_of_the_database():
        Entry.objects.filter(project_id=other.pk).delete()
    check_record(now=noon + timedelta(minutes=1))

    assert alarms().count() == 2


def test_a_whole_record_alarms_nobody(adam, project, caplog):
    with caplog.at_level(logging.INFO, logger="implportal.portal.domain.chains"):
        check_the_record()

    assert not alarms().exists()
    assert "1 chains with 1 entries checked, all whole" in caplog.text


def test_administrators_read_how_the_record_is(adam, ines, project, sign_in):
    check_record(now=timezone.now())

    page = sign_in(adam).get(reverse("portal:home")).content.decode()

    assert "The record was checked: 1 chain, whole." in page
    assert "record-health" not in sign_in(ines).get(reverse("portal:home")).content.decode()


def test_administrators_read_what_is_broken(adam, broken, sign_in):
    check_record(now=timezone.now())

    page = sign_in(adam).get(reverse("portal:home")).content.decode()

    assert f"1 of 1 chains do not fit, the first is {broken.name} from entry 1 on" in page


def test_administrators_read_that_the_check_did_not_run(adam, project, sign_in):
    check_record(now=timezone.now() - timedelta(hours=27))

    page = sign_in(adam).get(reverse("portal:home")).content.decode()

    assert "The record was not checked last night" in page


def test_chains_that_are_gone_alarm_too(adam, sign_in):
    now = timezone.now()
    ChainCheck.objects.create(at=now - timedelta(days=1), chains=3, entries=9)
    check_record(now=now)

    assert "3 chains are gone altogether." in alarms().get().text
    page = sign_in(adam).get(reverse("portal:home")).content.decode()
    assert "3 chains of the record are gone." in page
