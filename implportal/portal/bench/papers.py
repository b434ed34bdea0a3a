"""What documents cost: laying out, sealing, verifying, and the signing itself."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from implportal.accounts.models import User
from implportal.celery import leaving_slow_work
from implportal.documents import engine, renderer
from implportal.documents.domain import seals
from implportal.documents.domain.content import SectionInput, build_content
from implportal.documents.domain.versions import freeze, image_bytes, render_version
from implportal.documents.models import DocumentVersion
from implportal.documents.registry import DocumentKind, register_kind
from implportal.documents.verification import verify
from implportal.notifications.models import Message
from implportal.portal.bench.measure import Limit, Ratio, compare
from implportal.projects.models import Contact, Project
from implportal.signing.domain.consents import current_consent
from implportal.signing.domain.requests import SignerSpec, request_signatures

GOAL_LAYOUT, GOAL_SIGN = 1.15, 10.0
GOAL_SEAL_SECONDS, GOAL_VERIFY_SECONDS = 0.5, 0.3
PAGES = (1, 10, 50)
WORDS = (
    "What is **promised** here is checked at the acceptance, by who signs it and with what is "
    "written in the plan. "
)
TABLE = "\n\n| Milestone | Who | Until |\n|---|---|---|\n" + "| Training | We | March |\n" * 6
KIND = "bench.paper"


def measure_papers(*, project: Project, user: User, rounds: int) -> Iterator[Ratio | Limit]:
    """Lay out, seal and verify documents of 1, 10 and 50 pages; the slow ones fewer times."""
    paper = None
    for pages in PAGES:
        paper = _freeze(project=project, user=user, pages=pages)
        yield _layout(paper, pages, rounds=max(3, min(rounds, 120 // pages)))
    yield from _seal_and_verify(paper, rounds=max(3, rounds // 10))


def _freeze(*, project: Project, user: User, pages: int) -> DocumentVersion:
    """Make a document of about so many pages, laid out once."""
    content = build_content(
        project=project, number="B-1", title="Bench", date=timezone.now().date(),
        sections=[
            SectionInput(key=f"s{n}", title=f"Part {n}", markdown=WORDS * 12 + TABLE + WORDS * 6)
            for n in range(max(1, pages * 9 // 10))
        ],
    )  # fmt: skip
    return _frozen(project, content, user, subject=project)


def _frozen(project: Project, content: dict, user: User, *, subject: object) -> DocumentVersion:
    now = timezone.now()
    with suppress(ValueError):  # it is known already
        register_kind(DocumentKind(key=KIND, title="Bench", prefix="B", signable=True))
    with leaving_slow_work():
        version = freeze(
            kind=KIND, subject=subject, project=project, number="B-1", title="Bench",
            content=content, actor=user, at=now,
        )  # fmt: skip
    render_version(version_id=version.pk, now=now)
    version.refresh_from_db()
    return version


def _layout(version: DocumentVersion, pages: int, *, rounds: int) -> Ratio:
    told = {"digest": version.content_sha256, "frozen_at": version.frozen_at}
    html = renderer.page_of(version.content, **told)
    stylesheet, fonts = engine._stylesheet()

    def bare() -> bytes:
        page = engine.HTML(string=html, url_fetcher=engine.OwnFetcher({}))
        return page.write_pdf(
            stylesheets=[stylesheet], font_config=fonts, pdf_variant=engine.VARIANT, pdf_tags=True
        )

    return compare(
        f"lay out {pages} pages, beside WeasyPrint", goal=GOAL_LAYOUT, rounds=rounds, bare=bare,
        ours=lambda: renderer.render_document(version.content, images=image_bytes(version), **told),
    )  # fmt: skip


def _seal_and_verify(first: DocumentVersion, *, rounds: int) -> Iterator[Limit]:
    """Seal and verify the largest document, each time as a version of its own."""
    beyond, verified, altered = [], [], []
    for _round in range(rounds):
        version = _frozen(first.project, first.content, first.frozen_by, subject=first.project)
        took, laid_out = _sealing(version)
        beyond.append(took - laid_out)
        version.refresh_from_db()
        with version.sealed_pdf.open() as file:
            data = file.read()
        verified.append(_seconds(lambda data=data: verify(data))[0])
        altered.append(_seconds(lambda data=data: verify(data + b" "))[0])
    what = f"{PAGES[-1]} pages"
    yield Limit(f"seal {what}, beyond the layout", GOAL_SEAL_SECONDS, statistics.median(beyond))
    yield Limit(f"verify {what}", GOAL_VERIFY_SECONDS, statistics.median(verified))
    yield Limit(f"verify an altered file of {what}", None, statistics.median(altered))


def _sealing(version: DocumentVersion) -> tuple[float, float]:
    """Seconds that sealing took, and those of them in which the pages were laid out."""
    laid_out: list[float] = []
    render = renderer.render_document

    def timed(*arguments: object, **named: object) -> bytes:
        seconds, pdf = _seconds(lambda: render(*arguments, **named))
        laid_out.append(seconds)
        return pdf

    moment = timezone.now()
    certificate = {
        "signers": [{"name": "Carl", "typed_name": "Carl", "signed_at": moment, "method": "Typed"}],
        "events": [{"at": moment, "who": "Carl", "text": "signed"}] * 20,
        "chain_head": "c" * 64,
    }
    renderer.render_document = timed
    try:
        took, _sealed = _seconds(
            lambda: seals.seal_version(
                version=version, evidence={}, certificate=certificate, sealed_at=moment
            )
        )
    finally:
        renderer.render_document = render
    return took, sum(laid_out)


def _seconds(work: Callable[[], object]) -> tuple[float, object]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def measure_signing(*, project: Project, user: User, bare: Client, rounds: int) -> Ratio:
    """One signing POST, its record, evidence and mail, beside making a bare row."""
    content = build_content(
        project=project, number="B-2", title="Bench", date=timezone.now().date(),
        sections=[SectionInput(key="s1", title="All", markdown=WORDS)],
    )  # fmt: skip
    ready = iter([_asked(project, content, user) for _round in range(rounds + 4)])
    new = {"customer": project.customer_id}

    def sign() -> None:
        client, address, form = next(ready)
        with leaving_slow_work():
            answer = client.post(address, form)
        if answer.status_code != 302:  # noqa: PLR2004 - to the receipt
            raise RuntimeError(f"The signing was answered with {answer.status_code}")

    return compare(
        "sign", goal=GOAL_SIGN, rounds=rounds, ours=sign, bare=lambda: bare.post("/new", new)
    )


def _asked(project: Project, content: dict, user: User) -> tuple[Client, str, dict]:
    """A browser that has the signing page open, the page's address, and the filled form."""
    contact = Contact.objects.create(
        customer=project.customer,
        name="Dora Sample",
        email=f"dora{project.customer.contacts.count()}@customer.example",
    )
    version = _frozen(project, content, user, subject=contact)
    now: datetime = timezone.now()
    with leaving_slow_work():
        request = request_signatures(
            version=version, signers=[SignerSpec(contact)], actor=user, at=now
        )
    link = request.signers.select_related("link__message").get().link
    mail = Message.objects.get(pk=link.message_id)
    client = Client()
    client.get(urlsplit(mail.secrets["link"]).path, follow=True)
    address = reverse("signing:link_sign", kwargs={"link_id": link.public_id})
    client.get(address)
    consent = current_consent("en")
    form = {
        "typed_name": contact.name,
        "consent": "on",
        "content_sha256": version.content_sha256,
        "pdf_sha256": version.pdf_sha256,
        "consent_version": consent.version,
        "consent_language": consent.language,
    }
    return client, address, form
