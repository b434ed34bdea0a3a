"""Starting a solution document, and what of it is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.domain.content import SectionInput, build_content
from implportal.documents.outline import own_number
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.numbers import next_number
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Project, Step
from implportal.projects.permissions import may_contribute
from presales.domain.glossary import (
    GLOSSARY_KEY,
    glossary_markdown,
    occurs,
    plain_text,
    words_explained,
)
from presales.domain.solution_template import STANDARD
from presales.domain.variables import put_in, put_in_known, variables_of
from presales.models import Requirement, Solution, SolutionSection, SolutionTemplate

SOLUTION_STARTED = Action(
    "presales.solution_started", gettext_lazy("started the solution %(number)s “%(title)s”")
)
SOLUTION_CHANGED = Action(
    "presales.solution_changed", gettext_lazy("changed title or summary of the solution %(number)s")
)


class SolutionExists(DomainError):
    """A project has one living solution; it is written on, not started again."""


class NotBeingWritten(DomainError):
    """The solution is with the customer, signed or withdrawn; its text rests."""


@transaction.atomic
def start_from_template(
    *,
    project: Project,
    title: str,
    actor: User,
    at: datetime,
    summary: str = "",
    template: SolutionTemplate | None = None,
) -> Solution:
    """Start a solution with the headings and texts of a template, or the standard headings.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        SolutionExists: the project has a living solution.
    """
    solution = start_solution(project=project, title=title, summary=summary, actor=actor, at=at)
    parts = template.sections.order_by("order", "pk") if template else STANDARD
    SolutionSection.objects.bulk_create(
        SolutionSection(
            solution=solution,
            key=give_key(solution),
            order=order,
            level=part.level,
            title=str(part.title),
            hint=str(part.hint),
            markdown=part.markdown,
            edited_at=at,
            edited_by=actor,
        )
        for order, part in enumerate(parts, start=1)
    )
    solution.save(update_fields=["keys_given"])
    return solution


@transaction.atomic
def start_solution(
    *,
    project: Project,
    title: str,
    actor: User,
    at: datetime,
    subtitle: str = "",
    summary: str = "",
) -> Solution:
    """Start a solution without any section. Raises as ``start_from_template``."""
    project = Project.objects.locked(project.pk)
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)
    if Solution.objects.live().filter(project=project).exists():
        raise SolutionExists(_("This project has a solution already. Go on writing there."))
    solution = Solution.objects.create(
        project=project,
        number=f"SD-{at.year}-{next_number(series='SOLUTION', year=at.year):04d}",
        title=title.strip(),
        subtitle=subtitle,
        summary=summary,
        state_since=at,
        created_at=at,
        created_by=actor,
    )
    advance_step(
        project=project,
        key="solution",
        state=Step.State.IN_PROGRESS,
        actor=actor,
        at=at,
        next_step=_("Write %(number)s and send it to the customer") % {"number": solution.number},
    )
    record(
        SOLUTION_STARTED,
        subject=solution,
        actor=actor,
        at=at,
        project=project,
        details={"number": solution.number, "title": solution.title},
    )
    return solution


@transaction.atomic
def change_solution(
    *, solution: Solution, title: str, subtitle: str, summary: str, actor: User, at: datetime
) -> Solution:
    """Change what stands on the title page. Raises as ``locked_draft``."""
    solution = locked_draft(solution, actor=actor)
    wanted = {"title": title.strip(), "subtitle": subtitle.strip(), "summary": summary.strip()}
    changed = [name for name, value in wanted.items() if getattr(solution, name) != value]
    if not changed:
        return solution
    for name in changed:
        setattr(solution, name, wanted[name])
    solution.save(update_fields=changed)
    record(
        SOLUTION_CHANGED,
        subject=solution,
        actor=actor,
        at=at,
        project=solution.project,
        details={"number": solution.number},
    )
    return solution


def locked_draft(solution: Solution, *, actor: User) -> Solution:
    """Re-read a solution that ``actor`` may write on now, holding its row.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        NotBeingWritten: its text rests; the message says what to do.
    """
    solution = Solution.objects.locked(solution.pk)
    if not may_contribute(actor, solution.project):
        raise NotAllowed
    check_running(solution.project)
    if not solution.is_draft:
        raise NotBeingWritten(
            _("The solution is “%(state)s”, so its text rests. Choose “Revise” to write on.")
            % {"state": Solution.State(solution.state).label}
        )
    return solution


def give_key(solution: Solution) -> str:
    """Return the next section key of a locked solution; the caller saves ``keys_given``."""
    solution.keys_given += 1
    return f"s{solution.keys_given}"


def solution_content(solution: Solution, *, at: datetime, is_final: bool = True) -> dict[str, Any]:
    """Make what is frozen of ``solution``: its sections as they are now, variables put in.

    What is only looked at (not ``is_final``) may hold variables that stand for nothing.

    Raises:
        MissingImage: a section shows a picture that the project does not have.
        UnknownVariable: a variable stands for nothing, or for a fact that is not set.
    """
    project = solution.project
    values = variables_of(solution, on=timezone.localdate(at))
    sections = list(
        solution.sections.in_order().prefetch_related(
            Prefetch("requirements", queryset=Requirement.objects.order_by("number", "pk"))
        )
    )
    if is_final:
        for section in sections:
            put_in(section.markdown, values, section=section.title)
    final = final_texts(solution, sections, values)
    parts = [
        SectionInput(
            key=section.key,
            title=section.title,
            markdown=final.texts[section.key],
            level=section.level,
            requirements=[requirement.code for requirement in section.requirements.all()],
        )
        for section in sections
    ]
    if GLOSSARY_KEY in final.texts:
        last = final.texts[GLOSSARY_KEY]
        parts.append(SectionInput(key=GLOSSARY_KEY, title=_("Glossary"), markdown=last))
    content = build_content(
        project=project,
        number=solution.number,
        title=solution.title,
        subtitle=solution.subtitle,
        date=timezone.localdate(at),
        language=project.customer.language,
        facts=[(_("Written by"), project.implementation_manager.name)],
        sections=parts,
    )
    if final.words:
        content["words"] = final.words
    return content


@dataclass(frozen=True)
class FinalTexts:
    """``texts`` by the key of the section; ``words`` are those explained that each one uses."""

    texts: dict[str, str]
    words: dict[str, list[list[str]]]


def final_texts(
    solution: Solution, sections: Sequence[SolutionSection], values: Mapping[str, str]
) -> FinalTexts:
    """Return the texts as they are sent: variables put in, words explained at the end. One query.

    The table of words stands below a section that is called "Glossary", else in one of its own.
    """
    texts = {section.key: put_in_known(section.markdown, values) for section in sections}
    own = next((section.key for section in sections if _is_glossary(section)), None)
    written = {key: text for key, text in texts.items() if key != own}
    explained = words_explained(solution.project, written.values())
    if not explained:
        return FinalTexts(texts, {})
    key = own or GLOSSARY_KEY
    texts[key] = f"{texts.get(key, '')}\n\n{glossary_markdown(explained)}".lstrip("\n")
    used = {
        key: [[word, meaning] for word, meaning in explained if occurs(word, plain_text(text))]
        for key, text in written.items()
    }
    return FinalTexts(texts, {key: words for key, words in used.items() if words})


def _is_glossary(section: SolutionSection) -> bool:
    return own_number(section.title)[1].strip().casefold() in {"glossary", _("Glossary").casefold()}


def unanswered_musts(project: Project) -> list[Requirement]:
    """Must-requirements in force that no section of the living solution answers. One query."""
    musts = project.requirements.in_force().filter(priority=Requirement.Priority.MUST)
    return list(musts.with_coverage().filter(is_covered=False).order_by("number", "pk"))


def empty_sections(sections: Iterable[SolutionSection]) -> list[SolutionSection]:
    """Sections without text that are not merely a heading above deeper ones."""
    sections = list(sections)
    return [
        section
        for section, after in zip_longest(sections, sections[1:])
        if not section.markdown.strip() and (after is None or after.level <= section.level)
    ]
