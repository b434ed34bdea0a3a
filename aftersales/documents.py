"""The kind of document that after-sales freezes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from aftersales.domain import certificates
from implportal.documents.registry import DocumentKind, register_kind

register_kind(
    DocumentKind(
        key=certificates.KIND,
        title=_("Certificate of acceptance"),
        prefix="AC",
        signable=True,
        code_required=True,
        on_rendered=certificates.ask_signers,
        on_signed=certificates.note_signed,
        on_ended=certificates.note_ended,
    )
)
