"""What the seal of a PDF says, as plain facts. Knows neither Django nor the rest of us.

Files of strangers are read by this very module in a process of its own, with limits on
time and memory: ``inspect_apart``. It is started by its path, so that nothing else of the
portal has to be loaded and nothing of it (settings, database, keys) is within reach.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from datetime import datetime

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.decode_limits import (
    DEFAULT_PURPOSE_LIMITS,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

DECODE_LIMITS = DecodeLimits(
    per_purpose={
        **DEFAULT_PURPOSE_LIMITS,
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_output_size=512 * 1024),
    },
    document_budget=DocumentDecodeBudget(base_allowance=4 * 1024 * 1024, max_ratio=0),
)
"""Our own files hold nothing compressed that the seal needs. With pyHanko's limits, 60 kB of
a stranger unfold to a gigabyte and minutes of work."""

CPU_SECONDS, WALL_SECONDS, MEMORY_BYTES = 10, 20, 1024**3


class Unreadable(Exception):
    """The file cannot be read: damaged, made to be unreadable, or too costly to read."""


@dataclass(frozen=True)
class Trust:
    """Whose seals and time stamps count, and at what moments. Chains are PEM, root last."""

    chains: tuple[str, ...]
    moment: datetime
    authorities: tuple[str, ...] = ()
    stamp_moment: datetime | None = None

    def of_seals(self) -> ValidationContext:
        return self._context(self.chains, self.moment)

    def of_stamps(self) -> ValidationContext:
        return self._context(self.authorities, self.stamp_moment or self.moment)

    def _context(self, chains: tuple[str, ...], moment: datetime) -> ValidationContext:
        roots, others = [], []
        for chain in chains:
            certificates = [
                asn1_x509.Certificate.load(der)
                for _type, _headers, der in pem.unarmor(chain.encode(), multiple=True)
            ]
            roots.append(certificates[-1])
            others += certificates[:-1]
        return ValidationContext(
            trust_roots=roots,
            other_certs=others,
            allow_fetching=False,
            moment=moment,
            revocation_mode="soft-fail",
        )


@dataclass(frozen=True)
class SealFacts:
    """What is found in a file. Without a seal everything but ``seals`` is empty.

    ``stamped_at`` is ISO 8601, and empty where no authority's time stamp is.
    """

    seals: int
    field: str = ""
    is_intact: bool = False
    is_trusted: bool = False
    covers_file: bool = False
    fingerprint: str = ""
    stamped_at: str = ""
    stamp_is_intact: bool = False
    stamp_is_trusted: bool = False
    stamped_by: str = ""
    stamp_fingerprint: str = ""
    has_revocation_data: bool = False


def inspect(data: bytes, trust: Trust) -> SealFacts:
    """Read the seal of a file that is known to be harmless. Raises whatever pyHanko raises."""
    reader = PdfFileReader(io.BytesIO(data), decode_limits=DECODE_LIMITS)
    seals = reader.embedded_signatures
    if not seals:
        return SealFacts(seals=0)
    seal = seals[0]
    status = validate_pdf_signature(
        seal,
        signer_validation_context=trust.of_seals(),
        ts_validation_context=trust.of_stamps(),
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
    )
    stamp = status.timestamp_validity
    return SealFacts(
        seals=len(seals),
        field=seal.field_name,
        is_intact=bool(status.intact and status.valid),
        is_trusted=bool(status.trusted),
        covers_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        fingerprint=seal.signer_cert.sha256.hex(),
        stamped_at=stamp.timestamp.isoformat() if stamp else "",
        stamp_is_intact=bool(stamp and stamp.valid and stamp.intact),
        stamp_is_trusted=bool(stamp and stamp.trusted),
        stamped_by=stamp.signing_cert.subject.human_friendly if stamp else "",
        stamp_fingerprint=stamp.signing_cert.sha256.hex() if stamp else "",
        has_revocation_data=_has_revocation_data(reader),
    )


def _has_revocation_data(reader: PdfFileReader) -> bool:
    if "/DSS" not in reader.root:
        return False
    store = reader.root["/DSS"]
    return "/CRLs" in store or "/OCSPs" in store


MOST_AT_ONCE = 2
_at_once = threading.BoundedSemaphore(MOST_AT_ONCE)
"""Each may take a gigabyte; whoever comes third waits for one to end."""


def inspect_apart(data: bytes, trust: Trust) -> SealFacts:
    """Read the seal of a stranger's file in a process with limits; about 0.7 s.

    Raises:
        Unreadable: the process found no PDF in order, or used up its time or memory.
    """
    told = json.dumps(asdict(trust), default=datetime.isoformat)
    try:
        with _at_once:
            done = subprocess.run(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-I", __file__],
                input=told.encode() + b"\n" + data,
                capture_output=True,
                env={},  # ours names the keys
                timeout=WALL_SECONDS,
                check=True,
            )
    except subprocess.SubprocessError as error:
        raise Unreadable(type(error).__name__) from error
    return SealFacts(**json.loads(done.stdout))


def main() -> None:
    """Answer ``inspect_apart``: facts on standard output, or an exit code that is not 0."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    told = json.loads(sys.stdin.buffer.readline())
    trust = Trust(
        chains=tuple(told["chains"]),
        moment=datetime.fromisoformat(told["moment"]),
        authorities=tuple(told["authorities"]),
        stamp_moment=told["stamp_moment"] and datetime.fromisoformat(told["stamp_moment"]),
    )
    facts = inspect(sys.stdin.buffer.read(), trust)
    sys.stdout.write(json.dumps(asdict(facts)))


if __name__ == "__main__":
    main()
