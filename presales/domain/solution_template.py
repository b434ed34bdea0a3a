"""The outline that a solution document starts from, and what belongs under each heading."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class TemplateSection:
    level: int
    title: str | Promise
    hint: str | Promise
    markdown = ""


STANDARD = (
    TemplateSection(
        1,
        _("Summary"),
        _("What the customer gets, for whom, until when. Enough for a hurried reader."),
    ),
    TemplateSection(
        1,
        _("Where you stand today"),
        _("How people work now, with which systems, and what troubles them. Use their words."),
    ),
    TemplateSection(
        1,
        _("Goals"),
        _("What will be better, and by which figure both sides will see it."),
    ),
    TemplateSection(
        1,
        _("Scope"),
        _("What is part of this project. What is not stands in its own section below."),
    ),
    TemplateSection(2, _("Included"), _("Sites, departments, users, data, processes.")),
    TemplateSection(
        2,
        _("Not included"),
        _("What somebody might expect and will not get. Nothing spares more trouble later."),
    ),
    TemplateSection(
        1,
        _("Solution"),
        _("How each requirement is answered. Link the requirements to the section that does it."),
    ),
    TemplateSection(2, _("Functions"), _("What users will be able to do, one paragraph each.")),
    TemplateSection(
        2, _("Interfaces and data"), _("Systems that are connected; data that is taken over.")
    ),
    TemplateSection(
        2,
        _("Security and operation"),
        _("Access, data protection, backup, availability, who runs it."),
    ),
    TemplateSection(
        1, _("Work and schedule"), _("Steps, milestones with dates, and what each one delivers.")
    ),
    TemplateSection(
        1,
        _("What we need from you"),
        _("People with their time, rooms, devices, access, decisions, and until when."),
    ),
    TemplateSection(1, _("Training"), _("Who learns what, how long, and where.")),
    TemplateSection(
        1,
        _("Acceptance"),
        _("By which criteria the result is accepted, who decides, and what happens to defects."),
    ),
    TemplateSection(
        1, _("Price and payment"), _("Amounts with their currency, and what releases each of them.")
    ),
    TemplateSection(1, _("Glossary"), _("Every word the reader may not know, in one sentence.")),
)
