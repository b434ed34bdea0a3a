"""The kinds of documents that pre-sales freezes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from implportal.documents.registry import DocumentKind, register_kind
from presales.domain import introductions, review

register_kind(
    DocumentKind(
        key=review.KIND,
        title=_("Solution"),
        prefix="SD",
        signable=True,
        code_required=True,
        on_signed=review.note_signed,
        on_sent=review.note_to_sign,
        on_ended=review.note_ended,
    )
)
register_kind(
    DocumentKind(
        key=introductions.KIND,
        title=_("Company introduction"),
        prefix=introductions.PREFIX,
        answer_route="presales:introduction_feedback",
    )
)
