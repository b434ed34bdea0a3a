import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from implportal.documents.canonical import digest
from implportal.meetings.domain.minutes import send_minutes
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.models import SharedLink


@pytest.fixture
def _pages_at_once(monkeypatch):
    """For tests that are not about pages of paper."""

    def render(content, **arguments):
        return b"%PDF-1.7 " + digest(repr((content, arguments)).encode()).encode()

    monkeypatch.setattr("implportal.documents.renderer.render_document", render)


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def meeting(project):
    return MeetingFactory(project=project, title="Exchange")


@pytest.fixture
def now():
    """Links are judged by the real clock, so these tests begin with it."""
    return timezone.now()


@pytest.fixture
def held(project, ines, now):
    """A meeting of an hour ago, with minutes; ines, carl and dora came."""
    meeting = MeetingFactory(
        project=project,
        title="Exchange",
        kind="EXCHANGE",
        start_at=now - timedelta(hours=2),
        end_at=now - timedelta(hours=1),
        minutes="We agreed on *three* sites.",
    )
    AttendeeFactory(meeting=meeting, user=ines, name="", came=True)
    return meeting


def invite(meeting, name, **fields):
    """A contact of the customer who came, unless told otherwise."""
    first = name.split()[0].lower()
    contact = ContactFactory(
        customer=meeting.project.customer, name=name, email=f"{first}@client.example"
    )
    AttendeeFactory(meeting=meeting, contact=contact, name="", **{"came": True, **fields})
    return contact


@pytest.fixture
def carl(held):
    return invite(held, "Carl Client")


@pytest.fixture
def dora(held):
    return invite(held, "Dora Client")


@pytest.fixture
def sent(held, carl, dora, ines, now, django_capture_on_commit_callbacks):
    """Return a function that sends the minutes to carl and dora, PDF and all."""

    def _sent(**changes):
        with django_capture_on_commit_callbacks(execute=True):
            version = send_minutes(
                **{
                    "meeting": held, "confirmers": [carl, dora], "valid_days": 14,
                    "actor": ines, "at": now, **changes,
                }
            )  # fmt: skip
        version.refresh_from_db()
        held.refresh_from_db()
        return version

    return _sent


def link_of(version, contact, kind="CONFIRM"):
    """The last link of ``kind`` that a person has to a version."""
    return SharedLink.objects.to(version).filter(kind=kind, email=contact.email).latest("pk")


def visit(link) -> Client:
    """Return a browser that has come through the mail of ``link``."""
    token = re.search(r"/s/([^/]+)/", Message.objects.get(pk=link.message_id).secrets["link"])[1]
    client = Client()
    answer = client.get(reverse("signing:link_enter", kwargs={"token": token}))
    assert answer.status_code == 302
    return client


def at(route, link) -> str:
    return reverse(f"signing:{route}", kwargs={"link_id": link.public_id})


def confirmation(version, name="Carl Client"):
    """What the form on the page sends."""
    return {
        "typed_name": name,
        "consent": "on",
        "content_sha256": version.content_sha256,
        "pdf_sha256": version.pdf_sha256,
        "consent_version": "confirm-1",
        "consent_language": "en",
    }
