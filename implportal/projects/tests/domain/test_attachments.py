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

    attachment = put(project, ines, noon, name="../../etc/picture.png")

    assert (attachment.name, attachment.content_type, attachment.size, attachment.sha256) == (
        "picture.png",
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
