"""Tables as files. A cell never becomes a formula in the reader's spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that spreadsheets take for a formula (OWASP, CSV injection)."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def neutral(cell: object) -> object:
    """Return ``cell`` so that no spreadsheet runs it; numbers and dates stay what they are."""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).replace(tzinfo=None, microsecond=0)
    if cell is None or isinstance(cell, (int, float, Decimal, date)):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", str(cell))
    return f"'{text}" if text.startswith(DANGEROUS) else text


def csv_response(name: str, header: Sequence[object], rows: Iterable[Sequence]) -> HttpResponse:
    """Answer with ``name``.csv in UTF-8 with a mark, which Excel needs to see it as such."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([str(cell) for cell in header])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return _file(
        f"{name}.csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf" + buffer.getvalue().encode()
    )


def xlsx_response(name: str, header: Sequence[object], rows: Iterable[Sequence]) -> HttpResponse:
    """Answer with ``name``.xlsx, one sheet, its first row frozen."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, str(cell), bold=True) for cell in header])
    for row in rows:
        sheet.append([_cell(sheet, neutral(cell)) for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return _file(f"{name}.xlsx", XLSX, buffer.getvalue())


def _cell(sheet: object, value: object, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _file(name: str, content_type: str, content: bytes) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
