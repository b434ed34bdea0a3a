"""That the measuring runs; what it measures is looked at by people, on a quiet machine."""

import pytest
from django.test import override_settings

from implportal.portal.bench import papers
from implportal.portal.bench.bare import MIDDLEWARE
from implportal.portal.bench.measure import Limit
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


# WeasyPrint by itself, which is measured here, leaves a file of its own open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_documents_are_measured(project, ines, monkeypatch):
    monkeypatch.setattr(papers, "PAGES", (1,))

    layout, *limits = papers.measure_papers(project=project, user=ines, rounds=1)

    assert (layout.name, layout.goal) == ("lay out 1 pages, beside WeasyPrint", 1.15)
    assert all(isinstance(limit, Limit) and limit.seconds > 0 for limit in limits)
    assert [limit.goal_seconds for limit in limits] == [0.5, 0.3, None]


def test_signing_is_measured(project, ines, sign_in, renderer_of_nothing):
    bare = sign_in(ines)
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        bare.handler.load_middleware()

    found = papers.measure_signing(project=project, user=ines, bare=bare, rounds=1)

    assert (found.name, found.goal) == ("sign", 10.0)
    assert project.signature_requests.filter(state="SEALING").count() == 5


@pytest.fixture
def renderer_of_nothing(monkeypatch):
    monkeypatch.setattr(
        "implportal.documents.renderer.render_document", lambda *_all, **_named: b"%PDF-1.7"
    )
