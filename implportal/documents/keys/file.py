"""A sealing key out of a PKCS#12 file."""

from __future__ import annotations

from collections.abc import Iterable

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.general import get_pyca_cryptography_hash
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore


class FileSigner(SimpleSigner):
    """Signs with the key as it was read.

    pyHanko's own reads it anew for each signature, and signs once more for nothing but the
    length. Checking an RSA key takes a tenth of a second each time.
    """

    def __init__(
        self,
        key: PrivateKeyTypes,
        certificate: asn1_x509.Certificate,
        others: Iterable[asn1_x509.Certificate],
    ) -> None:
        plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        super().__init__(
            signing_cert=certificate,
            signing_key=asn1_keys.PrivateKeyInfo.load(plain),
            cert_registry=SimpleCertificateStore.from_certs(others),
        )
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
    ) -> bytes:
        """Sign; a dry run asks only how long a signature is."""
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        is_plain_rsa = mechanism.signature_algo == "rsassa_pkcs1v15"
        if not is_plain_rsa or not isinstance(self._key, RSAPrivateKey):
            return self.sign_raw(data, digest_algorithm)
        if dry_run:
            return bytes(self._key.key_size // 8)
        return self._key.sign(data, PKCS1v15(), get_pyca_cryptography_hash(digest_algorithm))
