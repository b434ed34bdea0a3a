"""Which state may follow which. A table, not a framework."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from implportal.kernel.errors import DomainError

Moves = Mapping[TextChoices, frozenset[TextChoices]]


class IllegalMove(DomainError):
    """The object is not (or no longer) in a state that allows the move."""


def check_move(moves: Moves, *, source: TextChoices, target: TextChoices) -> None:
    """Let the move pass if ``moves`` leads from ``source`` to ``target``.

    Raises:
        IllegalMove: it does not; the message names both states.
    """
    if target not in moves.get(source, frozenset()):
        raise IllegalMove(
            _(
                "This is now “%(source)s” and cannot become “%(target)s”. "
                "Someone may have been faster; look at the page again."
            )
            % {"source": source.label, "target": target.label}
        )
