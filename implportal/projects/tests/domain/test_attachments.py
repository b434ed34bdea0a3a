import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.attachments import FileRefused, attach, remove_attachment
from implportal.projects.models import Attachment
from implportal.projects.tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db
ABC_SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of the three bytes "abc" (FIPS 180-4, example B.1)."""


def put(project, actor, at, content=b"abc", name="notes.txt"):
    file = SimpleUploadedFile(name, content)
    return attach(project=project, subject=project, file=file, actor=actor, at=at)


def test_attach_keeps_what_the_content_is_not_what_its_name_says(ines, noon):
    project = ProjectFactory(implementation_manager=ines)

    attachment = put(project, ines, noon, name="../../etc/picture.svg")

    assert (attachment.name, attachment.content_type, attachment.size, attachment.sha256) == (
        "picture.svg",
        "text/plain",
        3,
        ABC_SHA256,
    )
    with attachment.file.open() as file:
        assert file.read() == b"abc"
    assert "etc" not in attachment.file.name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.exe is empty."),
        (b"MZ\x90\x00", "a.exe is a program, and programs are not kept here."),
        (b"#!/bin/sh\n", "a.exe is a program, and programs are not kept here."),
        (b"x" * 11, "a.exe is larger than 10\xa0bytes."),
    ],
)
def test_attach_refuses(ines, noon, settings, content, message):
    settings.UPLOAD_MAX_BYTES = 10
    project = ProjectFactory(implementation_manager=ines)

    with pytest.raises(FileRefused) as refusal:
        put(project, ines, noon, content=content, name="a.exe")

    assert str(refusal.value) == message
    assert not Attachment.objects.exists()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def archive(*entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.pdf", HTML),
        ("plan.PDF", archive(("a", b"a"))),
        ("map.png", SVG),
        ("map.jpeg", b"%PDF-1.7"),
        ("map.webp", b"RIFF....WAVE"),
        ("offer.docx", HTML),
        ("offer.xlsx", b"a,b,c"),
    ],
)
def test_attach_refuses_what_is_not_what_its_name_says(ines, noon, name, content):
    with pytest.raises(FileRefused) as refusal:
        put(ProjectFactory(implementation_manager=ines), ines, noon, content=content, name=name)

    assert str(refusal.value) == (
        f"{name} is not what its name says. Save it anew, or give it its true name."
    )
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("photo.png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("secret.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        ("fax.pdf", b"\n\n%PDF-1.3", "text/plain"),
        ("page.html", HTML, "text/plain"),
        ("drawing.svg", SVG, "text/plain"),
        ("logs.zip", archive(("log", b"0" * 5_000_000)), "application/zip"),
        ("名前 👩🏽‍⚕️.txt", "中文".encode(), "text/plain"),
        ("no name", b"\x00\x01", "application/octet-stream"),
    ],
)
def test_attach_keeps_harmless_things_under_odd_names(ines, noon, name, content, content_type):
    project = ProjectFactory(implementation_manager=ines)

    attachment = put(project, ines, noon, content=content, name=name)

    assert (attachment.name, attachment.content_type) == (name, content_type)


@pytest.mark.parametrize("name", ["bomb.docx", "bomb.xlsx"])
@pytest.mark.parametrize(
    "entries",
    [
        [("word/document.xml", b"0" * 50_000_000)],
        [(f"xl/worksheets/sheet{number}.xml", b"") for number in range(5_001)],
    ],
    ids=["one that grows", "very many"],
)
def test_attach_refuses_office_files_that_would_burst(ines, noon, name, entries):
    with pytest.raises(FileRefused, match=f"{name}: Unpacked, this file is far larger"):
        put(
            ProjectFactory(implementation_manager=ines), ines, noon,
            content=archive(*entries), name=name,
        )  # fmt: skip
    assert not Attachment.objects.exists()


def test_attach_refuses_office_files_that_are_damaged(ines, noon):
    with pytest.raises(FileRefused, match=r"offer.docx: The file is damaged"):
        put(
            ProjectFactory(implementation_manager=ines), ines, noon,
            content=b"PK\x03\x04 cut off", name="offer.docx",
        )  # fmt: skip


def test_attach_is_for_those_who_work_on_the_project(ines, sam, noon):
    with pytest.raises(NotAllowed):
        put(ProjectFactory(implementation_manager=ines), sam, noon)


def test_remove_attachment_takes_the_file_away(ines, noon, django_capture_on_commit_callbacks):
    attachment = put(ProjectFactory(implementation_manager=ines), ines, noon)
    storage, name = attachment.file.storage, attachment.file.name

    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(attachment=attachment, actor=ines, at=noon)

    assert not storage.exists(name)
    assert not Attachment.objects.exists()
