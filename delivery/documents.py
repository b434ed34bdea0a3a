"""The kind of document that a customer signs during the delivery."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from delivery.domain import changes_document, changes_signing
from implportal.documents.registry import DocumentKind, register_kind

register_kind(
    DocumentKind(
        key=changes_document.KIND,
        title=_("Change request"),
        prefix="CR",
        signable=True,
        code_required=True,
        tells_money=True,
        on_sent=changes_signing.note_sent,
        on_signed=changes_signing.note_signed,
        on_ended=changes_signing.note_ended,
    )
)
