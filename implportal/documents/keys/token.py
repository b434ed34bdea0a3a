"""The sealing key on a PKCS#11 token (HSM, smart card, SoftHSM), which it never leaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import pkcs11
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.translation import gettext as _
from pkcs11 import exceptions
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer

from implportal.documents.keys import SealKey, SealKeyMissing, for_pyhanko, ordered

_one_at_a_time = Lock()
"""A process is logged in to a token as a whole, so a second login beside the first is refused."""
_refused_pins: set[tuple[str, str, str]] = set()
"""Tokens lock themselves after a few wrong PINs, and sealing is tried again and again."""


@dataclass(frozen=True)
class Token:
    """Where the key is. The PIN is in no repr, so in no log."""

    module: str
    label: str
    key_label: str
    pin: str = field(repr=False)

    @contextmanager
    def session(self) -> Iterator[pkcs11.Session]:
        """Log in for as long as the block lasts.

        Raises:
            SealKeyMissing: module, token or PIN are not right.
        """
        if self._login in _refused_pins:
            raise SealKeyMissing(_wrong_pin())
        with _one_at_a_time:
            try:
                session = open_pkcs11_session(
                    self.module, token_criteria=TokenCriteria(label=self.label), user_pin=self.pin
                )
            except exceptions.PinIncorrect as error:
                _refused_pins.add(self._login)
                raise SealKeyMissing(_wrong_pin()) from error
            except exceptions.PinLocked as error:
                raise SealKeyMissing(
                    _("The token of the sealing key has locked itself after wrong PINs.")
                ) from error
            except Exception as error:  # each module fails in words of its own
                raise SealKeyMissing(
                    _("The token “%(token)s” cannot be reached through %(module)s.")
                    % {"token": self.label, "module": self.module}
                ) from error
            with session:
                yield session

    @property
    def _login(self) -> tuple[str, str, str]:
        return self.module, self.label, self.pin


def _wrong_pin() -> str:
    return _("The PIN in SEAL_PKCS11_PIN_FILE is wrong; it is not tried again until it is changed.")


class TokenSigner(Signer):
    """Logs in for each signature, so that no session outlives a reset of the token."""

    def __init__(self, token: Token, chain: list[asn1_x509.Certificate], *, is_ec: bool) -> None:
        super().__init__(signing_cert=chain[0])
        self._cert_registry.register_multiple(chain)
        self._token, self._is_ec = token, is_ec

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: Any = False
    ) -> bytes:
        if dry_run:
            return bytes(512)
        with self._token.session() as session:
            signer = PKCS11Signer(
                session,
                signing_cert=self.signing_cert,
                key_label=self._token.key_label,
                use_raw_mechanism=self._is_ec,  # few tokens hash for an elliptic curve
            )
            return await signer.async_sign_raw(data, digest_algorithm)


def load_key() -> SealKey:
    """The key that the SEAL_PKCS11_… settings name, found on its token.

    Raises:
        SealKeyMissing: a file cannot be read, or module, token, PIN or key are not right.
    """
    chain = certificates()
    try:
        pin = Path(settings.SEAL_PKCS11_PIN_FILE).read_text().strip()
    except (OSError, ValueError) as error:
        raise SealKeyMissing(_("The PIN file of the sealing key cannot be read.")) from error
    token = Token(
        settings.SEAL_PKCS11_MODULE, settings.SEAL_PKCS11_TOKEN, settings.SEAL_PKCS11_KEY, pin
    )
    with token.session() as session:
        try:
            session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=token.key_label)
        except exceptions.PKCS11Error as error:
            raise SealKeyMissing(
                _("The token holds no private key, or several, with the label “%(label)s”.")
                % {"label": token.key_label}
            ) from error
    is_ec = isinstance(chain[0].public_key(), ec.EllipticCurvePublicKey)
    signer = TokenSigner(token, [for_pyhanko(one) for one in chain], is_ec=is_ec)
    return SealKey(signer, chain)


def certificates() -> tuple[x509.Certificate, ...]:
    """The chain in SEAL_PKCS11_CERTIFICATES_FILE, that of the key first.

    Raises:
        SealKeyMissing: the file cannot be read.
    """
    file = Path(settings.SEAL_PKCS11_CERTIFICATES_FILE)
    try:
        leaf, *others = x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise SealKeyMissing(
            _("The certificates of the sealing key cannot be read from %(file)s.") % {"file": file}
        ) from error
    return ordered(leaf, others)
