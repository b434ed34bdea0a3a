"""Read a table that a person hands in, as CSV or XLSX, into plain text cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from implportal.kernel.archives import check_archive
from implportal.kernel.errors import DomainError

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_CELL = 20_000
"""Characters."""

ENCODINGS = ("utf-8-sig", "cp1252")
DELIMITERS = ",;\t"


class BadTable(DomainError):
    """The file cannot be read as a table; the message says why and what helps."""


@dataclass(frozen=True)
class Row:
    """One line under the headings. ``number`` is the line in the person's own file."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """``headings`` as written, without spaces around; rows that are empty are left out."""

    headings: list[str]
    rows: list[Row]


def read_table(file: File) -> Table:
    """Read the first sheet of an XLSX, or a CSV in UTF-8, UTF-16 or Windows-1252.

    What a file is, its content says, not its name. Formulas give the value that was last
    calculated. An apostrophe that our own exports put before a formula is taken away again.

    Raises:
        BadTable: empty, too large, too many rows, no headings, two headings alike.
        BadArchive: an XLSX that is damaged or would burst.
    """
    if file.size > MAX_BYTES:
        raise BadTable(
            _("The file is larger than %(limit)s.") % {"limit": filesizeformat(MAX_BYTES)}
        )
    file.seek(0)
    data = file.read()
    lines = _xlsx(data) if data.startswith(b"PK\x03\x04") else _csv(data)
    return _table(lines)


def read_csv_text(text: str) -> Table:
    """Read a table that was pasted; raises what ``read_table`` raises."""
    if len(text.encode()) > MAX_BYTES:
        raise BadTable(
            _("The text is larger than %(limit)s.") % {"limit": filesizeformat(MAX_BYTES)}
        )
    return _table(_csv_lines(text))


def _table(lines: Iterable[list[str]]) -> Table:
    headings: list[str] = []
    rows: list[Row] = []
    for number, cells in enumerate(lines, start=1):
        if not any(cells):
            continue
        if not headings:
            headings = cells
            while headings and not headings[-1]:
                headings.pop()
            _check_headings(headings)
            continue
        if len(rows) >= MAX_ROWS:
            raise BadTable(
                _("These are more than %(limit)s rows. Split the file.") % {"limit": MAX_ROWS}
            )
        padded = cells + [""] * (len(headings) - len(cells))
        rows.append(
            Row(number, {name: cell for name, cell in zip(headings, padded, strict=False) if name})
        )
    if not rows:
        raise BadTable(_("There is nothing below the headings."))
    return Table([name for name in headings if name], rows)


def _check_headings(headings: list[str]) -> None:
    seen: set[str] = set()
    for name in headings:
        if name and name.casefold() in seen:
            raise BadTable(_("Two columns are called “%(name)s”.") % {"name": name})
        seen.add(name.casefold())


def _xlsx(data: bytes) -> Iterator[list[str]]:
    check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # A sheet may claim a million rows that it does not have.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            yield [_text(cell) for cell in row]
    except Exception:  # noqa: BLE001 - openpyxl raises whatever the broken part caused
        raise BadTable(
            _("The workbook cannot be read. Open it, save it anew as .xlsx and try again.")
        ) from None


def _csv(data: bytes) -> Iterator[list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return _csv_lines(text)
    raise BadTable(_("This is not a table. Hand in a file of type .xlsx or .csv."))


def _csv_lines(text: str) -> Iterator[list[str]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield [_text(cell) for cell in row[:MAX_COLUMNS]]
    except csv.Error:
        raise BadTable(_("Line %(line)s cannot be read.") % {"line": reader.line_num}) from None


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).replace("\x00", "").replace("_x000D_", "").strip()[:MAX_CELL]
    is_ours = len(text) > 1 and text[0] == "'" and text[1] in "=+-@"
    return text[1:] if is_ours else text
