from dataclasses import dataclass, field

import pytest

from implportal.documents import registry
from implportal.documents.canonical import digest


@dataclass
class Heard:
    """What the hooks of the test kind were told."""

    rendered: list = field(default_factory=list)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    """A kind of document known in these tests alone."""
    heard = Heard()
    kinds = dict(registry._kinds)
    kinds["documents.test"] = registry.DocumentKind(
        key="documents.test",
        title="Test document",
        prefix="TD",
        signable=True,
        on_rendered=lambda version, at: heard.rendered.append((version.pk, at)),
    )
    monkeypatch.setattr(registry, "_kinds", kinds)
    monkeypatch.setattr(registry, "_evidence_checks", [])
    return heard


@pytest.fixture
def renderer(monkeypatch):
    """Pages made at once, for tests that are not about pages."""
    made = []

    def render(content, **arguments):
        made.append(arguments)
        return b"%PDF-1.7 " + digest(repr(content).encode()).encode()

    monkeypatch.setattr("implportal.documents.renderer.render_document", render)
    return made
