import re
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import reverse

from implportal.documents import registry
from implportal.documents.canonical import digest
from implportal.documents.domain.content import SectionInput, build_content
from implportal.documents.domain.versions import freeze
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.domain.codes import check_code, send_code
from implportal.signing.domain.links import share
from implportal.signing.domain.requests import SignerSpec, request_signatures

SECTIONS = (
    ("s1", "Purpose", "What we want to reach."),
    ("s2", "Delivery", "What we deliver, and when."),
    ("s3", "Price", "What it costs."),
)


@dataclass
class Heard:
    """What the hooks of the test kind were told."""

    signed: list = field(default_factory=list)
    ended: list = field(default_factory=list)


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    """Kinds of document known in these tests alone: plain, with a code, to be confirmed."""
    heard = Heard()
    kinds = dict(registry._kinds)
    for key in ("test.plain", "test.coded", "test.minutes"):
        kinds[key] = registry.DocumentKind(
            key=key,
            title="Test document",
            prefix="TD",
            signable=True,
            to_confirm=key == "test.minutes",
            code_required=key == "test.coded",
            on_signed=lambda version, at: heard.signed.append((version.pk, at)),
            on_ended=lambda version, state, _at: heard.ended.append((version.pk, state)),
        )
    monkeypatch.setattr(registry, "_kinds", kinds)
    return heard


@pytest.fixture(autouse=True)
def _pages_at_once(monkeypatch):
    """These tests are not about pages of paper."""

    def render(content, **arguments):
        return b"%PDF-1.7 " + digest(repr((content, arguments)).encode()).encode()

    monkeypatch.setattr("implportal.documents.renderer.render_document", render)
    monkeypatch.setattr("implportal.documents.sealing.seal", lambda pdf, **_key: pdf + b" sealed")


@pytest.fixture
def project(db, ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def carl(project):
    return ContactFactory(
        customer=project.customer, name="Carl Client", email="carl@client.example"
    )


@pytest.fixture
def dora(project):
    return ContactFactory(
        customer=project.customer, name="Dora Client", email="dora@client.example"
    )


@pytest.fixture
def frozen(project, ines, noon, django_capture_on_commit_callbacks):
    """Return a function that freezes the next version of the project's document."""

    def _frozen(sections=SECTIONS, kind="test.plain"):
        content = build_content(
            project=project,
            number="TD-2026-0001",
            title="Roll-out",
            date=noon.date(),
            sections=[SectionInput(key=k, title=t, markdown=m) for k, t, m in sections],
        )
        with django_capture_on_commit_callbacks(execute=True):
            version = freeze(
                kind=kind,
                subject=project,
                project=project,
                number="TD-2026-0001",
                title="Roll-out",
                content=content,
                actor=ines,
                at=noon,
            )
        version.refresh_from_db()
        return version

    return _frozen


@pytest.fixture
def shared(project, ines, carl, now):
    """Return a function that gives carl a link."""

    def _shared(subject, kind="DISCUSS", **changes):
        return share(
            **{
                "kind": kind,
                "project": project,
                "subject": subject,
                "contact": carl,
                "actor": ines,
                "at": now,
                "valid_days": 14,
                "subject_line": "For you",
                **changes,
            }
        )

    return _shared


@pytest.fixture
def asked(ines, carl, dora, now):
    """Return a function that asks carl, then dora, to sign."""

    def _asked(version, people=None, **changes):
        people = people or [SignerSpec(carl, order=1), SignerSpec(dora, order=2)]
        return request_signatures(
            **{"version": version, "signers": people, "actor": ines, "at": now, **changes}
        )

    return _asked


@pytest.fixture
def now():
    """Links are judged by the real clock, so these begin with it."""
    from django.utils import timezone

    return timezone.now()


def token_of(link) -> str:
    """The token as it stands in the one mail that carries it."""
    return re.search(r"/s/([^/]+)/", Message.objects.get(pk=link.message_id).secrets["link"])[1]


def code_of(signer) -> str:
    """The last code that was mailed to a signer."""
    message = Message.objects.filter(dedupe_key__startswith="code:", to=signer.email)
    return message.order_by("-pk").first().secrets["code"]


def enter_code(signer, at, session="here") -> None:
    """Let a signer enter the code from their mail."""
    send_code(link=signer.link, session=session, at=at)
    check_code(link=signer.link, session=session, digits=code_of(signer), at=at)


@pytest.fixture
def visit():
    """Return a browser that has come through a link's mail."""

    def _visit(link, client=None) -> Client:
        client = client or Client()
        answer = client.get(reverse("signing:link_enter", kwargs={"token": token_of(link)}))
        assert answer.status_code == 302
        return client

    return _visit


def at(route: str, link, **kwargs) -> str:
    return reverse(f"signing:{route}", kwargs={"link_id": link.public_id, **kwargs})
