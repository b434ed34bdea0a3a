from implportal.signing.models.codes import OneTimeCode
from implportal.signing.models.links import LinkKind, SharedLink
from implportal.signing.models.pictures import SignaturePicture
from implportal.signing.models.reading import Answer, Question, SectionConfirmation
from implportal.signing.models.requests import (
    REQUEST_MOVES,
    SIGNER_MOVES,
    RequestState,
    SignatureRequest,
    Signer,
    SignerRole,
    SignerState,
)

__all__ = [
    "REQUEST_MOVES",
    "SIGNER_MOVES",
    "Answer",
    "LinkKind",
    "OneTimeCode",
    "Question",
    "RequestState",
    "SectionConfirmation",
    "SharedLink",
    "SignaturePicture",
    "SignatureRequest",
    "Signer",
    "SignerRole",
    "SignerState",
]
