"""What the team says about sections among itself. Nothing of it ever leaves the house.

Texts of comments are in no frozen content and in no entry of the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.models import SectionComment, Solution, SolutionSection

COMMENT_WRITTEN = Action(
    "presales.comment_written", gettext_lazy("commented for the team on “%(title)s”")
)
COMMENT_RESOLVED = Action(
    "presales.comment_resolved", gettext_lazy("resolved a comment of the team on “%(title)s”")
)
COMMENT_REOPENED = Action(
    "presales.comment_reopened", gettext_lazy("reopened a comment of the team on “%(title)s”")
)


class ThreadIsResolved(DomainError):
    """Who has more to say reopens the thread first."""


class NothingSaid(DomainError):
    """A comment has words."""


@transaction.atomic
def write_comment(
    *,
    section: SolutionSection,
    text: str,
    actor: User,
    at: datetime,
    thread: SectionComment | None = None,
) -> SectionComment:
    """Say something about a section, or (with ``thread``) answer what somebody said.

    Whatever the state of the solution: the team also talks about what the customer reads now.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning, NothingSaid.
        ThreadIsResolved: the thread was resolved, perhaps a moment ago.
    """
    _check_may(actor, section.solution.project)
    if not text.strip():
        raise NothingSaid(_("Write what you want to say."))
    if thread and _locked(thread).resolved_at:
        raise ThreadIsResolved(_("This is resolved. Reopen it to go on talking about it."))
    comment = SectionComment.objects.create(
        solution=section.solution,
        section=section,
        section_title=section.title,
        thread=thread,
        text=text.strip(),
        author=actor,
        written_at=at,
    )
    _record(COMMENT_WRITTEN, comment, actor=actor, at=at)
    return comment


@transaction.atomic
def resolve_comment(*, comment: SectionComment, actor: User, at: datetime) -> SectionComment:
    """Say that nothing is left to do about a thread. Twice is as good as once.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning.
    """
    return _set_resolved(comment, COMMENT_RESOLVED, actor=actor, at=at, is_resolved=True)


@transaction.atomic
def reopen_comment(*, comment: SectionComment, actor: User, at: datetime) -> SectionComment:
    """Take up a thread again. Raises as ``resolve_comment``."""
    return _set_resolved(comment, COMMENT_REOPENED, actor=actor, at=at, is_resolved=False)


def _set_resolved(
    comment: SectionComment, action: Action, *, actor: User, at: datetime, is_resolved: bool
) -> SectionComment:
    comment = _locked(comment)
    _check_may(actor, comment.solution.project)
    if bool(comment.resolved_at) == is_resolved:
        return comment
    comment.resolved_at = at if is_resolved else None
    comment.resolved_by = actor if is_resolved else None
    comment.save(update_fields=["resolved_at", "resolved_by"])
    _record(action, comment, actor=actor, at=at)
    return comment


def threads_of(section: SolutionSection) -> list[SectionComment]:
    """Return the threads about a section, those still open first. Two queries."""
    threads = section.comments.threads().select_related("author", "resolved_by")
    answers = SectionComment.objects.select_related("author").order_by("written_at", "pk")
    found = threads.prefetch_related(Prefetch("answers", queryset=answers)).order_by(
        "written_at", "pk"
    )
    return sorted(found, key=lambda thread: thread.resolved_at is not None)


def open_comments(solution: Solution) -> dict[int | None, int]:
    """Return how many threads are open, by section (None: of sections that are gone)."""
    counted = solution.comments.open().values_list("section").annotate(n=Count("pk"))
    return dict(counted.order_by("section"))


@dataclass(frozen=True)
class WaitingComments:
    solution: Solution
    open: int
    since: datetime


def comments_for(user: User, projects: Iterable[Project]) -> list[WaitingComments]:
    """Return the living solutions of ``projects`` with open threads whose last word others had.

    Two queries.
    """
    threads = (
        SectionComment.objects.open()
        .filter(~Q(solution__state=Solution.State.WITHDRAWN), solution__project__in=projects)
        .select_related("solution__project")
        .prefetch_related(
            Prefetch("answers", queryset=SectionComment.objects.order_by("written_at", "pk"))
        )
    )
    found: dict[int, WaitingComments] = {}
    for thread in threads.order_by("written_at", "pk"):
        last = [thread, *thread.answers.all()][-1]
        if last.author_id != user.pk:
            before = found.get(thread.solution_id)
            found[thread.solution_id] = WaitingComments(
                thread.solution,
                before.open + 1 if before else 1,
                min(before.since, last.written_at) if before else last.written_at,
            )
    return list(found.values())


def _check_may(actor: User, project: Project) -> None:
    if not may_contribute(actor, project):
        raise NotAllowed
    check_running(project)


def _locked(comment: SectionComment) -> SectionComment:
    return (
        SectionComment.objects.select_for_update(of=("self",))
        .select_related("solution__project")
        .get(pk=comment.pk)
    )


def _record(action: Action, comment: SectionComment, *, actor: User, at: datetime) -> None:
    record(
        action,
        subject=comment.solution,
        actor=actor,
        at=at,
        project=comment.solution.project,
        details={"title": comment.section_title},
    )
