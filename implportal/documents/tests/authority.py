"""A certificate authority with revocation lists, OCSP and time stamps, real over HTTP.

Use it as a context manager; ``mood`` says how it answers time-stamp requests.
"""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from implportal.documents.keys.development import DOCUMENT_SIGNING

PASSPHRASE = b"secret"
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM


@cache
def spare_key(number: int) -> rsa.RSAPrivateKey:
    """Keys cost a tenth of a second each; tests of one process share them."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)


@dataclass
class Authority:
    """One root that issues for sealing and for stamping.

    ``revocation`` is "" (its certificates offer none), "crl" or "ocsp". Moods: "well",
    "error", "slow", "garbage", "no-authority", "wrong-nonce", "wrong-digest", "refuses".
    """

    name: str = "Test"
    revocation: str = ""
    mood: str = "well"
    auth: tuple[str, str] | None = None
    revoked: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    revocation_fails: bool = False
    stamps_left: int | None = None
    """After so many stamps it answers with errors."""

    def __enter__(self) -> Self:
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.authority = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.root = self.issue(f"{self.name} root", spare_key(0), None, is_authority=True)
        self.stamping = self.issue(
            f"{self.name} time stamps", spare_key(1), ExtendedKeyUsageOID.TIME_STAMPING
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nobody answers any more."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def seal_file(
        self, folder: Path, name: str = "seal", *, key: int = 2, days: tuple[int, int] = (-1, 1000)
    ) -> Path:
        """Write a PKCS#12 with a new certificate for sealing; its passphrase lies beside it."""
        issued = self.seal_certificate(name, key=key, days=days)
        file = folder / f"{name}.p12"
        file.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"seal",
                issued.key,
                issued.certificate,
                [self.root.certificate],
                serialization.BestAvailableEncryption(PASSPHRASE),
            )
        )
        file.with_suffix(".passphrase").write_bytes(PASSPHRASE + b"\n")
        return file

    def seal_certificate(
        self,
        name: str = "seal",
        *,
        key: int | ec.EllipticCurvePrivateKey = 2,
        days: tuple[int, int] = (-1, 1000),
    ) -> Issued:
        key = spare_key(key) if isinstance(key, int) else key
        return self.issue(f"{self.name} {name}", key, DOCUMENT_SIGNING, days=days)

    def use(self, settings, folder: Path, *, trusts: Authority | None = None) -> None:
        """Have the portal ask this authority for stamps."""
        roots = folder / "tsa-roots.pem"
        roots.write_bytes((trusts or self).root.pem)
        settings.SEAL_TSA_URL, settings.SEAL_TSA_ROOTS = f"{self.url}/tsa", str(roots)

    def issue(
        self,
        name: str,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        purpose: x509.ObjectIdentifier | None,
        *,
        is_authority: bool = False,
        days: tuple[int, int] = (-1, 1000),
    ) -> Issued:
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{self.name} Ltd"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        issuer_key = key if is_authority else self.root.key
        now = datetime.now(UTC)
        usage = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment"),
                *("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
                *("encipher_only", "decipher_only"),
            ),
            False,
        )
        marks = ("key_cert_sign", "crl_sign") if is_authority else ("digital_signature",)
        if purpose == DOCUMENT_SIGNING:
            marks += ("content_commitment",)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if is_authority else self.root.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage | dict.fromkeys(marks, True)), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
            )
        )
        if purpose:
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        if purpose and self.revocation == "crl":
            address = x509.UniformResourceIdentifier(f"{self.url}/root.crl")
            point = x509.DistributionPoint([address], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        if purpose and self.revocation == "ocsp":
            access = x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP,
                x509.UniformResourceIdentifier(f"{self.url}/ocsp"),
            )
            builder = builder.add_extension(
                x509.AuthorityInformationAccess([access]), critical=False
            )
        return Issued(builder.sign(issuer_key, hashes.SHA256()), key)

    # --- what it answers ------------------------------------------------------------

    def answer(self, path: str, asked: bytes, authorization: str | None) -> tuple[int, str, bytes]:
        """Return status, type and body of the answer to one request."""
        self.asked.append(path)
        if path == "/tsa":
            return self.answer_stamp(asked, authorization)
        if self.revocation_fails:
            return 503, "text/plain", b""
        if path == "/ocsp":
            return 200, "application/ocsp-response", self.status_of(asked)
        return 200, "application/pkix-crl", self.revocation_list()

    def answer_stamp(self, asked: bytes, authorization: str | None) -> tuple[int, str, bytes]:
        if self.auth:
            wanted = b64encode(":".join(self.auth).encode()).decode()
            if authorization != f"Basic {wanted}":
                return 401, "text/plain", b""
        if self.mood == "error" or self.stamps_left == 0:
            return 503, "text/plain", b""
        if self.mood == "no-authority":
            return 200, "text/html", b"<h1>Welcome</h1>"
        if self.mood == "garbage":
            return 200, "application/timestamp-reply", b"\x30\x03\x02\x01"
        if self.stamps_left:
            self.stamps_left -= 1
        if self.mood == "slow":
            time.sleep(1)
        return 200, "application/timestamp-reply", self.stamp(asked)

    def revocation_list(self) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certificate.subject)
            .last_update(now - timedelta(hours=1))
            .next_update(now + timedelta(days=7))
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key()),
                critical=False,
            )
        )
        for number in self.revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(number)
                .revocation_date(now - timedelta(hours=2))
                .build()
            )
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(DER)

    def status_of(self, request: bytes) -> bytes:
        asked = ocsp.load_der_ocsp_request(request)
        now = datetime.now(UTC)
        is_revoked = asked.serial_number in self.revoked
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=asked.serial_number,
            algorithm=asked.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if is_revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=now - timedelta(minutes=5),
            next_update=now + timedelta(days=1),
            revocation_time=now - timedelta(hours=2) if is_revoked else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.root.certificate)
        for extension in asked.extensions:
            builder = builder.add_extension(extension.value, extension.critical)
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(DER)

    def stamp(self, raw: bytes) -> bytes:
        """Answer a time-stamp request, well or in the mood."""
        request = tsp.TimeStampReq.load(raw)
        if self.mood == "refuses":
            status = tsp.PKIStatusInfo({"status": "rejection"}).dump()
            return bytes([0x30, len(status)]) + status
        if self.mood == "wrong-nonce":
            request["nonce"] = request["nonce"].native + 1
        if self.mood == "wrong-digest":
            request["message_imprint"]["hashed_message"] = b"\x00" * 32
        stamper = DummyTimeStamper(
            asn1_x509.Certificate.load(self.stamping.certificate.public_bytes(DER)),
            asn1_keys.PrivateKeyInfo.load(
                self.stamping.key.private_bytes(
                    DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            ),
            certs_to_embed=[asn1_x509.Certificate.load(self.root.certificate.public_bytes(DER))],
            fixed_dt=datetime.now(UTC),
        )
        return stamper.request_tsa_response(request).dump()


class _Server(ThreadingHTTPServer):
    authority: Authority


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, asked: bytes) -> None:
        status, kind, body = self.server.authority.answer(
            self.path, asked, self.headers["Authorization"]
        )
        with suppress(OSError):  # who asked may have gone
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Tests say what they have to say."""
