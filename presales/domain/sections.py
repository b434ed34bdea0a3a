"""Writing the sections of a solution that is a draft. Nothing is lost by writing at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.models import Entry
from implportal.audit.registry import Action
from implportal.documents.domain.images import store_image
from implportal.documents.models import StoredImage
from implportal.kernel.errors import DomainError
from presales.domain.solutions import give_key, locked_draft
from presales.models import Requirement, Solution, SolutionSection

SECTION_ADDED = Action("presales.section_added", gettext_lazy("added the section “%(title)s”"))
SECTION_CHANGED = Action("presales.section_changed", gettext_lazy("wrote in “%(title)s”"))
SECTION_MOVED = Action("presales.section_moved", gettext_lazy("moved the section “%(title)s”"))
SECTION_REMOVED = Action(
    "presales.section_removed", gettext_lazy("removed the section “%(title)s”")
)
SECTION_LINKED = Action(
    "presales.section_linked", gettext_lazy("linked “%(title)s” to %(requirements)s")
)


ONE_ENTRY_HOLDS = timedelta(hours=1)
"""Who goes on writing in a section is put on record once in this time, not at every saving."""


class SomebodyWasFaster(DomainError):
    """The section was saved since this person began to write; ``section`` is what is there."""

    def __init__(self, section: SolutionSection) -> None:
        super().__init__(
            _("%(name)s saved this section while you were writing. Nothing of yours is lost.")
            % {"name": section.edited_by.name}
        )
        self.section = section


class ListHasChanged(DomainError):
    """Somebody added or removed a section meanwhile."""


class OtherProject(DomainError):
    """A requirement of another project cannot be answered here."""


@transaction.atomic
def add_section(
    *,
    solution: Solution,
    title: str,
    level: int,
    actor: User,
    at: datetime,
    markdown: str = "",
    after: SolutionSection | None = None,
) -> SolutionSection:
    """Add a section below ``after``, or at the end.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
    """
    solution = locked_draft(solution, actor=actor)
    if after is None:
        last = solution.sections.aggregate(last=Max("order"))["last"] or 0
        order = last + 1
    else:
        order = solution.sections.get(pk=after.pk).order + 1
        solution.sections.filter(order__gte=order).update(order=F("order") + 1)
    section = SolutionSection.objects.create(
        solution=solution,
        key=give_key(solution),
        order=order,
        level=level,
        title=title.strip(),
        markdown=markdown,
        edited_at=at,
        edited_by=actor,
    )
    solution.save(update_fields=["keys_given"])
    _record(SECTION_ADDED, section, actor=actor, at=at)
    return section


@transaction.atomic
def change_section(
    *,
    section: SolutionSection,
    title: str,
    level: int,
    markdown: str,
    lock_version: int,
    actor: User,
    at: datetime,
) -> SolutionSection:
    """Write a section. ``lock_version`` is the one that the person began to write on.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        SomebodyWasFaster: it was saved in between; nothing is changed.
    """
    locked_draft(section.solution, actor=actor)
    section = _locked(section)
    wanted = {"title": title.strip(), "level": level, "markdown": _lines(markdown)}
    if all(getattr(section, name) == value for name, value in wanted.items()):
        return section
    if section.lock_version != lock_version:
        raise SomebodyWasFaster(section)
    for name, value in wanted.items():
        setattr(section, name, value)
    _save(section, *wanted, actor=actor, at=at)
    if not _is_on_record(section, actor=actor, at=at):
        _record(SECTION_CHANGED, section, actor=actor, at=at)
    return section


@transaction.atomic
def move_section(
    *, section: SolutionSection, direction: Literal["UP", "DOWN"], actor: User, at: datetime
) -> SolutionSection:
    """Change places with the neighbour; at the end of the line nothing happens.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
    """
    solution = locked_draft(section.solution, actor=actor)
    sections = list(solution.sections.in_order())
    place = next(n for n, one in enumerate(sections) if one.pk == section.pk)
    other = place + (1 if direction == "DOWN" else -1)
    if not 0 <= other < len(sections):
        return section
    sections[place], sections[other] = sections[other], sections[place]
    for order, one in enumerate(sections, start=1):
        one.order = order
    SolutionSection.objects.bulk_update(sections, ["order"])
    _record(SECTION_MOVED, sections[other], actor=actor, at=at)
    return sections[other]


@transaction.atomic
def order_sections(
    *, solution: Solution, keys: Sequence[int], actor: User, at: datetime
) -> list[SolutionSection]:
    """Put the sections, named by their primary keys, in this order; levels stay.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        ListHasChanged: these are not exactly the sections that are there.
    """
    solution = locked_draft(solution, actor=actor)
    there = {section.pk: section for section in solution.sections.in_order()}
    if sorted(keys) != sorted(there):
        raise ListHasChanged(_("The list has changed since you opened it. Reload the page."))
    before = list(there)
    ordered = [there[key] for key in keys]
    for order, section in enumerate(ordered, start=1):
        section.order = order
    SolutionSection.objects.bulk_update(ordered, ["order"], batch_size=100)
    if before != list(keys):
        _record(SECTION_MOVED, _moved(there, before, list(keys)), actor=actor, at=at)
    return ordered


def _moved(
    there: dict[int, SolutionSection], before: list[int], after: list[int]
) -> SolutionSection:
    """Return the one that somebody took and put elsewhere."""
    first = next(n for n, (was, now) in enumerate(zip(before, after, strict=True)) if was != now)
    down = before[first]
    return there[down if before[first + 1] == after[first] else after[first]]


@transaction.atomic
def remove_section(*, section: SolutionSection, actor: User, at: datetime) -> None:
    """Take a section out; frozen versions keep it.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
    """
    locked_draft(section.solution, actor=actor)
    section = _locked(section)
    _record(SECTION_REMOVED, section, actor=actor, at=at)
    section.delete()


@transaction.atomic
def link_requirements(
    *,
    section: SolutionSection,
    requirements: Iterable[Requirement],
    actor: User,
    at: datetime,
) -> SolutionSection:
    """Say which requirements a section answers; exactly these from now on.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        OtherProject: one of them belongs to another project.
    """
    solution = locked_draft(section.solution, actor=actor)
    section = _locked(section)
    wanted = sorted(requirements, key=lambda requirement: requirement.number)
    if any(requirement.project_id != solution.project_id for requirement in wanted):
        raise OtherProject(_("That requirement belongs to another project."))
    if set(section.requirements.all()) == set(wanted):
        return section
    section.requirements.set(wanted)
    codes = ", ".join(requirement.code for requirement in wanted) or _("no requirement")
    _record(SECTION_LINKED, section, actor=actor, at=at, requirements=codes)
    return section


@transaction.atomic
def add_picture(
    *, section: SolutionSection, data: bytes, name: str, description: str, actor: User, at: datetime
) -> StoredImage:
    """Keep a picture and show it at the end of the section.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        BadImage: it is not a PNG, JPEG or WebP that can be read, or too large.
    """
    solution = locked_draft(section.solution, actor=actor)
    section = _locked(section)
    image = store_image(project=solution.project, data=data, actor=actor, at=at, name=name)
    line = picture_line(image, description)
    section.markdown = f"{section.markdown}\n\n{line}".lstrip("\n")
    _save(section, "markdown", actor=actor, at=at)
    _record(SECTION_CHANGED, section, actor=actor, at=at)
    return image


@transaction.atomic
def keep_picture(
    *, section: SolutionSection, data: bytes, name: str, actor: User, at: datetime
) -> StoredImage:
    """Keep a picture that was put into the text while it is written; the text shows it later.

    Raises:
        NotAllowed, ProjectNotRunning, NotBeingWritten: see ``locked_draft``.
        BadImage: it is not a PNG, JPEG or WebP that can be read, or too large.
    """
    solution = locked_draft(section.solution, actor=actor)
    return store_image(project=solution.project, data=data, actor=actor, at=at, name=name)


def picture_line(image: StoredImage, description: str) -> str:
    """Return the Markdown that shows ``image``."""
    words = " ".join(description.split()).translate(str.maketrans("[]\\<>", "()/()"))
    return f"![{words}](image:{image.sha256})"


def _locked(section: SolutionSection) -> SolutionSection:
    return (
        SolutionSection.objects.select_for_update(of=("self",))
        .select_related("solution__project", "edited_by")
        .get(pk=section.pk)
    )


def _save(section: SolutionSection, *fields: str, actor: User, at: datetime) -> None:
    section.lock_version += 1
    section.edited_at, section.edited_by = at, actor
    section.save(update_fields=[*fields, "lock_version", "edited_at", "edited_by"])


def _is_on_record(section: SolutionSection, *, actor: User, at: datetime) -> bool:
    return (
        Entry.objects.of_project(section.solution.project_id)
        .filter(
            action=SECTION_CHANGED.key,
            actor=actor,
            at__gt=at - ONE_ENTRY_HOLDS,
            details__key=section.key,
            details__title=section.title,
        )
        .exists()
    )


def _lines(text: str) -> str:
    """Return a text that was not touched equal: browsers send other line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _record(
    action: Action, section: SolutionSection, *, actor: User, at: datetime, **details: str
) -> None:
    solution = section.solution
    record(
        action,
        subject=solution,
        actor=actor,
        at=at,
        project=solution.project,
        details={"title": section.title, "key": section.key, **details},
    )
