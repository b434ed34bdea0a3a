"""A key for trying out, made on its first use; its seals have no legal value and say so."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from django.conf import settings

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
ORGANISATION = "TEST SEAL – no legal value"


def chain_file() -> Path:
    """The development key under VAR_DIR, made if it is not there.

    It is made in a folder aside that is then renamed, so that of two processes that
    start together one wins and both use its key, and a half-made key is never seen.
    """
    folder = Path(settings.VAR_DIR) / "keys" / "dev"
    file = folder / "seal.p12"
    if file.is_file():
        return file
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".dev-", dir=folder.parent))  # readable by us alone
    try:
        _write_chain(aside)
        aside.rename(folder)
    except OSError:
        if not file.is_file():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return file


def _write_chain(folder: Path) -> None:
    root, root_key = _certificate("Development root", is_authority=True)
    authority, authority_key = _certificate(
        "Development authority", issuer=root, issuer_key=root_key, is_authority=True
    )
    seal, seal_key = _certificate(
        f"TEST SEAL of {settings.ORGANISATION_NAME}"[:64],
        issuer=authority,
        issuer_key=authority_key,
    )
    bundle = pkcs12.serialize_key_and_certificates(
        b"seal", seal_key, seal, [authority, root], serialization.NoEncryption()
    )
    descriptor = os.open(folder / "seal.p12", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(bundle)
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))


def _certificate(
    name: str,
    *,
    issuer: x509.Certificate | None = None,
    issuer_key: rsa.RSAPrivateKey | None = None,
    is_authority: bool = False,
) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    signing_key = issuer_key or key
    begins_at = datetime.now(UTC) - timedelta(minutes=5)
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    if is_authority:
        usage |= {"key_cert_sign": True, "crl_sign": True}
    else:
        usage |= {"digital_signature": True, "content_commitment": True}
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + timedelta(days=3650 if is_authority else 1095))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
    )
    if not is_authority:
        # Without both, some readers call the seal an unknown issue.
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]),
            critical=False,
        )
    return builder.sign(signing_key, hashes.SHA256()), key
