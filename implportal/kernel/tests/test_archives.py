import io
import zipfile

import pytest

from implportal.kernel.archives import MAX_ENTRIES, BadArchive, check_archive


def archive(entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return buffer.getvalue()


def test_a_common_archive_passes():
    assert check_archive(archive([("word/document.xml", b"<w/>" * 1000)])) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (archive([("a", b"\0" * 20_000_000)]), "far larger than it should be"),
        (archive((str(number), b"") for number in range(MAX_ENTRIES + 1)), "far larger"),
        (b"PK\x03\x04 and then nothing of the kind", "damaged or of another kind"),
        (b"", "damaged or of another kind"),
    ],
    ids=["bomb", "too many entries", "damaged", "empty"],
)
def test_what_is_not_unpacked(data, said):
    with pytest.raises(BadArchive, match=said):
        check_archive(data)


def test_an_archive_with_a_password_says_what_helps():
    data = bytearray(archive([("a", b"x")]))
    for at in (data.index(b"PK\x01\x02") + 8, 6):
        data[at] |= 1

    with pytest.raises(BadArchive, match="protected by a password"):
        check_archive(bytes(data))
