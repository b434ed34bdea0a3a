"""The organisation's sealing key: in a file, on a token, or made here for trying out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from pyhanko.sign.signers import Signer

from implportal.documents.keys import development
from implportal.documents.keys.file import FileSigner
from implportal.kernel.errors import DomainError


class SealKeyMissing(DomainError):
    """There is no sealing key that can be used; an administrator must see to it."""


@dataclass(frozen=True)
class SealKey:
    """A key ready to seal. ``chain`` begins with its own certificate and ends with the root."""

    signer: Signer
    chain: tuple[x509.Certificate, ...]
    is_test: bool = False

    @property
    def certificate(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def subject(self) -> str:
        return self.certificate.subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def chain_pem(self) -> str:
        return "".join(
            certificate.public_bytes(serialization.Encoding.PEM).decode()
            for certificate in self.chain
        )

    @property
    def chain_for_pyhanko(self) -> list[asn1_x509.Certificate]:
        return [for_pyhanko(certificate) for certificate in self.chain]


def for_pyhanko(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate in the form that pyHanko knows."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def certificate_in_use() -> x509.Certificate | None:
    """The certificate of the key that SEAL_KEY names, without logging in to its token.

    None for a development key, and where it cannot be read: sealing says that aloud.
    """
    try:
        if settings.SEAL_KEY == "p12":
            return _from_p12_settings().certificate
        if settings.SEAL_KEY == "pkcs11":
            from implportal.documents.keys import token

            return token.certificates()[0]
    except SealKeyMissing:
        pass
    return None


def load_signer() -> SealKey:
    """The key that SEAL_KEY names; a development chain is made on its first use.

    Raises:
        SealKeyMissing: it cannot be read or reached, or its certificate is not valid today.
    """
    if settings.SEAL_KEY == "dev":
        key = _from_file(development.chain_file(), None, is_test=True)
    elif settings.SEAL_KEY == "pkcs11":
        from implportal.documents.keys import token

        key = token.load_key()
    else:
        key = _from_p12_settings()
    _check_validity(key.certificate)
    return key


def _from_p12_settings() -> SealKey:
    try:
        passphrase = Path(settings.SEAL_P12_PASSPHRASE_FILE).read_bytes().strip()
    except OSError as error:
        raise SealKeyMissing(_("The passphrase file of the sealing key cannot be read.")) from error
    return _from_file(Path(settings.SEAL_P12_FILE), passphrase)


def _from_file(file: Path, passphrase: bytes | None, *, is_test: bool = False) -> SealKey:
    try:
        bundle = pkcs12.load_pkcs12(file.read_bytes(), passphrase)
    except (OSError, ValueError) as error:
        raise SealKeyMissing(
            _("The sealing key cannot be read: the file is missing or its passphrase is wrong.")
        ) from error
    if bundle.key is None or bundle.cert is None:
        raise SealKeyMissing(_("The file of the sealing key holds no key with a certificate."))
    others = [entry.certificate for entry in bundle.additional_certs]
    signer = FileSigner(
        bundle.key,
        for_pyhanko(bundle.cert.certificate),
        [for_pyhanko(certificate) for certificate in others],
    )
    return SealKey(signer, ordered(bundle.cert.certificate, others), is_test)


def ordered(leaf: x509.Certificate, others: list[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """``leaf`` and, as far as they are there, those who vouch for it, up to the root."""
    chain = [leaf]
    while chain[-1].issuer != chain[-1].subject:
        issuer = next((c for c in others if c.subject == chain[-1].issuer), None)
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
    return tuple(chain)


def _check_validity(certificate: x509.Certificate) -> None:
    begins_at, ends_at = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    now = datetime.now(UTC)
    if now > ends_at:
        raise SealKeyMissing(
            _("The certificate of the sealing key ran out on %(day)s. Set up a new key.")
            % {"day": date_format(ends_at, "j F Y")}
        )
    if now < begins_at:
        raise SealKeyMissing(
            _("The certificate of the sealing key is not valid before %(day)s.")
            % {"day": date_format(begins_at, "j F Y")}
        )
