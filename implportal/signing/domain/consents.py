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


SIGNING = (
    ConsentText(
        "1",
        "en",
        "I have read this version of the document and I am entitled to sign it. I agree to sign "
        "it electronically, and that my name, my e-mail address, the time, my network address "
        "and the kind of my browser are kept with the signed document as evidence.",
    ),
)

APPROVING = (
    *SIGNING,  # what approvers agreed to before they had a text of their own
    ConsentText(
        "approve-1",
        "en",
        "I have read this version of the document and I approve it. I agree to approve it "
        "electronically, and that my name, my e-mail address, the time, my network address and "
        "the kind of my browser are kept with the document as evidence.",
    ),
)

CONFIRMING = (
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


def current_consent(
    language: str,
    *,
    role: SignerRole | str = SignerRole.SIGNER,
    to_confirm: bool = False,
) -> ConsentText:
    """Return the newest text for this part in ``language``, in English where there is none."""
    by_language = {text.language: text for text in _texts(role, to_confirm=to_confirm)}
    return by_language.get(language) or by_language.get(language[:2]) or by_language["en"]


def consent_text(
    version: str, language: str, *, role: SignerRole | str, to_confirm: bool
) -> ConsentText | None:
    """Return what was shown as ``version`` in ``language`` to people with this part."""
    for text in _texts(role, to_confirm=to_confirm):
        if (text.version, text.language) == (version, language):
            return text
    return None


def _texts(role: SignerRole | str, *, to_confirm: bool) -> tuple[ConsentText, ...]:
    """Every text for people with this part, the newest of a language last."""
    if to_confirm:
        return CONFIRMING
    return APPROVING if role == SignerRole.APPROVER else SIGNING
