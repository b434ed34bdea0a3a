"""Keys out of files, of the kinds that authorities give out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

from implportal.documents.keys import for_pyhanko
from implportal.documents.keys.file import FileSigner

DATA = b"what is signed"


def _signer(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Seal")])
    begins_at = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    return FileSigner(key, for_pyhanko(certificate), [])


def _signed(signer, **how):
    return asyncio.run(signer.async_sign_raw(DATA, "sha256", **how))


def test_an_rsa_key_signs_and_a_dry_run_is_as_long_without_signing():
    key = rsa.generate_private_key(65537, 2048)
    signer = _signer(key)

    signature, dry = _signed(signer), _signed(signer, dry_run=True)

    key.public_key().verify(signature, DATA, PKCS1v15(), hashes.SHA256())
    assert (len(dry), set(dry)) == (len(signature), {0})


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=lambda curve: curve.name)
def test_keys_of_other_kinds_are_left_to_pyhanko(curve):
    key = ec.generate_private_key(curve)

    signature = _signed(_signer(key))

    key.public_key().verify(signature, DATA, ec.ECDSA(hashes.SHA256()))
