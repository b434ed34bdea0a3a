"""Proof that no certificate was revoked, fetched at sealing and kept inside the file (B-LT)."""

from __future__ import annotations

import asyncio

from asn1crypto import x509 as asn1_x509
from django.utils.translation import gettext as _
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError

from implportal.documents.sealing.stamps import SealFailed, Stamper

SECONDS_TO_FETCH = 20


class NoRevocationData(Exception):
    """It is not offered, or could not be had; the text says which."""


async def fetch(chain: list[asn1_x509.Certificate], stamper: Stamper) -> ValidationContext:
    """What revocation data there is for the seal's chain and the authority's, all of it checked.

    Raises:
        NoRevocationData: some certificate has none.
        SealFailed: a certificate is revoked.
    """
    chains = (chain, stamper.chain)
    if not all(_says_where(one) for certificates in chains for one in certificates[:-1]):
        raise NoRevocationData(_("the certificates do not say where revocation data is to be had"))
    context = ValidationContext(
        trust_roots=[chain[-1], *stamper.roots],
        other_certs=[*chain, *stamper.chain],
        allow_fetching=True,
        revocation_mode="require",
    )
    try:
        async with asyncio.timeout(SECONDS_TO_FETCH):
            for certificates in chains:
                validator = CertificateValidator(
                    certificates[0],
                    intermediate_certs=certificates[1:],
                    validation_context=context,
                )
                await validator.async_validate_path()
    except RevokedError as error:
        raise SealFailed(
            _("A certificate of the seal or of the time-stamp authority has been revoked.")
        ) from error
    except Exception as error:  # network, format and path fail in many ways
        raise NoRevocationData(_("revocation data could not be had")) from error
    finally:
        await context.aclose()
    return context


def _says_where(certificate: asn1_x509.Certificate) -> bool:
    return bool(certificate.crl_distribution_points or certificate.ocsp_urls)
