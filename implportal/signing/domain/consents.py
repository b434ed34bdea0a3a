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

CONFIRMATION_TEXTS = (
    ConsentText(
        "confirm-1",
        "en",
        "I have read this version of the minutes and confirm that they say what was discussed and "
        "agreed. I agree to confirm it electronically, and that my name, my e-mail address, the "
        "time, my network address and the kind of my browser are kept with the minutes as "
        "evidence.",
    ),
)

INTENTS = {
    SignerRole.SIGNER: "I sign this document.",
    SignerRole.APPROVER: "I approve this document.",
}
CONFIRMATION = "I confirm these minutes."
"""The phrases in the signed statement; like the texts above, never edited or translated."""


def intent_of(role: SignerRole | str, *, to_confirm: bool) -> str:
    """Return the phrase that somebody with this part agrees to."""
    return CONFIRMATION if to_confirm else INTENTS[SignerRole(role)]


def current_consent(language: str, *, to_confirm: bool = False) -> ConsentText:
    """Return the newest text in ``language``, in English where there is none."""
    texts = CONFIRMATION_TEXTS if to_confirm else CONSENT_TEXTS
    by_language = {text.language: text for text in texts}
    return by_language.get(language) or by_language.get(language[:2]) or by_language["en"]


def consent_text(version: str, language: str) -> ConsentText | None:
    """Return the text that was shown as ``version`` in ``language``."""
    for text in (*CONSENT_TEXTS, *CONFIRMATION_TEXTS):
        if (text.version, text.language) == (version, language):
            return text
    return None
