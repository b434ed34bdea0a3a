"""Word files for tests: real ones, and ones made to do harm."""

import io
import zipfile

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn


def bytes_of(document) -> bytes:
    result = io.BytesIO()
    document.save(result)
    return result.getvalue()


def plain(*headings: str) -> bytes:
    document = Document()
    for heading in headings or ("Scope", "Price"):
        document.add_heading(heading, level=1)
        document.add_paragraph(f"About {heading}.")
    return bytes_of(document)


def rich(png: bytes) -> bytes:
    """Title, nested headings, marks, a link, lists, a table and a picture."""
    document = Document()
    document.add_paragraph("Records", style="Title")
    document.add_heading("Scope", level=1)
    words = document.add_paragraph("All ")
    words.add_run("papers").bold = True
    words.add_run(" of ")
    words.add_run("ten years").italic = True
    words.add_run(", 2 * 3 # <b>.")
    add_link(words, "see the list", "https://example.com/list")
    for item in ("pier 1", "pier 2"):
        document.add_paragraph(item, style="List Bullet")
    document.add_heading("Sites", level=2)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells),
        ("Site", "People", "北京 | مركز", "12 🙂"),
        strict=True,
    ):
        cell.text = text
    document.add_picture(io.BytesIO(png))
    return bytes_of(document)


def add_link(paragraph, text, address):
    link = OxmlElement("w:hyperlink")
    known = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), known)
    run = paragraph.add_run(text)
    paragraph._p.append(link)
    link.append(run._r)


def changed(data: bytes, *, add=None, replace=None) -> bytes:
    """The file with parts added, or with one text replaced by another in every XML part."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w", 8) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if replace and entry.filename.endswith((".xml", ".rels")):
                part = part.replace(*replace)
            new.writestr(entry.filename, part)
        for name, part in (add or {}).items():
            new.writestr(name, part)
    return result.getvalue()
