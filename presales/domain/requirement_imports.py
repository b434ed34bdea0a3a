"""Requirements from a table: every row is looked at before any is kept, then all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError
from implportal.kernel.tables import Table
from implportal.kernel.text import first_unkeepable
from implportal.projects.models import Project
from presales.domain.requirement_bulk import (
    CHANGED_MEANWHILE,
    OthersWereFaster,
    hold_as_seen,
    in_words,
    write_changes,
)
from presales.domain.requirement_likeness import Likeness
from presales.domain.requirements import write_new
from presales.models import Requirement

REQUIREMENTS_IMPORTED = Action(
    "presales.requirements_imported",
    gettext_lazy("imported requirements from a file: %(added)s new, %(changed)s changed"),
)

MAX_ROWS = 1_000
Source, Priority = Requirement.Source, Requirement.Priority

HEADINGS = {
    "code": ("code", "id", "no", "no.", "number", "key", "issue key", "requirement id", "req id"),
    "text": (
        "requirement", "text", "requirement text", "statement", "object text", "summary",
        "description", "title", "name",
    ),
    "priority": ("priority", "importance", "moscow", "prio"),
    "source": ("source", "where it comes from", "origin", "requested by"),
}  # fmt: skip
"""Our fields, and what the exports of others call them; the first that is there counts."""

PRIORITY_WORDS = {
    Priority.MUST: ("must", "must have", "m", "mandatory", "shall", "highest", "high", "critical"),
    Priority.SHOULD: ("should", "should have", "s", "medium", "important"),
    Priority.COULD: ("could", "could have", "c", "low", "nice to have", "optional"),
    Priority.WONT: ("wont", "won't", "won’t", "won't have", "w", "not this time", "lowest"),
}

Kind = Literal["", "NEW", "CHANGE", "SAME"]


class TextColumnMissing(DomainError):
    """A table of requirements has no column with their text."""


class TooManyRows(DomainError):
    """More rows than one look can hold."""


@dataclass
class RequirementRow:
    """One requirement as it would be kept; ``error`` says why it would not be.

    ``number`` is the line in the person's file. ``was`` are the present values of the fields
    that would change, by name. ``hint`` says what may be wrong although it can be kept.
    """

    number: int
    code: str = ""
    text: str = ""
    priority: str = ""
    source: str = ""
    kind: Kind = ""
    was: dict[str, str] = field(default_factory=dict)
    error: str = ""
    hint: str = ""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What would change, as (field, before, after) in words."""
        return [
            (*in_words(name, before), in_words(name, getattr(self, name))[1])
            for name, before in self.was.items()
        ]

    @property
    def priority_label(self) -> str:
        return in_words("priority", self.priority)[1]

    @property
    def source_label(self) -> str:
        return in_words("source", self.source)[1]


def rows_of_table(table: Table) -> list[RequirementRow]:
    """Read requirements from a table with our headings or those of common exports.

    Raises:
        TextColumnMissing: no column holds the sentences.
        TooManyRows: more than ``MAX_ROWS``.
    """
    there = {name.casefold(): name for name in table.headings}
    named = {"text": _("Requirement"), "code": _("Code"), "priority": _("Priority")} | {
        "source": _("Source")
    }
    columns = {
        ours: next(
            (there[name] for name in (named[ours].casefold(), *theirs) if name in there), None
        )
        for ours, theirs in HEADINGS.items()
    }
    if columns["text"] is None:
        raise TextColumnMissing(
            _("No column is called “Requirement”. The first line of the table names the columns.")
        )
    if len(table.rows) > MAX_ROWS:
        raise TooManyRows(
            _("These are more than %(limit)s rows. Split the file.") % {"limit": MAX_ROWS}
        )
    return [
        RequirementRow(
            number=row.number,
            **{ours: row.cells[name] for ours, name in columns.items() if name is not None},
        )
        for row in table.rows
    ]


def check_rows(
    rows: list[RequirementRow],
    *,
    project: Project,
    priority: str = Priority.MUST,
    source: str = Source.EXCHANGE,
) -> list[RequirementRow]:
    """Say of each row what would become of it; costs one query.

    A code that is ours means that requirement, and an empty cell leaves its value as it is.
    A new one without ``priority`` or ``source`` gets those given here.
    """
    present = {requirement.code: requirement for requirement in project.requirements.all()}
    likeness = Likeness(
        (code, requirement.text)
        for code, requirement in present.items()
        if requirement.state != Requirement.State.DROPPED
    )
    taken: set[str] = set()
    for row in rows:
        row.text = " ".join(row.text.split())
        row.kind, row.was, row.error, row.hint = "", {}, "", ""
        own = present.get(_our_code(row.code))
        row.error = (
            _find(row, own)
            or _choose(row, own, priority=priority, source=source)
            or (_refused(own, taken) if own else "")
        )
        if own:
            taken.add(own.code)
        if row.error:
            continue
        _compare(row, own)
        if row.kind == "NEW" or "text" in row.was:
            like = likeness.like(row.text, but=row.code)
            if like is not None:
                row.hint = _like_in_words(like.name, is_same=like.is_same)
            likeness.add(row.code or f"#{row.number}", row.text)
    return rows


def _find(row: RequirementRow, own: Requirement | None) -> str:
    """What is wrong with a code that is none of this project; one of another tool is no error."""
    if not row.code.strip() or own is not None:
        return ""
    if code := _our_code(row.code):
        return _("There is no %(code)s in this project. Leave the code empty.") % {"code": code}
    row.hint = _("“%(code)s” is not one of our codes; it will get a new one.") % {"code": row.code}
    return ""


def _compare(row: RequirementRow, own: Requirement | None) -> None:
    if own is None:
        row.code, row.kind = "", "NEW"
        return
    names = ("text", "priority", "source")
    row.code = own.code
    row.was = {n: getattr(own, n) for n in names if getattr(own, n) != getattr(row, n)}
    row.kind = "CHANGE" if row.was else "SAME"


def _our_code(code: str) -> str:
    """“r-7” as we write it, R-007; empty when it is no code of ours."""
    letter, dash, digits = code.strip().upper().partition("-")
    if letter != "R" or not dash or not (digits.isascii() and digits.isdecimal()):
        return ""
    return f"R-{int(digits[:9]):03d}"


def _choose(row: RequirementRow, own: Requirement | None, *, priority: str, source: str) -> str:
    """Fill in what is left empty and find the choices by their words; return what is wrong."""
    found_priority = _priority(row.priority)
    found_source = _source(row.source)
    if row.priority and not found_priority:
        return _("“%(word)s” is not one of: %(words)s.") % {
            "word": row.priority,
            "words": ", ".join(str(label) for label in Priority.labels),
        }
    if row.source and not found_source:
        return _("“%(word)s” is not one of: %(words)s.") % {
            "word": row.source,
            "words": ", ".join(str(label) for label in Source.labels),
        }
    row.priority = found_priority or (own.priority if own else priority)
    row.source = found_source or (own.source if own else source)
    row.text = row.text or (own.text if own else "")
    if not row.text:
        return _("The sentence is missing.")
    limit = Requirement._meta.get_field("text").max_length
    if len(row.text) > limit:
        return _("The sentence has %(length)s characters; %(limit)s are the most.") % {
            "length": len(row.text),
            "limit": limit,
        }
    return str(first_unkeepable(row.text, lines=False) or "")


def _refused(own: Requirement, taken: set[str]) -> str:
    if own.code in taken:
        return _("%(code)s stands in the file twice.") % {"code": own.code}
    if own.state in {Requirement.State.ACCEPTED, Requirement.State.DROPPED}:
        return _("%(code)s is “%(state)s” and does not change any more.") % {
            "code": own.code,
            "state": own.get_state_display(),
        }
    return ""


def _priority(word: str) -> str:
    wanted = word.casefold().strip()
    for value, words in PRIORITY_WORDS.items():
        if wanted in {*words, value.casefold(), str(value.label).casefold()}:
            return str(value)
    return ""


def _source(word: str) -> str:
    wanted = word.casefold().strip()
    for value in Source:
        if wanted in {value.casefold(), str(value.label).casefold()}:
            return str(value)
    return ""


def _like_in_words(name: str, *, is_same: bool) -> str:
    if name.startswith("#"):
        same, near = _("Line %(name)s has the same words."), _("Nearly like line %(name)s.")
    else:
        same, near = _("%(name)s has the same words."), _("Nearly like %(name)s.")
    return (same if is_same else near) % {"name": name.removeprefix("#")}


def newest_number(project: Project) -> int:
    """The number that was given last; what is new since a look has a higher one."""
    return project.requirements.aggregate(latest=Max("number"))["latest"] or 0


@transaction.atomic
def import_requirements(
    *, project: Project, rows: list[RequirementRow], latest: int, actor: User, at: datetime
) -> tuple[list[Requirement], list[Requirement]]:
    """Keep the rows that ``check_rows`` found good, all or none; return the new and the changed.

    ``latest`` is what ``newest_number`` said when the rows were looked at: so a page that is
    sent twice adds nothing the second time.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        OthersWereFaster: something was added or changed since the look.
        AlreadySettled: one was accepted or dropped since the look.
    """
    rows = [row for row in rows if not row.error]
    changing = [row for row in rows if row.kind == "CHANGE"]
    present = hold_as_seen(
        project=project, was={row.code: row.was for row in changing}, actor=actor
    )
    if newest_number(project) != latest:
        raise OthersWereFaster(CHANGED_MEANWHILE)
    changed = write_changes(
        [(present[row.code], {name: getattr(row, name) for name in row.was}) for row in changing],
        actor=actor,
        at=at,
    )
    added = [
        write_new(
            project=project, text=row.text, source=row.source, priority=row.priority,
            actor=actor, at=at,
        )
        for row in rows
        if row.kind == "NEW"
    ]  # fmt: skip
    if added or changed:
        record(
            REQUIREMENTS_IMPORTED, subject=project, actor=actor, at=at, project=project,
            details={"added": len(added), "changed": len(changed)},
        )  # fmt: skip
    return added, changed
