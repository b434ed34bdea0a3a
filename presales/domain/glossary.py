"""Words that readers may not know: kept for the company or one project, explained where used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.documents.domain.content import table
from implportal.documents.outline import fenced_lines
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.projects.domain.projects import check_running
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.models import GlossaryTerm
from presales.permissions import may_edit_templates

TERM_SAVED = Action("presales.term_saved", gettext_lazy("explained the word “%(term)s”"))
TERM_REMOVED = Action(
    "presales.term_removed", gettext_lazy("took the word “%(term)s” out of the glossary")
)

GLOSSARY_KEY = "glossary"
"""Of the section that is added when a solution is sent; others have "s" and a number."""
# The lengths have bounds, so that a text of brackets alone is not read to its end for each.
_NOT_SHOWN = re.compile(
    r"`[^`\n]*`|!?\[[^\]\n]{0,300}\]\(image:[^)\n]{0,300}\)|\]\([^)\n]{0,300}\)|https?://\S+"
)


class AlreadyExplained(DomainError):
    """One word, one explanation, here."""


def may_edit_term(user: User, project: Project | None) -> bool:
    """The company's words as its templates; a project's words by who works on it."""
    return may_contribute(user, project) if project else may_edit_templates(user)


@transaction.atomic
def save_term(
    *,
    term: GlossaryTerm | None,
    project: Project | None,
    word: str,
    explanation: str,
    actor: User,
    at: datetime,
) -> GlossaryTerm:
    """Explain a word, for one project or (None) for all.

    Raises:
        NotAllowed, ProjectNotRunning.
        AlreadyExplained: the word is there already.
    """
    project = term.project if term else project
    _check_may(actor, project)
    term = term or GlossaryTerm(project=project)
    term.term, term.explanation = " ".join(word.split()), " ".join(explanation.split())
    term.changed_at, term.changed_by = at, actor
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError as error:
        raise AlreadyExplained(
            _("“%(word)s” is explained already.") % {"word": term.term}
        ) from error
    _record(TERM_SAVED, term, actor=actor, at=at)
    return term


@transaction.atomic
def remove_term(*, term: GlossaryTerm, actor: User, at: datetime) -> None:
    """Explain a word no longer; frozen versions keep it. Raises as ``save_term``."""
    _check_may(actor, term.project)
    _record(TERM_REMOVED, term, actor=actor, at=at)
    term.delete()


def words_explained(project: Project, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return (word, explanation) of those words that occur in ``texts``, by the alphabet.

    The project's own explanation counts before the company's. What stands in code, in
    addresses or in names of pictures is no use of a word. One query.
    """
    text = "\n".join(plain_text(text) for text in texts)
    chosen: dict[str, GlossaryTerm] = {}
    terms = GlossaryTerm.objects.filter(Q(project=None) | Q(project=project))
    for term in terms.order_by("pk"):
        if term.project_id or term.term.casefold() not in chosen:
            chosen[term.term.casefold()] = term
    found = [term for term in chosen.values() if occurs(term.term, text)]
    return [
        (term.term, term.explanation)
        for term in sorted(found, key=lambda term: term.term.casefold())
    ]


def occurs(word: str, text: str) -> bool:
    """Tell whether a word stands in a text, not merely inside another word.

    A word with a capital after its first letter ("EHR", "iPad") is looked for as it is
    written; others in any case. Languages without blanks know no inside.
    """
    if len(word) == 1 or word[1:] == word[1:].casefold():
        word, text = word.casefold(), text.casefold()
    if not (word[0].isascii() and word[-1].isascii()):
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def glossary_markdown(words: Iterable[tuple[str, str]]) -> str:
    """Return the table of the glossary."""
    return table([_("Word"), _("What it means")], words)


def plain_text(text: str) -> str:
    """Return Markdown without what is code, an address or the name of a picture."""
    lines = text.splitlines()
    fenced = fenced_lines(lines)
    kept = (line for number, line in enumerate(lines) if number not in fenced)
    return _NOT_SHOWN.sub(" ", "\n".join(kept))


def _check_may(actor: User, project: Project | None) -> None:
    if not may_edit_term(actor, project):
        raise NotAllowed
    if project:
        check_running(project)


def _record(action: Action, term: GlossaryTerm, *, actor: User, at: datetime) -> None:
    record(
        action,
        subject=term,
        actor=actor,
        at=at,
        project=term.project,
        details={"term": term.term},
    )
