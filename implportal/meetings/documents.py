"""The kind of document that minutes are frozen as."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from implportal.documents.registry import DocumentKind, register_kind
from implportal.meetings.domain import minutes

register_kind(
    DocumentKind(
        key=minutes.KIND,
        title=_("Minutes"),
        prefix=minutes.PREFIX,
        signable=True,
        to_confirm=True,
        on_rendered=minutes.send_when_ready,
        on_signed=minutes.note_confirmed,
        on_ended=minutes.note_ended,
    )
)
