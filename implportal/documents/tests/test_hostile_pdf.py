"""Hostile texts in every place of a document: printed as text, in bounded time and memory."""

import io
from datetime import UTC, datetime

import pytest
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader

from implportal.documents import workers
from implportal.documents.markdown import to_html
from implportal.documents.renderer import AttachedFile, render_document
from implportal.documents.tests.factories import plain_content
from implportal.documents.workers import RenderingStopped
from implportal.tests.hostile import LONG, REFUSED, SHORT

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACTIVE = {"/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
ALLOWED_LINKS = ("http://", "https://", "mailto:")


@pytest.fixture(scope="module", autouse=True)
def _workers():
    yield
    workers.end_idle()


def objects_of(pdf):
    """Every object of the file that can be reached."""
    reader, seen, waiting = PdfFileReader(io.BytesIO(pdf)), set(), []
    waiting.append(reader.trailer)
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            if item.idnum in seen:
                continue
            seen.add(item.idnum)
            item = item.get_object()
        if hasattr(item, "raw_get") and hasattr(item, "keys"):
            yield item
            waiting += [item.raw_get(key) for key in item.keys()]  # noqa: SIM118 - not a dict
        elif isinstance(item, ArrayObject):
            waiting += list(item)


def what_acts(pdf):
    """Names of everything in a file that runs, opens or carries something."""
    found = []
    for item in objects_of(pdf):
        if not isinstance(item, DictionaryObject):
            continue
        found += [key for key in item if key in ACTIVE or key in {"/OpenAction", "/AA", "/XFA"}]
        kind = str(item.get("/S", ""))
        if kind in ACTIVE:
            found.append(kind)
        if kind == "/URI" and not str(item["/URI"]).startswith(ALLOWED_LINKS):
            found.append(str(item["/URI"]))
        if item.get("/Type") == "/Filespec":
            found.append(f"file {item['/F']}")
    return found


def hostile_document(sample):
    """The sample in every place where a document has a text."""
    line = sample.split("\n")[0][:300]
    section = {
        "key": "s1",
        "number": line[:20],
        "level": 1,
        "title": line,
        "markdown": sample,
        "html": to_html(sample),
        "requirements": [line[:40]],
    }
    facts = [{"label": line, "value": line}]
    places = ("number", "title", "subtitle", "customer", "supplier", "project")
    return plain_content(sections=[section], facts=facts, **dict.fromkeys(places, line))


def hostile_certificate(sample):
    line = sample.split("\n")[0][:200]
    signer = dict.fromkeys(
        ("name", "role", "email", "organisation", "method", "typed_name", "consent"), line
    )
    return {
        "request": line,
        "signers": [{**signer, "signed_at": AT, "statement_sha256": "0" * 64}],
        "events": [{"at": AT, "who": line, "text": line}],
        "chain_head": "0" * 64,
        "is_test": True,
        "sealed_at": AT,
        "sealed_by": line,
        "fingerprint": "0" * 64,
        "content_sha256": "0" * 64,
        "pdf_sha256": "0" * 64,
        "evidence_sha256": "0" * 64,
        "verification_url": "https://example.com/verify/",
        "qr_code": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
        "evidence_name": "evidence.json",
        "frozen_name": line,
    }


@pytest.mark.parametrize("sample", SHORT)
def test_a_document_prints_it_and_nothing_in_the_file_acts(sample):
    pdf = render_document(
        hostile_document(SHORT[sample]),
        digest="d1" * 32,
        frozen_at=AT,
        images={},
        certificate=hostile_certificate(SHORT[sample]),
        attachments=[AttachedFile("evidence.json", "Evidence", b"{}", AT)],
    )

    assert what_acts(pdf) == ["file evidence.json"]


@pytest.mark.parametrize("sample", LONG)
def test_a_document_is_printed_or_stopped_within_its_limits(sample, settings):
    settings.RENDER_SECONDS = 2
    try:
        pdf = render_document(
            hostile_document(LONG[sample]), digest="d1" * 32, frozen_at=AT, images={}
        )
    except RenderingStopped:
        return  # a person reads why, and tries again with less
    assert what_acts(pdf) == []


@pytest.mark.parametrize("sample", REFUSED)
def test_even_what_no_form_lets_in_does_not_act_when_it_is_printed(sample):
    try:
        pdf = render_document(
            hostile_document(REFUSED[sample]), digest="d1" * 32, frozen_at=AT, images={}
        )
    except RenderingStopped:
        return  # a person reads why, and tries again with less
    assert what_acts(pdf) == []


def test_half_a_character_is_a_failure_in_words():
    with pytest.raises(RenderingStopped):
        render_document(plain_content(title="a\ud800b"), digest="", frozen_at=AT, images={})
