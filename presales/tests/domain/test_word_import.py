import io
import zipfile

import pytest
from PIL import Image

from implportal.documents.canonical import digest
from implportal.documents.markdown import to_html
from implportal.kernel.archives import BadArchive
from presales.domain.imports import NotAWordFile, TooManySections, read_file
from presales.domain.word_import import MAX_WORD_BYTES, BadWordFile, read_word
from presales.tests.word_files import changed, plain, rich

BOMB = (
    b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
)


def zip_of(**parts):
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return result.getvalue()


def test_headings_marks_lists_tables_links_and_pictures_are_kept(png):
    document = read_word(rich(png))

    assert document.title == "Records"
    assert [(one.level, one.title) for one in document.sections] == [(1, "Scope"), (2, "Sites")]
    scope, sites = (to_html(one.body) for one in document.sections)
    assert "<strong>papers</strong> of <em>ten years</em>, 2 * 3 # &lt;b&gt;." in scope
    assert 'href="https://example.com/list"' in scope
    assert "<ul>\n<li>pier 1</li>\n<li>pier 2</li>\n</ul>" in scope
    assert '<th scope="col">Site</th>' in sites
    assert "<td>北京 | مركز</td>\n<td>12 🙂</td>" in sites
    assert f'<img src="image:{digest(png)}"' in sites
    assert document.images == {digest(png): png}


def test_numbers_of_headings_and_jumps_of_levels_are_mended():
    document = read_word(plain("1.1 Scope", "1.2 Price"))

    assert [(one.number, one.title) for one in document.sections] == [
        ("1.1", "Scope"),
        ("1.2", "Price"),
    ]


def test_a_picture_from_elsewhere_is_named_and_never_fetched(png):
    data = rich(png)
    outside = changed(
        data,
        replace=(
            b'Target="media/image1.png"',
            b'Target="http://127.0.0.1:9/x" TargetMode="External"',
        ),
    )

    document = read_word(outside)

    assert document.images == {}
    assert "[Picture" in to_html(document.sections[-1].body)


def test_a_picture_that_would_burst_is_named_and_never_painted(monkeypatch):
    bomb = io.BytesIO()
    Image.new("1", (7000, 7000)).save(bomb, "TIFF", compression="group4")
    monkeypatch.setattr(Image.Image, "convert", lambda *_args: pytest.fail("painted"))

    document = read_word(rich(bomb.getvalue()))

    assert len(bomb.getvalue()) < 10_000
    assert document.images == {}
    assert "[Picture" in to_html(document.sections[-1].body)


def test_links_that_could_run_lose_their_address(png):
    data = changed(rich(png), replace=(b"https://example.com/list", b"javascript:alert(1)"))

    (scope, _sites) = read_word(data).sections

    assert "javascript" not in scope.body
    assert "see the list" in scope.body


def test_macros_and_embedded_styles_are_not_looked_at():
    style = b"p => script"
    data = changed(
        plain(), add={"word/vbaProject.bin": b"\xd0\xcf" * 99, "mammoth/style-map": style}
    )

    assert [one.body for one in read_word(data).sections] == ["About Scope.", "About Price."]


@pytest.mark.parametrize(
    ("data", "refusal", "message"),
    [
        (changed(plain(), replace=BOMB), BadWordFile, "The file declares XML entities."),
        (plain()[:2000], BadArchive, "The file is damaged"),
        (b"PK\x03\x04" + b"\0" * MAX_WORD_BYTES, BadWordFile, "The file is 20.0 MB."),
        (zip_of(**{"a.txt": b"0" * 30_000_000}), BadArchive, "Unpacked, this file is far larger"),
        (zip_of(**{"xl/workbook.xml": b"<x/>"}), BadWordFile, "This is not a Word file"),
        (
            zip_of(**{"[Content_Types].xml": b"<x", "word/document.xml": b"<broken"}),
            BadWordFile,
            "Word wrote something that cannot be read here.",
        ),
        (b"\xd0\xcf\x11\xe0rest", NotAWordFile, "This is an old Word file (.doc)."),
        (b"%PDF-1.7", NotAWordFile, "The name says Word, but this is no Word file."),
        (plain(*map("Part {}".format, range(401))), TooManySections, "The text has 401 headings"),
    ],
    ids=["entities", "torn", "too large", "bomb", "sheet", "broken", "doc", "pdf", "too many"],
)
def test_hostile_and_wrong_files_are_refused_with_a_reason(data, refusal, message):
    with pytest.raises(refusal) as told:
        read_file(data, name="solution.docx")

    assert str(told.value).startswith(message)


def test_a_file_without_headings_says_which_styles_make_them():
    with pytest.raises(BadWordFile, match="The file has no headings"):
        read_word(changed(plain(), replace=(b"Heading1", b"Normal")))
