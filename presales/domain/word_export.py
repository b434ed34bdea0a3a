"""A solution as a Word file, for those who have to work on it there."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from PIL import Image

from implportal.documents.models import StoredImage
from implportal.projects.models import Project
from presales.domain.solutions import solution_content
from presales.models import Solution

_ALIGNED = {"text-end": WD_ALIGN_PARAGRAPH.RIGHT, "text-center": WD_ALIGN_PARAGRAPH.CENTER}
_MARKS = {"strong", "em", "s", "code", "blockquote"}
TEXT_WIDTH = Mm(160)


def solution_as_word(*, solution: Solution, at: Any) -> bytes:
    """Return the text of ``solution`` as it is now as a DOCX file.

    Headings carry Word's styles, the table of contents is a field that Word fills, and
    bold, italic, lists, tables, links and pictures stay what they are. Nothing but what
    the customer may read goes in.
    """
    content = solution_content(solution, at=at, is_final=False)
    document = Document()
    document.core_properties.title = content["title"]
    document.core_properties.author = content["supplier"]
    document.add_paragraph(content["title"], style="Title")
    if content["subtitle"]:
        document.add_paragraph(content["subtitle"], style="Subtitle")
    document.add_paragraph(f"{content['customer']} · {content['number']} · {content['date']}")
    _add_field(document.add_paragraph(), r'TOC \o "1-3" \h \z \u', _("Contents"))
    _fill_fields_on_opening(document)
    for section in content["sections"]:
        heading = f"{section['number']} {section['title']}".strip()
        document.add_heading(heading, level=min(section["level"], 9))
        writer = _Writer(document, solution.project)
        writer.feed(section["html"])
        writer.close()
        if section["requirements"]:
            line = document.add_paragraph()
            line.add_run(_("Answers: %(codes)s") % {"codes": ", ".join(section["requirements"])})
            line.runs[0].italic = True
    result = io.BytesIO()
    document.save(result)
    return result.getvalue()


class _Writer(HTMLParser):
    """Sanitised HTML of one section → paragraphs. The tags are those of ``documents.markdown``."""

    def __init__(self, document: WordDocument, project: Project) -> None:
        super().__init__(convert_charrefs=True)
        self.document, self.project = document, project
        self.paragraph: Paragraph | None = None
        self.marks: list[str] = []
        self.lists: list[tuple[str, int | None]] = []
        self.link: Any = None
        self.rows: list[list[list[tuple[str, Any]]]] = []
        self.in_table = self.in_pre = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"p", "pre", "li"}:
            self._start_paragraph(tag)
            self.in_pre = tag == "pre"
        elif tag in {"ul", "ol"}:
            self._end_paragraph()
            self.lists.append(_start_list(self.document, tag, len(self.lists) + 1))
        elif tag in _MARKS:
            self.marks.append(tag)
        elif tag == "a":
            self.link = given.get("href", "")
        elif tag == "br":
            self._run("\n")
        elif tag == "img":
            self._picture(given)
        elif tag == "hr":
            self.document.add_paragraph("—").alignment = WD_ALIGN_PARAGRAPH.CENTER
        else:
            self._start_of_table(tag, given)

    def _start_of_table(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self.in_table, self.rows = True, []
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append([("class", given.get("class", "")), ("is_head", tag == "th")])

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "pre", "li"}:
            self._end_paragraph()
            self.in_pre = False
        elif tag in {"ul", "ol"}:
            self.lists = self.lists[:-1]
            self._end_paragraph()
        elif tag in self.marks:
            self.marks.remove(tag)
        elif tag == "a":
            self.link = None
        elif tag == "table":
            self._write_table()

    def handle_data(self, data: str) -> None:
        if self.in_pre:
            self._run(data)
        elif data.strip() or self.paragraph is not None:
            self._run(data.replace("\n", " "))

    def _end_paragraph(self) -> None:
        if self.paragraph is not None and self.paragraph.runs:
            last = self.paragraph.runs[-1]
            if last.text != last.text.rstrip():
                last.text = last.text.rstrip()
        self.paragraph = None

    def _start_paragraph(self, tag: str) -> None:
        if self.in_table or (tag == "p" and self.lists and self.paragraph is not None):
            return
        style = None
        if self.lists:
            style = self.lists[-1][0]
        elif "blockquote" in self.marks:
            style = "Quote"
        self.paragraph = self.document.add_paragraph(style=style)
        if self.lists and tag == "li" and self.lists[-1][1] is not None:
            numbering = self.paragraph._p.get_or_add_pPr().get_or_add_numPr()
            numbering.get_or_add_numId().val = self.lists[-1][1]

    def _run(self, text: str) -> None:
        if self.in_table:
            if self.rows and self.rows[-1]:
                self.rows[-1][-1].append(("run", (text, tuple(self.marks), self.link)))
            return
        if self.paragraph is None:
            if not text.strip():
                return
            self._start_paragraph("p")
        _add_run(self.paragraph, text, self.marks, self.link)

    def _picture(self, given: dict[str, str]) -> None:
        sha256 = given.get("src", "").removeprefix("image:")
        if self.in_table:
            if self.rows and self.rows[-1]:
                self.rows[-1][-1].append(("picture", (sha256, given.get("alt", ""))))
            return
        if self.paragraph is None:
            self._start_paragraph("p")
        _add_picture(self.paragraph, self.project, sha256, given.get("alt", ""))

    def _write_table(self) -> None:
        self.in_table, rows = False, [row for row in self.rows if row]
        if not rows:
            return
        width = max(map(len, rows))
        table = self.document.add_table(rows=len(rows), cols=width, style="Table Grid")
        for line, row in zip(table.rows, rows, strict=True):
            for cell, pieces in zip(line.cells, row, strict=False):
                paragraph = cell.paragraphs[0]
                for kind, value in pieces:
                    if kind == "class":
                        paragraph.alignment = _ALIGNED.get(value)
                    elif kind == "run":
                        text, marks, link = value
                        head = ["strong"] if ("is_head", True) in pieces else []
                        _add_run(paragraph, text, [*marks, *head], link)
                    elif kind == "picture":
                        _add_picture(paragraph, self.project, *value)
        self.document.add_paragraph()


def _start_list(document: WordDocument, tag: str, depth: int) -> tuple[str, int | None]:
    """Return the style of a list's items and, for a numbered one, its own count from 1."""
    name = "List Number" if tag == "ol" else "List Bullet"
    style = name if depth == 1 else f"{name} {min(depth, 3)}"
    if tag == "ul":
        return style, None
    numbering = document.part.numbering_part.element
    known = document.styles[style].element.pPr.numPr.numId.val
    new = numbering.add_num(numbering.num_having_numId(known).abstractNumId.val)
    new.add_lvlOverride(ilvl=0).add_startOverride(1)
    return style, new.numId


def _add_run(paragraph: Paragraph, text: str, marks: Any, link: str | None) -> None:
    run = paragraph.add_run(text)
    run.bold = "strong" in marks or None
    run.italic = "em" in marks or None
    run.font.strike = "s" in marks or None
    if "code" in marks:
        run.font.name = "Consolas"
    if link:
        _make_link(paragraph, run, link)


def _make_link(paragraph: Paragraph, run: Run, address: str) -> None:
    known = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), known)
    run.font.underline = True
    paragraph._p.append(link)
    link.append(run._r)


def _add_picture(paragraph: Paragraph, project: Project, sha256: str, alt: str) -> None:
    stored = StoredImage.objects.filter(project=project, sha256=sha256).order_by("pk").first()
    if stored is None:  # the content was checked; a picture that went since is named
        paragraph.add_run(f"[{alt}]")
        return
    with stored.file.open("rb") as file:
        data = file.read()
    if stored.content_type == "image/webp":  # Word does not read it
        converted = io.BytesIO()
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as picture:
            picture.save(converted, "PNG")
        data = converted.getvalue()
    shape = paragraph.add_run().add_picture(io.BytesIO(data))
    if shape.width > TEXT_WIDTH:
        shape.height = int(shape.height * TEXT_WIDTH / shape.width)
        shape.width = TEXT_WIDTH
    shape._inline.docPr.set("descr", alt)


def _add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("end", "")):
        run = paragraph.add_run()
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = text
        run._r.append(element)
        if kind == "separate":
            paragraph.add_run(shown)


def _fill_fields_on_opening(document: WordDocument) -> None:
    element = OxmlElement("w:updateFields")
    element.set(qn("w:val"), "true")
    document.settings.element.append(element)
