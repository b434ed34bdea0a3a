"""Notes that save themselves while somebody writes, perhaps two people at once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from implportal.kernel.errors import DomainError
from presales.models import Interview, Topic

Noted = Topic | Interview


class NotesWereChanged(DomainError):
    """Somebody else has saved since the writer read them; ``theirs`` holds what is there."""

    def __init__(self, theirs: Noted) -> None:
        super().__init__(
            _("Somebody else has saved these notes meanwhile. Nothing of yours is lost.")
        )
        self.theirs = theirs


def put_notes(subject: Noted, notes: str, *, based_on: int) -> bool:
    """Keep ``notes`` on ``subject``, whose row the caller holds; False where they are the same.

    ``based_on`` is the ``revision`` that the writer has seen.

    Raises:
        NotesWereChanged: what is there is not what the writer has seen; nothing is kept.
    """
    if subject.notes == notes:
        return False
    if based_on != subject.revision:
        raise NotesWereChanged(subject)
    subject.notes = notes
    subject.revision += 1
    subject.save(update_fields=["notes", "revision"])
    return True
