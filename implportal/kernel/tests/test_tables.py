import io
import zipfile
from datetime import date, datetime

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook

from implportal.kernel.archives import BadArchive
from implportal.kernel.exports import csv_response, xlsx_response
from implportal.kernel.tables import MAX_BYTES, MAX_ROWS, BadTable, read_csv_text, read_table


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data):
    return read_table(ContentFile(data))


def cells(table):
    return [(row.number, row.cells) for row in table.rows]


@pytest.mark.parametrize(
    "data",
    [
        "Name,Größe\n张伟,1\n\nمريم,2\n".encode(),
        "\ufeffName;Größe\r\n张伟;1\r\n\r\nمريم;2\r\n".encode(),
        "Name\tGröße\n张伟\t1\n\nمريم\t2\n".encode("utf-16"),
        workbook(["Name", "Größe"], ["张伟", 1], [], ["مريم", 2.0]),
    ],
    ids=["comma", "semicolon and mark", "tabs in UTF-16", "workbook"],
)
def test_a_table_reads_alike_however_it_was_saved(data):
    table = read(data)

    assert table.headings == ["Name", "Größe"]
    assert cells(table) == [
        (2, {"Name": "张伟", "Größe": "1"}),
        (4, {"Name": "مريم", "Größe": "2"}),
    ]


def test_old_spreadsheets_write_windows_letters():
    assert cells(read("Name\nJürgen\n".encode("cp1252"))) == [(2, {"Name": "Jürgen"})]


def test_dates_answers_and_nothing_become_words():
    data = workbook(
        ["a", "b", "c", "d", ""],
        [datetime(2026, 3, 2), date(2026, 3, 2), True, None],  # noqa: DTZ001 - as Excel has it
    )

    assert read(data).rows[0].cells == {"a": "2026-03-02", "b": "2026-03-02", "c": "yes", "d": ""}


@pytest.mark.parametrize("response", [csv_response, xlsx_response])
def test_what_we_export_comes_back_as_it_was(response):
    answer = response("x", ["Text"], [["=cmd|'/c calc'!A0"], ["'tis"], ["-5 degrees"]])

    texts = [row.cells["Text"] for row in read(answer.content).rows]
    assert texts == ["=cmd|'/c calc'!A0", "'tis", "-5 degrees"]


def bomb():
    buffer = io.BytesIO(workbook(["a"], ["b"]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/x", b"\0" * 30_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing below the headings"),
        (b"Name\n", "nothing below the headings"),
        (b"Name,name\nx,y\n", "Two columns are called “name”"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a table"),
        (b"x" * (MAX_BYTES + 1), "larger than 5.0"),
        (b"a\n" + b"b\n" * (MAX_ROWS + 1), "more than 5000 rows"),
        (b'a\n"' + b"x" * 200_000, "Line 1|Line 2"),
    ],
    ids=["empty", "headings alone", "twice", "picture", "large", "long", "open quote"],
)
def test_what_is_no_table_says_why(data, said):
    with pytest.raises(BadTable, match=said):
        read(data)


@pytest.mark.parametrize("data", [bomb(), b"PK\x03\x04 broken"], ids=["bomb", "broken"])
def test_a_workbook_that_would_burst_is_not_opened(data):
    with pytest.raises(BadArchive):
        read(data)


def test_an_archive_that_is_no_workbook_says_so():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("hello.txt", "hello")

    with pytest.raises(BadTable, match="cannot be read"):
        read(buffer.getvalue())


def test_a_sheet_that_claims_a_million_rows_is_read_for_what_it_has():
    data = workbook(["a"], ["b"])
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for entry in source.infolist():
            part = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                part = part.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
            file.writestr(entry, part)

    assert cells(read(target.getvalue())) == [(2, {"a": "b"})]


def test_pasted_text_is_a_table_too():
    assert cells(read_csv_text("a;b\n1;2")) == [(2, {"a": "1", "b": "2"})]
