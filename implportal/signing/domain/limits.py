"""How often somebody behind a link may say the same kind of thing anew."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _

from implportal.audit.models import Entry
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError

ANSWERS_A_DAY = 20
"""Who changes their mind more often is a program, and would fill the record and our mail."""


class TooManyAnswers(DomainError):
    """The answer was changed too often in the last 24 hours."""


def check_answers(action: Action, *, subject: models.Model, name: str, at: datetime) -> None:
    """Let ``name`` put ``action`` on record about ``subject``, whose row is locked.

    Counted on the record itself, whichever link or process takes the answers.

    Raises:
        TooManyAnswers: for today that was enough.
    """
    said = Entry.objects.of_subject(subject).filter(
        action=action.key, actor=None, actor_name=name[:200], at__gt=at - timedelta(days=1)
    )
    if said.count() >= ANSWERS_A_DAY:
        raise TooManyAnswers(
            _("You have changed your answer often today. Please write to the sender instead.")
        )
