"""PDFs of what a page shows now: made beside the request, kept for an hour, frozen nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.cache import cache
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.celery import send_on_commit
from implportal.documents.workers import Job, RenderingStopped, lay_out_apart
from implportal.kernel.errors import DomainError
from implportal.projects.models import Project

KEPT_SECONDS = 3600
USUALLY_WITHIN = timedelta(minutes=2)
"""After that nobody is making it any more: the queue was away, or the worker died."""


class PrintoutState(StrEnum):
    WAITING = "WAITING"
    READY = "READY"
    FAILED = "FAILED"


class PrintoutIsGone(DomainError):
    """The hour is over, or somebody else asked for it."""


@dataclass(frozen=True, kw_only=True)
class Printout:
    """A PDF that one person asked for. ``back`` is the address of the page it shows."""

    project_id: int
    actor_id: int
    title: str
    file_name: str
    back: str
    html: str
    images: Mapping[str, tuple[bytes, str]]
    asked_at: datetime
    state: PrintoutState = PrintoutState.WAITING
    pdf: bytes = b""
    failure: str = ""

    def is_late(self, now: datetime) -> bool:
        return self.state == PrintoutState.WAITING and now - self.asked_at > USUALLY_WITHIN


def ask_for_printout(
    *,
    project: Project,
    html: str,
    title: str,
    file_name: str,
    back: str,
    actor: User,
    at: datetime,
    images: Mapping[str, tuple[bytes, str]] | None = None,
) -> str:
    """Let a worker lay out a page of HTML as PDF; return the word by which ``actor`` gets it.

    Shown while it is made, and then to be had, at ``documents:printout_detail`` (``project_pk``,
    ``word``). The page uses the print style of documents; what it holds is escaped already.
    """
    word = secrets.token_urlsafe(16)
    printout = Printout(
        project_id=project.pk, actor_id=actor.pk, title=title, file_name=file_name, back=back,
        html=html, images=images or {}, asked_at=at,
    )  # fmt: skip
    cache.set(_key(word), printout, KEPT_SECONDS)
    send_on_commit("documents.print", word=word)
    return word


def lay_out_printout(*, word: str) -> None:
    """Lay out one printout. What is there already, or asked for no longer, is left alone."""
    printout = cache.get(_key(word))
    if printout is None or printout.state != PrintoutState.WAITING:
        return
    try:
        pdf = lay_out_apart(Job(printout.html, printout.images))
    except RenderingStopped as stopped:
        done = replace(printout, state=PrintoutState.FAILED, failure=str(stopped), html="")
    else:
        done = replace(printout, state=PrintoutState.READY, pdf=pdf, html="", images={})
    cache.set(_key(word), done, KEPT_SECONDS)


def printout_of(*, word: str, project: Project, actor: User) -> Printout:
    """Return what ``actor`` asked for in ``project``.

    Raises:
        PrintoutIsGone: it is not kept any more, or belongs to somebody or somewhere else.
    """
    printout = cache.get(_key(word))
    if printout is None or (printout.project_id, printout.actor_id) != (project.pk, actor.pk):
        raise PrintoutIsGone(_("This PDF is not kept any more. Ask for it again."))
    return printout


def _key(word: str) -> str:
    return f"printout:{word}"
