"""What a signer agrees to. A text that was ever shown is never edited: a new one is added."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from implportal.signing.models import SignerRole


@dataclass(frozen=True)
class ConsentText:
    """One wording in one language; ``sha256`` is D3."""

    version: str
    language: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


CONSENT_TEXTS = (
    ConsentText(
        "1",
        "en",
        "I have read this version of the document and I am entitled to sign it. I agree to sign "
        "it electronically, and that my name, my e-mail address, the time, my network address "
        "and the kind of my browser are kept with the signed document as evidence.",
    ),
)

INTENTS = {
    SignerRole.SIGNER: "I sign this document.",
    SignerRole.APPROVER: "I approve this document.",
}
"""The phrase in the signed statement; like the texts above, never edited or translated."""


def current_consent(language: str) -> ConsentText:
    """Return the newest text in ``language``, in English where there is none."""
    by_language = {text.language: text for text in CONSENT_TEXTS}
    return by_language.get(language) or by_language.get(language[:2]) or by_language["en"]


def consent_text(version: str, language: str) -> ConsentText | None:
    """Return the text that was shown as ``version`` in ``language``."""
    for text in CONSENT_TEXTS:
        if (text.version, text.language) == (version, language):
            return text
    return None
