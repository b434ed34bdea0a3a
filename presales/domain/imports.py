"""Solutions from Markdown and Word files: a new one, or the revised text of one being written."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.domain.images import store_image
from implportal.documents.manuscript import read_markdown
from implportal.documents.markdown import to_html
from implportal.documents.outline import ParsedDocument, ParsedSection
from implportal.kernel.errors import DomainError
from implportal.projects.models import Project
from presales.domain.imports_partners import partners_of
from presales.domain.solutions import give_key, locked_draft, start_solution
from presales.domain.word_import import read_word
from presales.models import Solution, SolutionSection

MAX_SECTIONS = 400

SOLUTION_IMPORTED = Action(
    "presales.solution_imported",
    gettext_lazy(
        "imported a file into %(number)s: %(added)s sections added, %(changed)s changed, "
        "%(removed)s removed"
    ),
)


class TooManySections(DomainError):
    """Nobody reads a document of that many sections, and comparing them takes too long."""


class HeadingTooLong(DomainError):
    """A heading is longer than can be stored; cutting it would lose words."""


class TextHasMoved(DomainError):
    """The sections changed between the preview and the import."""


class Change(StrEnum):
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    SAME = "SAME"
    REMOVED = "REMOVED"


@dataclass(frozen=True)
class PlannedSection:
    """What an import will do with one section. ``section`` is None for a new one."""

    change: Change
    level: int
    title: str
    markdown: str
    section: SolutionSection | None = None


@dataclass(frozen=True)
class ImportPlan:
    """What a revised file changes. ``state_token`` says on which text it was worked out."""

    document: ParsedDocument
    sections: list[PlannedSection]
    removed: list[SolutionSection]
    state_token: str

    @property
    def added(self) -> int:
        return self._count(Change.ADDED)

    @property
    def changed(self) -> int:
        return self._count(Change.CHANGED)

    @property
    def same(self) -> int:
        return self._count(Change.SAME)

    def _count(self, change: Change) -> int:
        return sum(planned.change == change for planned in self.sections)


OLD_WORD, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
PREVIEW_SECONDS = 3600


class NotAWordFile(DomainError):
    """The name says Word, the content does not."""


class PreviewIsGone(DomainError):
    """The file whose effect was shown is not kept any more."""


def is_word(data: bytes) -> bool:
    """Tell by its first bytes, not by its name, whether a file is to be read as DOCX."""
    return data.startswith(ZIP)


def read_file(data: bytes, *, name: str = "") -> ParsedDocument:
    """Read an uploaded file, Markdown or DOCX by its content, as the text of a solution.

    Raises:
        NotAWordFile: an old .doc, or something else under the name .docx.
        BadWordFile, BadArchive, BadMarkdown, TooManySections, HeadingTooLong.
    """
    if is_word(data):
        return check_fits(read_word(data))
    if data.startswith(OLD_WORD):
        raise NotAWordFile(_("This is an old Word file (.doc). Save it as .docx and try again."))
    if name.lower().endswith((".docx", ".docm", ".doc")):
        raise NotAWordFile(_("The name says Word, but this is no Word file. Save it as .docx."))
    return read_solution(data)


def read_solution(data: bytes) -> ParsedDocument:
    """Read a Markdown file as the text of a solution; nothing is stored.

    Raises:
        BadMarkdown: see ``documents.markdown.read_markdown``.
        TooManySections, HeadingTooLong: it does not fit a solution.
    """
    return check_fits(read_markdown(data))


def check_fits(document: ParsedDocument) -> ParsedDocument:
    """Let pass what fits a solution.

    Raises:
        TooManySections, HeadingTooLong.
    """
    if len(document.sections) > MAX_SECTIONS:
        raise TooManySections(
            _("The text has %(sections)s headings. At most %(limit)s can be taken.")
            % {"sections": len(document.sections), "limit": MAX_SECTIONS}
        )
    title_limit = Solution._meta.get_field("title").max_length
    heading_limit = SolutionSection._meta.get_field("title").max_length
    headings = [(section.heading, heading_limit) for section in document.sections]
    for heading, limit in [(document.title, title_limit), *headings]:
        if len(heading) > limit:
            raise HeadingTooLong(
                _(
                    "The heading “%(heading)s…” is longer than %(limit)s characters. "
                    "Shorten it, and move the rest below it."
                )
                % {"heading": heading[:60], "limit": limit}
            )
    return document


def keep_for_preview(*, place: Solution | Project, document: ParsedDocument, actor: User) -> str:
    """Keep a read file with its pictures for an hour, while ``actor`` looks at its effect.

    Returns the word by which only ``actor`` gets it again, for the solution that it revises or
    the project that it begins one in.
    """
    word = secrets.token_urlsafe(16)
    cache.set(_preview_key(place, actor, word), document, PREVIEW_SECONDS)
    return word


def kept_for_preview(*, place: Solution | Project, word: str, actor: User) -> ParsedDocument:
    """Return what ``keep_for_preview`` kept.

    Raises:
        PreviewIsGone: the hour is over.
    """
    document = cache.get(_preview_key(place, actor, word))
    if document is None:
        raise PreviewIsGone(_("This preview is too old. Choose the file again."))
    return document


def _preview_key(place: Solution | Project, actor: User, word: str) -> str:
    seen = f"{place._meta.label}:{place.pk}:{actor.pk}:{word}".encode()
    return f"solution-import:{hashlib.sha256(seen).hexdigest()}"


@transaction.atomic
def import_solution(
    *, project: Project, document: ParsedDocument, title: str, actor: User, at: datetime
) -> Solution:
    """Start a solution from a file that was read; every section becomes one of its own.

    The title is ``title``, else that of the document, else the project's.

    Raises:
        NotAllowed, ProjectNotRunning, SolutionExists: see ``start_from_template``.
        BadImage: a picture inside the file cannot be read.
    """
    solution = start_solution(
        project=project,
        title=(title.strip() or document.title or project.title)[:200],
        subtitle=document.subtitle[:200],
        actor=actor,
        at=at,
    )
    _apply(solution, plan_import(solution=solution, document=document), actor=actor, at=at)
    return solution


def plan_import(*, solution: Solution, document: ParsedDocument) -> ImportPlan:
    """Work out what importing ``document`` into ``solution`` changes; nothing is stored.

    A section of the file continues an existing one if their headings agree (first with
    number and the heading above, then without, then the title alone), else if enough of
    their words do. What continues keeps its key, so a comparison shows true changes.
    """
    existing = list(solution.sections.in_order().prefetch_related("requirements"))
    partners = partners_of(existing, document.sections)
    planned = [
        PlannedSection(
            _change(partners.get(index), section),
            section.level,
            section.heading,
            section.body,
            partners.get(index),
        )
        for index, section in enumerate(document.sections)
    ]
    kept = {section.pk for section in partners.values()}
    return ImportPlan(
        document,
        planned,
        [section for section in existing if section.pk not in kept],
        _state_token(existing),
    )


@transaction.atomic
def reimport_solution(
    *,
    solution: Solution,
    document: ParsedDocument,
    state_token: str,
    actor: User,
    at: datetime,
) -> ImportPlan:
    """Replace the text of a draft by a revised file, as the plan with ``state_token`` showed.

    Title and subtitle follow the file where it has them. Requirements stay linked to
    sections that continue.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        TextHasMoved: somebody wrote since the preview; nothing is changed.
        BadImage: a picture inside the file cannot be read.
    """
    solution = locked_draft(solution, actor=actor)
    plan = plan_import(solution=solution, document=document)
    if plan.state_token != state_token:
        raise TextHasMoved(
            _("Somebody changed the solution since this preview. Look at what changes now.")
        )
    solution.title = document.title or solution.title
    solution.subtitle = document.subtitle[:200] or solution.subtitle
    _apply(solution, plan, actor=actor, at=at)
    return plan


def _apply(solution: Solution, plan: ImportPlan, *, actor: User, at: datetime) -> None:
    for data in plan.document.images.values():
        store_image(project=solution.project, data=data, actor=actor, at=at)
    solution.sections.filter(pk__in=[section.pk for section in plan.removed]).delete()
    new: list[SolutionSection] = []
    kept: list[SolutionSection] = []
    for order, planned in enumerate(plan.sections, start=1):
        section = planned.section or SolutionSection(
            solution=solution, key=give_key(solution), lock_version=0
        )
        section.order, section.level = order, planned.level
        section.title, section.markdown = planned.title, planned.markdown
        if planned.change != Change.SAME:
            section.lock_version += 1
            section.edited_at, section.edited_by = at, actor
        (kept if planned.section else new).append(section)
    SolutionSection.objects.bulk_create(new)
    SolutionSection.objects.bulk_update(
        kept,
        ["order", "level", "title", "markdown", "lock_version", "edited_at", "edited_by"],
        batch_size=100,
    )
    solution.save(update_fields=["keys_given", "title", "subtitle"])
    record(
        SOLUTION_IMPORTED,
        subject=solution,
        actor=actor,
        at=at,
        project=solution.project,
        details={
            "number": solution.number,
            "added": plan.added,
            "changed": plan.changed,
            "removed": len(plan.removed),
        },
    )


def _change(old: SolutionSection | None, new: ParsedSection) -> Change:
    if old is None:
        return Change.ADDED
    same = (old.title, old.level) == (new.heading, new.level) and (
        old.markdown == new.body or _shown(old.markdown) == _shown(new.body)
    )
    return Change.SAME if same else Change.CHANGED


def _shown(markdown: str) -> list[str]:
    """What a reader sees: a line broken elsewhere is no change."""
    return to_html(markdown).split()


def _state_token(sections: Iterable[SolutionSection]) -> str:
    state = [(section.pk, section.order, section.lock_version) for section in sections]
    return hashlib.sha256(repr(state).encode()).hexdigest()[:32]
