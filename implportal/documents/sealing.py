"""The seal on a finished PDF: PAdES by pyHanko, put on once and covering the whole file."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypedDict, TypeVar

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import HTTPTimeStamper

from implportal.documents.keys import SealKey
from implportal.kernel.errors import DomainError

FIELD = "Seal"
Result = TypeVar("Result")


class SealFailed(DomainError):
    """The document could not be sealed; nothing was stored, and it may be tried again."""


class CertificateSigner(TypedDict, total=False):
    """One signer on the certificate pages. Times are aware datetimes or ISO texts in UTC."""

    name: str
    role: str
    email: str
    organisation: str
    method: str
    typed_name: str
    signed_at: Any
    consent: str
    statement_sha256: str


class CertificateEvent(TypedDict):
    """One line of the log on the certificate pages."""

    at: Any
    who: str
    text: str


class Certificate(TypedDict, total=False):
    """What the certificate pages say; digests, QR code and marks are added when sealing."""

    request: str
    signers: list[CertificateSigner]
    events: list[CertificateEvent]
    chain_head: str


class _PlainWriter(IncrementalPdfFileWriter):
    """Leaves the metadata alone: rewritten by pyHanko it would no longer be PDF/A."""

    def _update_meta(self) -> None:
        pass


def seal(pdf: bytes, *, key: SealKey) -> bytes:
    """Seal ``pdf`` with an invisible PAdES signature that certifies it against any change.

    With SEAL_TSA_URL the seal carries that authority's time stamp (B-T); else it is B-B.

    Raises:
        SealFailed: the time-stamp authority did not answer, or the key could not sign.
    """
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=str(_("Sealed after everybody had signed")),
        name=settings.ORGANISATION_NAME,
    )
    field = SigFieldSpec(
        FIELD,
        on_page=0,
        readable_field_name=str(_("Seal of the organisation")),
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
    )
    timestamper = HTTPTimeStamper(settings.SEAL_TSA_URL) if settings.SEAL_TSA_URL else None
    signer = PdfSigner(metadata, key.signer, timestamper=timestamper, new_field_spec=field)
    try:
        return outside_loop(lambda: signer.sign_pdf(_PlainWriter(io.BytesIO(pdf))).getvalue())
    except Exception as error:  # network, key and PDF fail in many ways; none may pass as sealed
        raise SealFailed(
            _("The document could not be sealed (%(kind)s). It can be tried again.")
            % {"kind": type(error).__name__}
        ) from error


def outside_loop(work: Callable[[], Result]) -> Result:
    """Run pyHanko, which starts an event loop of its own, also where one is running already."""
    if not _loop_is_running():
        return work()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(work).result()


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def qr_code(address: str) -> str:
    """A QR code as an SVG ``data:`` address, for print."""
    return segno.make(address, error="m", micro=False).svg_data_uri(
        scale=4, border=0, dark="#12305f", xmldecl=False
    )
