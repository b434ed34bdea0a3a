import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from implportal.audit.models import Entry
from implportal.catalogue.domain.scans import ScanRefused, save_qualification
from implportal.catalogue.models import Qualification
from implportal.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a certificate"
PNG = b"\x89PNG\r\n\x1a\n a picture"


def scan(data=PDF, name="iso-9001.pdf"):
    return SimpleUploadedFile(name, data)


def read(item):
    with item.scan.open() as file:
        return file.read()


def keep(actor, at, item=None, **more):
    item = item or Qualification(title="ISO 9001", issuer="Example Certification")
    return save_qualification(item=item, actor=actor, at=at, **more)


def test_save_qualification_keeps_the_scan_as_what_it_is(cora, noon):
    keep(cora, noon, scan=scan(PNG, "../certificate.pdf"))

    item = Qualification.objects.get()
    assert (item.scan_name, item.scan_content_type) == ("certificate.pdf", "image/png")
    assert read(item) == PNG
    assert item.scan_sha256 in item.scan.name
    assert "certificate" not in item.scan.name
    assert [entry.sentence for entry in Entry.objects.order_by("pk")] == [
        "added “ISO 9001” to the catalogue",
        "kept certificate.pdf as the scan of “ISO 9001”",
    ]


def test_another_scan_takes_the_place_of_the_first(cora, noon, django_capture_on_commit_callbacks):
    item = keep(cora, noon, scan=scan())
    storage, old = item.scan.storage, item.scan.name

    with django_capture_on_commit_callbacks(execute=True):
        keep(cora, noon, item, scan=scan(PNG, "new.png"))

    assert Qualification.objects.get().scan_name == "new.png"
    assert not storage.exists(old)


def test_a_scan_is_removed(cora, noon, django_capture_on_commit_callbacks):
    item = keep(cora, noon, scan=scan())
    storage, old = item.scan.storage, item.scan.name

    with django_capture_on_commit_callbacks(execute=True):
        keep(cora, noon, item, removes_scan=True)

    item = Qualification.objects.get()
    assert (item.scan.name, item.scan_name, item.scan_sha256) == ("", "", "")
    assert not storage.exists(old)
    assert Entry.objects.order_by("-pk")[0].sentence == (
        "removed the scan iso-9001.pdf of “ISO 9001”"
    )


def test_a_scan_stays_when_something_else_is_saved(cora, noon):
    item = keep(cora, noon, scan=scan())

    keep(cora, noon, item)

    assert read(Qualification.objects.get()) == PDF


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"PK\x03\x04 a spreadsheet",
        b"MZ a program",
    ],
)
def test_save_qualification_refuses_what_only_calls_itself_a_pdf(cora, noon, data):
    with pytest.raises(ScanRefused):
        keep(cora, noon, scan=scan(data))

    assert not Qualification.objects.exists()


def test_save_qualification_refuses_what_is_too_large(cora, noon, settings):
    settings.UPLOAD_MAX_BYTES = 10

    with pytest.raises(ScanRefused, match="larger than 10"):
        keep(cora, noon, scan=scan())

    assert not Qualification.objects.exists()


def test_save_qualification_is_for_those_who_keep_the_catalogue(ines, noon):
    with pytest.raises(NotAllowed):
        keep(ines, noon, scan=scan())

    assert not Qualification.objects.exists()
