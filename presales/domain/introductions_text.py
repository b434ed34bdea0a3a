"""What the customer reads: the parts of an introduction as sections of a document."""

from __future__ import annotations

import re
from itertools import groupby

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.catalogue.models import Product, ReferenceCase
from implportal.documents.domain.content import SectionInput
from presales.domain.introductions_parts import parts_of
from presales.models import Introduction, IntroductionPart, PartKind

_MARKS = re.compile(r"([\\`*_\[\]<>|~#])")


def sections_of(introduction: Introduction) -> list[SectionInput]:
    """Return what the customer reads. Qualifications that follow each other are one table."""
    sections = []
    if introduction.greeting.strip():
        sections.append(
            SectionInput(key="greeting", title=_("Welcome"), markdown=introduction.greeting)
        )
    for are_qualifications, group in groupby(
        parts_of(introduction), key=lambda part: part.kind == PartKind.QUALIFICATION
    ):
        parts = list(group)
        if are_qualifications:
            sections.append(_qualifications(parts))
        else:
            sections += [
                SectionInput(key=f"part-{part.pk}", title=part.heading, markdown=words_for(part))
                for part in parts
            ]
    return sections


def _qualifications(parts: list[IntroductionPart]) -> SectionInput:
    lines = [
        " | ".join(["", _("Qualification"), _("Number"), _("Issued by"), _("Valid until"), ""]),
        "|---|---|---|---|",
    ]
    for part in parts:
        item = part.qualification
        end = date_format(item.valid_until, "DATE_FORMAT") if item.valid_until else _("no end")
        cells = [part.heading, item.number or "–", item.issuer, end]
        lines.append(f"| {' | '.join(_plain(cell) for cell in cells)} |")
    notes = [part.text for part in parts if part.text.strip()]
    return SectionInput(
        key=f"part-{parts[0].pk}",
        title=_("Our qualifications"),
        markdown="\n".join(line.strip() for line in lines) + "".join(f"\n\n{n}" for n in notes),
    )


def words_for(part: IntroductionPart) -> str:
    """Return what this customer reads in a part, as Markdown; it need not be saved."""
    item = part.item
    before = ""
    if isinstance(item, ReferenceCase):
        who = " · ".join(filter(None, [item.customer_name, str(item.field_of_business or "")]))
        before = f"**{_plain(who)}**"
    elif isinstance(item, User):
        before = _plain(" · ".join(filter(None, [item.title, item.email, item.phone])))
    pieces = [before, part.text, "" if part.replaces_text else words_of(item)]
    return "\n\n".join(piece.strip() for piece in pieces if piece.strip())


def words_of(item: models.Model | None) -> str:
    """Return what the catalogue says of something, as Markdown."""
    if isinstance(item, Product):
        return item.summary
    if isinstance(item, User):
        return item.introduction
    return getattr(item, "text", "")


def _plain(text: str) -> str:
    """Return ``text`` so that Markdown shows it letter by letter on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
