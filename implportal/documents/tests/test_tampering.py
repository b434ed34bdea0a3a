"""Every way to change a sealed file that we could think of, and the line that notices it."""

from __future__ import annotations

import io
import re
import time
import zlib

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from implportal.documents import keys, renderer, sealing
from implportal.documents.inspection import WALL_SECONDS
from implportal.documents.tests.domain.test_seals import sealed_version
from implportal.documents.verification import Outcome, verify

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

NUMBERS = rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]"

UNKNOWN = (
    "No. Its SHA-256 digest is not among those of the files that we sealed: it was changed "
    "after sealing, if only by one byte, or it does not come from us."
)
CHANGED = "No. The content no longer fits the seal."
ADDED = "No. Something was added after the seal was put on."
UNREADABLE = "No. The seal cannot be read: the file is damaged, was altered, or is no PDF."
NO_SEAL = "No. The file carries no seal at all."
NO_PDF = "No. The file is no PDF."
FOREIGN = "No. The seal was made with a key that is not ours."


RENDER, PAGES = renderer.render_document, {}


def _rendered_once(content, **arguments):
    """Pages take a second; what is tampered with may show the evidence of another run."""
    key = bool(arguments.get("certificate"))
    if key not in PAGES:
        PAGES[key] = RENDER(content, **arguments)
    return PAGES[key]


@pytest.fixture(scope="module")
def folder_of_keys(tmp_path_factory):
    """Keys take seconds to make; these are the same for all that follows."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def sealed(noon, settings, folder_of_keys, monkeypatch):
    settings.VAR_DIR = folder_of_keys
    monkeypatch.setattr(renderer, "render_document", _rendered_once)
    return sealed_version(noon)


@pytest.fixture
def data(sealed):
    with sealed.sealed_pdf.open() as file:
        return file.read()


# --- what can be done to a file ---------------------------------------------------------


def byte_range(data):
    return [int(number) for number in re.search(NUMBERS, data).groups()]


def flipped_byte_in_the_body(data):
    return data[:5_000] + bytes([data[5_000] ^ 1]) + data[5_001:]


def edit_inside_the_signature(data):
    _first, _length, second, _rest = byte_range(data)
    place = len(data[:second].rstrip(b">").rstrip(b"0")) - 20
    digit = b"1" if data[place : place + 1] == b"0" else b"0"
    return data[:place] + digit + data[place + 1 :]


class Appending(IncrementalPdfFileWriter):
    def _update_meta(self):
        pass


def appended(data, change):
    writer = Appending(io.BytesIO(data), strict=False)
    change(writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def appended_annotation(data):
    def change(writer):
        reference, _resources = writer.find_page_for_modification(0)
        page = reference.get_object()
        note = {
            "/Type": pdf_name("/Annot"),
            "/Subtype": pdf_name("/FreeText"),
            "/Rect": generic.ArrayObject(map(generic.NumberObject, (100, 500, 400, 540))),
            "/Contents": pdf_string("Price: 1 EUR"),
        }
        entries = {pdf_name(name): value for name, value in note.items()}
        added = writer.add_object(generic.DictionaryObject(entries))
        page[pdf_name("/Annots")] = generic.ArrayObject([*page.get("/Annots", []), added])
        writer.mark_update(reference)

    return appended(data, change)


def replaced_page(data):
    def change(writer):
        reference, _resources = writer.find_page_for_modification(0)
        empty = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
        reference.get_object()[pdf_name("/Contents")] = empty
        writer.mark_update(reference)

    return appended(data, change)


def appended_metadata(data):
    def change(writer):
        reference = writer.root.raw_get("/Metadata")
        forged = reference.get_object().data.replace(b"Roll-out", b"Roll-in!")
        entries = {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")}
        stream = generic.StreamObject(entries, stream_data=forged)
        writer.objects[(reference.generation, reference.idnum)] = stream

    return appended(data, change)


def replaced_evidence(data):
    def change(writer):
        names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
        of = {str(names[n + 1]["/UF"]): names[n + 1] for n in range(0, len(names), 2)}
        reference = of["evidence.json"]["/EF"].raw_get("/F")
        stream = generic.StreamObject(stream_data=b'{"forged": true}')
        writer.objects[(reference.generation, reference.idnum)] = stream

    return appended(data, change)


def trailing_bytes(data):
    return data + b"\n% nothing to see here\n"


def zeroed_byte_range(data):
    return re.sub(NUMBERS, lambda m: b"/ByteRange [0 0 0 0]".ljust(len(m[0])), data, count=1)


def emptied_byte_range(data):
    return re.sub(NUMBERS, lambda m: b"/ByteRange null".ljust(len(m[0])), data, count=1)


def rewritten_file(data):
    written = io.BytesIO()
    copy_into_new_writer(PdfFileReader(io.BytesIO(data))).write(written)
    return written.getvalue()


def rolled_back_to_unsigned(data):
    """Cut off what the seal added: the file as it was a moment before."""
    return data[: data.rindex(b"%%EOF", 0, byte_range(data)[1]) + len(b"%%EOF\n")]


def truncated(data):
    return data[: len(data) * 2 // 3]


def small_pdf(extra=b""):
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + extra + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
    ]
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    return made + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def our_seal_on_another_pdf(data):
    """The signature itself, byte for byte, in the place of one that another key made."""
    first, length, second, _rest = byte_range(data)
    ours = data[first + length : second].strip(b"<>").rstrip(b"0")
    other = sealed_by_another_key_of_the_same_name(data)
    first, length, second, _rest = byte_range(other)
    room = second - first - length - 2
    return other[: first + length] + b"<" + ours.ljust(room, b"0")[:room] + b">" + other[second:]


def sealed_by_another_key_of_the_same_name(_data):
    key = keys.load_signer()  # VAR_DIR is another one by then, see the test
    return sealing.seal(small_pdf(), key=key, plan=sealing.prepare(key))


# --- files that were never ours ---------------------------------------------------------


def with_script(_data):
    return small_pdf(b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")


def unfolding(_data):
    """A few kilobytes whose table of objects unfolds to millions of lines."""
    table = zlib.compress(b"\x01\x00\x09" * 4_000_000)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    words = b"/Type/XRef/W[1 1 1]/Size 4000000/Root 1 0 R/Filter/FlateDecode/Length %d"
    return (
        head + (b"2 0 obj\n<<" + words + b">>stream\n") % len(table) + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)
    )  # fmt: skip


def huge_table(_data):
    """A table of objects written out, ten megabytes of it."""
    head = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    lines = b"0000000009 00000 n \n" * 500_000
    trailer = b"trailer\n<</Size 500001/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(head)
    return head + b"xref\n0 500000\n" + lines + trailer


def deep_nesting(_data):
    return small_pdf(b"/X" + b"[" * 100_000)


def loop_of_tables(_data):
    made = small_pdf()
    start = made.index(b"xref\n")
    return made.replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % start)


TAMPERED = {
    flipped_byte_in_the_body: ("seal", CHANGED),
    edit_inside_the_signature: ("seal", CHANGED),
    appended_annotation: ("whole", ADDED),
    replaced_page: ("whole", ADDED),
    appended_metadata: ("whole", ADDED),
    replaced_evidence: ("whole", ADDED),
    trailing_bytes: ("known", UNKNOWN),
    zeroed_byte_range: ("seal", CHANGED),
    emptied_byte_range: ("seal", UNREADABLE),
    rewritten_file: ("seal", CHANGED),
    rolled_back_to_unsigned: ("seal", NO_SEAL),
    truncated: ("seal", UNREADABLE),
    our_seal_on_another_pdf: ("seal", CHANGED),
    sealed_by_another_key_of_the_same_name: ("key", FOREIGN),
    with_script: ("seal", NO_SEAL),
    unfolding: ("seal", UNREADABLE),
    huge_table: ("seal", NO_SEAL),
    deep_nesting: ("seal", UNREADABLE),
    loop_of_tables: ("seal", UNREADABLE),
    lambda _data: b"": ("seal", "No. The file is empty."),
    lambda _data: b"PK\x03\x04 a document of words": ("seal", NO_PDF),
    lambda _data: bytes(range(256)) * 400: ("seal", NO_PDF),
    lambda _data: b"%PDF-1.7\n" + bytes(range(256)) * 400: ("seal", UNREADABLE),
}


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda tamper: tamper.__name__)
def test_a_file_that_was_tampered_with_is_not_valid(tamper, data, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    key, reason = TAMPERED[tamper]
    begun = time.perf_counter()

    verdict = verify(changed := tamper(data))

    assert changed != data
    assert not verdict.is_valid
    assert verdict.line("known").meaning == UNKNOWN
    assert (verdict.line(key).outcome, verdict.line(key).meaning) == (Outcome.FAILED, reason)
    assert verdict.line("status").outcome == Outcome.NOT_APPLICABLE
    assert time.perf_counter() - begun < WALL_SECONDS + 10
