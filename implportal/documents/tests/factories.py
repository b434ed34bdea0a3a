from datetime import UTC, datetime

import factory
from django.core.files.base import ContentFile

from implportal.documents.canonical import content_digest, digest
from implportal.documents.models import DocumentVersion
from implportal.projects.tests.factories import ProjectFactory

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def plain_content(**changes):
    """The smallest content that can be rendered."""
    section = {
        "key": "s1",
        "number": "1",
        "level": 1,
        "title": "Scope",
        "markdown": "What we deliver.",
        "html": "<p>What we deliver.</p>",
        "requirements": ["R-001"],
    }
    return {
        "schema": 1,
        "language": "en",
        "number": "SD-2026-0001",
        "title": "Roll-out",
        "subtitle": "",
        "version": 1,
        "customer": "Customer",
        "supplier": "Demo Software Ltd",
        "project": "IP-2026-0001",
        "date": "2026-03-02",
        "facts": [],
        "sections": [section],
        "images": {},
        **changes,
    }


class DocumentVersionFactory(factory.django.DjangoModelFactory):
    """A frozen version of its project, its PDF still to be made."""

    class Meta:
        model = DocumentVersion
        skip_postgeneration_save = True

    class Params:
        ready = factory.Trait(
            state="READY",
            pdf=factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7 frozen", "frozen.pdf")),
            pdf_sha256=digest(b"%PDF-1.7 frozen"),
        )
        failed = factory.Trait(state="FAILED", failure="Out of paper.")
        sealed = factory.Trait(
            ready=True,
            sealed_pdf=factory.LazyFunction(lambda: ContentFile(b"%PDF-1.7 sealed", "sealed.pdf")),
            sealed_sha256=digest(b"%PDF-1.7 sealed"),
            sealed_at=MOMENT,
        )

    kind = "documents.test"
    project = factory.SubFactory(ProjectFactory)
    subject = factory.SelfAttribute("project")
    number = "SD-2026-0001"
    title = "Roll-out"
    version = factory.Sequence(lambda n: n + 1)
    content = factory.LazyAttribute(lambda row: plain_content(version=row.version))
    content_sha256 = factory.LazyAttribute(lambda row: content_digest(row.content))
    frozen_at = MOMENT
