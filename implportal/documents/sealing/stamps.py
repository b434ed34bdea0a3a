"""Trusted time: stamps of the RFC 3161 authority at SEAL_TSA_URL, each checked when it arrives."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from asn1crypto import cms, core, pem, tsp
from asn1crypto import x509 as asn1_x509
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from implportal.kernel.errors import DomainError

SECONDS_TO_ANSWER = 10


class SealFailed(DomainError):
    """The document could not be sealed; nothing was stored, and it may be tried again."""


class NoTrustedTime(SealFailed):
    """The time-stamp authority gave no stamp that can be trusted."""


def read_certificates(pem_text: bytes) -> list[asn1_x509.Certificate]:
    """The certificates of a PEM text.

    Raises:
        ValueError: there are none, or they are damaged.
    """
    found = [
        asn1_x509.Certificate.load(der, strict=True)
        for _kind, _headers, der in pem.unarmor(pem_text, multiple=True)
    ]
    for certificate in found:
        _ = certificate.subject.native  # damage shows only when it is looked at
    return found


def named(certificate: asn1_x509.Certificate) -> str:
    """What people call its owner: the common name, and the organisation in brackets."""
    subject = certificate.subject.native
    name, organisation = subject.get("common_name"), subject.get("organization_name")
    if name and organisation:
        return f"{name} ({organisation})"
    return str(name or organisation or certificate.subject.human_friendly)


def as_pem(certificates: list[asn1_x509.Certificate]) -> str:
    return b"".join(pem.armor("CERTIFICATE", one.dump()) for one in certificates).decode()


def trusted_authorities() -> list[asn1_x509.Certificate]:
    """The certificates in SEAL_TSA_ROOTS; none where the variable is not set.

    Raises:
        SealFailed: the file cannot be read.
    """
    if not settings.SEAL_TSA_ROOTS:
        return []
    try:
        return read_certificates(Path(settings.SEAL_TSA_ROOTS).read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise SealFailed(
            _("The certificates of the time-stamp authority cannot be read from SEAL_TSA_ROOTS.")
        ) from error


class _Answer(core.Sequence):
    """What RFC 3161 lets an authority answer: a refusal carries no token."""

    _fields = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class Stamper(HTTPTimeStamper):
    """Asks for stamps and takes only those that are right and of an authority that we trust."""

    def __init__(self) -> None:
        super().__init__(settings.SEAL_TSA_URL, timeout=SECONDS_TO_ANSWER, headers=_identity())
        self.roots = trusted_authorities()
        self.stamped_at: datetime | None = None
        self.chain: list[asn1_x509.Certificate] = []
        """The authority's certificate first, its root last."""

    @property
    def authority(self) -> str:
        return named(self.chain[0]) if self.chain else ""

    @property
    def chain_pem(self) -> str:
        return as_pem(self.chain)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Ask for one stamp.

        Raises:
            NoTrustedTime: there is no answer, or it is not the stamp that was asked for.
        """
        nonce, request = self.request_cms(message_digest, md_algorithm)
        try:
            answer = await self.async_request_tsa_response(request)
        except Exception as error:
            raise NoTrustedTime(_why_no_answer(error)) from error
        try:
            response = _Answer.load(answer.dump())
            await self._accept(response, message_digest, md_algorithm, nonce)
        except NoTrustedTime:
            raise
        except Exception as error:  # ASN.1 that is not in order fails in many ways
            raise NoTrustedTime(
                _("The answer of the time-stamp authority cannot be understood.")
            ) from error
        return response["time_stamp_token"]

    async def _accept(
        self, response: _Answer, message_digest: bytes, md_algorithm: str, nonce: int
    ) -> None:
        answer = response["status"]["status"].native
        if answer not in {"granted", "granted_with_mods"}:
            raise NoTrustedTime(
                _("The time-stamp authority refused the request (%(answer)s).") % {"answer": answer}
            )
        signed = response["time_stamp_token"]["content"]
        info = signed["encap_content_info"]["content"].parsed
        result = await validate_tst_signed_data(
            signed,
            ValidationContext(trust_roots=self.roots, allow_fetching=False),
            lambda algorithm: message_digest if algorithm == md_algorithm else b"",
        )
        status = TimestampSignatureStatus(**result)
        if info["nonce"].native != nonce or not (status.intact and status.valid):
            raise NoTrustedTime(
                _("The time-stamp authority stamped something else than it was asked to.")
            )
        if not status.trusted:
            raise NoTrustedTime(
                _("The time stamp comes from “%(authority)s”, which SEAL_TSA_ROOTS does not trust.")
                % {"authority": named(status.signing_cert)}
            )
        self.chain = list(status.validation_path.iter_certs(include_root=True))[::-1]
        self.stamped_at = info["gen_time"].native.astimezone(UTC)


def _identity() -> dict[str, str]:
    """The header by which the authority knows us, where it asks."""
    if not settings.SEAL_TSA_USER:
        return {}
    try:
        password = Path(settings.SEAL_TSA_PASSWORD_FILE).read_text().strip()
    except (OSError, ValueError) as error:
        raise SealFailed(
            _("The password file of the time-stamp authority cannot be read.")
        ) from error
    told = b64encode(f"{settings.SEAL_TSA_USER}:{password}".encode()).decode()
    return {"Authorization": f"Basic {told}"}


def _why_no_answer(error: BaseException) -> str:
    cause: Any = error.__cause__ or error
    if isinstance(cause, TimeoutError):
        return _("The time-stamp authority did not answer within %(seconds)s seconds.") % {
            "seconds": SECONDS_TO_ANSWER
        }
    if isinstance(cause, aiohttp.ContentTypeError):
        return _("What answers at SEAL_TSA_URL is not a time-stamp authority.")
    if isinstance(cause, aiohttp.ClientResponseError):
        return _("The time-stamp authority answered with the error %(status)s.") % {
            "status": cause.status
        }
    if isinstance(cause, (aiohttp.ClientError, OSError)):
        return _("The time-stamp authority cannot be reached.")
    return _("The answer of the time-stamp authority cannot be understood.")
