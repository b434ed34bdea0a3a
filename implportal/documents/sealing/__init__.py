"""The seal on a finished PDF: PAdES by pyHanko, put on once and covering the whole file."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from implportal.documents.keys import SealKey
from implportal.documents.models import Seal
from implportal.documents.sealing import revocation
from implportal.documents.sealing.stamps import NoTrustedTime, SealFailed, Stamper
from implportal.kernel.errors import DomainError

FIELD = "Seal"
Result = TypeVar("Result")


class CertificateSigner(TypedDict, total=False):
    """One signer on the certificate pages. Times are aware datetimes or ISO texts in UTC."""

    name: str
    role: str
    email: str
    organisation: str
    method: str
    typed_name: str
    picture: str
    """A ``data:`` address of what was drawn or uploaded; empty where the name was typed."""
    picture_sha256: str
    signed_at: Any
    consent: str
    statement_sha256: str


class CertificateEvent(TypedDict):
    """One line of the log on the certificate pages."""

    at: Any
    who: str
    text: str


class Certificate(TypedDict, total=False):
    """What the certificate pages say; digests, QR code, level and marks are added when sealing."""

    request: str
    to_confirm: bool
    signers: list[CertificateSigner]
    events: list[CertificateEvent]
    chain_head: str


class _PlainWriter(IncrementalPdfFileWriter):
    """Does what pyHanko leaves to be done for PDF/A."""

    def _update_meta(self) -> None:
        """Leave the metadata alone: pyHanko would write them anew, and not as PDF/A."""

    def add_object(self, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Add an object; a certificate that ends like a line is written in ASCII85."""
        if isinstance(obj, StreamObject) and obj.encoded_data[-1:] in (b"\r", b"\n"):
            obj.apply_filter(pdf_name("/ASCII85Decode"))
        return super().add_object(obj, *args, **kwargs)


@dataclass(frozen=True)
class Plan:
    """How the next document is sealed: settled before its pages, which tell of it, are laid out.

    ``remark`` says why the level is not higher.
    """

    level: Seal.Level
    remark: str = ""
    stamper: Stamper | None = None
    trust: ValidationContext | None = None


def prepare(key: SealKey) -> Plan:
    """Find out the best seal that can be had now: ask the authority, fetch revocation data.

    Raises:
        NoTrustedTime: SEAL_TSA_URL is set and gives no stamp that can be trusted.
        SealFailed: a certificate was revoked, or a file that the settings name is unreadable.
    """
    if not settings.SEAL_TSA_URL:
        return Plan(Seal.Level.B_B, _("no time-stamp authority is set up"))
    return outside_loop(lambda: asyncio.run(_prepare(key)))


async def _prepare(key: SealKey) -> Plan:
    stamper = Stamper()
    await stamper.async_dummy_response("sha256")  # also tells how large a stamp is
    try:
        trust = await revocation.fetch(key.chain_for_pyhanko, stamper)
    except revocation.NoRevocationData as error:
        return Plan(Seal.Level.B_T, str(error), stamper)
    return Plan(Seal.Level.B_LT, "", stamper, trust)


def without_time(why: NoTrustedTime) -> Plan:
    """The seal for SEAL_WITHOUT_TRUSTED_TIME: by our own clock, and saying so."""
    reason = str(why).rstrip(".")
    return Plan(Seal.Level.B_B, _("sealed without trusted time: %(why)s") % {"why": reason})


def seal(pdf: bytes, *, key: SealKey, plan: Plan) -> bytes:
    """Seal ``pdf`` with an invisible PAdES signature that certifies it against any change.

    What comes out was verified: it is intact, of this key, covers the file, and its time
    stamp, if there is one, is trusted.

    Raises:
        NoTrustedTime: the authority has failed since the plan was made.
        SealFailed: the key could not sign, or what it signed is not valid.
    """
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=str(_("Sealed after everybody had signed")),
        name=settings.ORGANISATION_NAME,
        embed_validation_info=plan.trust is not None,
        validation_context=plan.trust,
        # In the revision that the seal covers: what came after it would not be sealed.
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )
    field = SigFieldSpec(
        FIELD,
        on_page=0,
        readable_field_name=str(_("Seal of the organisation")),
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
    )
    signer = PdfSigner(metadata, key.signer, timestamper=plan.stamper, new_field_spec=field)
    try:
        sealed = outside_loop(lambda: signer.sign_pdf(_PlainWriter(io.BytesIO(pdf))).getvalue())
        is_good = outside_loop(lambda: _is_good(sealed, key=key, plan=plan))
    except DomainError:
        raise
    except Exception as error:  # key and PDF fail in many ways; none may pass as sealed
        raise SealFailed(
            _("The document could not be sealed (%(kind)s). It can be tried again.")
            % {"kind": type(error).__name__}
        ) from error
    if not is_good:
        raise SealFailed(
            _("The seal does not verify. Do the sealing key and its certificate belong together?")
        )
    return sealed


def rehearse(key: SealKey) -> Plan:
    """Seal and verify one empty page as the next document would be, and throw it away.

    Raises:
        SealFailed: no document could be sealed now.
    """
    writer = PdfFileWriter()
    nothing = writer.add_object(StreamObject(stream_data=b""))
    writer.insert_page(PageObject(contents=nothing, media_box=(0, 0, 595, 842)))
    blank = io.BytesIO()
    writer.write(blank)
    plan = prepare(key)
    seal(blank.getvalue(), key=key, plan=plan)
    return plan


def _is_good(sealed: bytes, *, key: SealKey, plan: Plan) -> bool:
    """Whether others will find that the seal holds. Other keys of ours play no part here."""
    (found,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    chain = key.chain_for_pyhanko
    status = validate_pdf_signature(
        found,
        ValidationContext(trust_roots=[chain[-1]], other_certs=chain, allow_fetching=False),
        ts_validation_context=ValidationContext(
            trust_roots=plan.stamper.roots if plan.stamper else [], allow_fetching=False
        ),
    )
    stamp = status.timestamp_validity
    return (
        status.intact
        and status.valid
        and status.trusted
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and (plan.stamper is None or (stamp is not None and stamp.valid and stamp.trusted))
    )


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
