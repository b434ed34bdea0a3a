"""Is this file what we sealed? Every question is answered apart, in plain words.

Nothing here raises: whatever goes wrong while reading a file that a stranger hands in
means that the file is not valid.
"""

from __future__ import annotations

import io
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from django.utils import timezone
from django.utils.translation import gettext as _
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

from implportal.documents.canonical import digest
from implportal.documents.models import DocumentVersion, SealCertificate
from implportal.documents.registry import evidence_checks
from implportal.documents.sealing import FIELD, outside_loop

logger = logging.getLogger(__name__)

MAX_BYTES = 25 * 1024 * 1024
DECODE_LIMITS = DecodeLimits(
    per_purpose={
        **DEFAULT_PURPOSE_LIMITS,
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_output_size=512 * 1024),
    },
    document_budget=DocumentDecodeBudget(base_allowance=4 * 1024 * 1024, max_ratio=0),
)
"""Our own files hold nothing compressed that the seal needs. With pyHanko's limits, 60 kB of
a stranger unfold to a gigabyte and minutes of work."""


class Outcome(StrEnum):
    OK = "OK"
    FAILED = "FAILED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True)
class Line:
    """One question about the file, its answer, and what the answer means."""

    key: str
    question: str
    outcome: Outcome
    meaning: str


@dataclass(frozen=True)
class Verdict:
    """All answers. ``version`` is set when the file is, to the last byte, one of ours."""

    lines: list[Line]
    sha256: str
    version: DocumentVersion | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the file is a sealed document of ours; one failed line is enough to say no."""
        return (
            self.version is not None
            and self.version.sealed_sha256 == self.sha256
            and all(line.outcome != Outcome.FAILED for line in self.lines)
        )

    def line(self, key: str) -> Line:
        return next(line for line in self.lines if line.key == key)


def verify(data: bytes) -> Verdict:
    """Check a file against our record and by itself. Costs two queries and about 0.2 s."""
    sha256 = digest(data)
    if len(data) > MAX_BYTES:
        meaning = _("The file is larger than any document of ours; it was not read.")
        return Verdict([_line("known", Outcome.FAILED, meaning)], sha256)
    version = (
        DocumentVersion.objects.filter(sealed_sha256=sha256).order_by("pk").first()
        or DocumentVersion.objects.filter(pdf_sha256=sha256).order_by("pk").first()
    )
    try:
        lines = [_known(version, sha256), *_seal(data, version)]
        if version is not None and version.sealed_sha256 == sha256:
            lines += _evidence(data, version)
            lines.append(_status(version))
        else:
            lines += _not_ours()
    except Exception:  # a file made to break us is not valid either
        logger.exception("Verification stopped")
        meaning = _("The check stopped with an error, so the file does not count as valid.")
        return Verdict([_line("known", Outcome.FAILED, meaning)], sha256)
    return Verdict(lines, sha256, version)


def _line(key: str, outcome: Outcome, meaning: str) -> Line:
    questions = {
        "known": _("Is it the very file that we sealed?"),
        "seal": _("Is there an intact seal?"),
        "key": _("Is it our seal?"),
        "whole": _("Does the seal cover the whole file?"),
        "time": _("Did an independent authority confirm the time?"),
        "evidence": _("Is the evidence inside the same as in our record?"),
        "log": _("Does the log of events fit?"),
        "status": _("Is the document still current?"),
    }
    return Line(key, questions[key], outcome, meaning)


def _known(version: DocumentVersion | None, sha256: str) -> Line:
    if version is None:
        return _line(
            "known",
            Outcome.FAILED,
            _(
                "No. Its SHA-256 digest is not among those of the files that we sealed: it was "
                "changed after sealing, if only by one byte, or it does not come from us."
            ),
        )
    if version.sealed_sha256 != sha256:
        return _line(
            "known",
            Outcome.FAILED,
            _(
                "No. It is the unsigned text of %(number)s, version %(version)s: genuine, but "
                "it does not show that anybody signed."
            )
            % {"number": version.number, "version": version.version},
        )
    return _line(
        "known",
        Outcome.OK,
        _("Yes, byte for byte: its SHA-256 digest equals the one that we recorded when sealing."),
    )


# --- the seal ---------------------------------------------------------------------------


def _seal(data: bytes, version: DocumentVersion | None) -> list[Line]:
    known = list(SealCertificate.objects.order_by("pk"))
    try:
        return outside_loop(lambda: _seal_lines(data, version, known))
    except Exception:  # pyHanko raises many kinds of error for files that are not in order
        logger.info("A file handed in for verification could not be read", exc_info=True)
        unread = _("The seal cannot be read: the file is damaged, was altered, or is no PDF.")
        return [
            _line("seal", Outcome.FAILED, unread),
            _line("key", Outcome.FAILED, _("Without a readable seal nobody can tell.")),
            _line("whole", Outcome.FAILED, _("Without a readable seal nothing is covered.")),
            _line("time", Outcome.NOT_APPLICABLE, _("There is no readable time stamp.")),
        ]


def _seal_lines(
    data: bytes, version: DocumentVersion | None, known: list[SealCertificate]
) -> list[Line]:
    reader = PdfFileReader(io.BytesIO(data), decode_limits=DECODE_LIMITS)
    seals = reader.embedded_signatures
    if not seals:
        return [
            _line("seal", Outcome.FAILED, _("No. The file carries no seal at all.")),
            _line("key", Outcome.FAILED, _("There is no seal.")),
            _line("whole", Outcome.FAILED, _("There is no seal.")),
            _line("time", Outcome.NOT_APPLICABLE, _("There is no seal, so no time stamp.")),
        ]
    seal = seals[0]
    context = _trust(version, known)
    status = validate_pdf_signature(
        seal,
        signer_validation_context=context,
        ts_validation_context=ValidationContext(trust_roots=[], allow_fetching=False),
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
    )
    intact = status.intact and status.valid and len(seals) == 1 and seal.field_name == FIELD
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    fingerprint = seal.signer_cert.sha256.hex()
    ours = next((key for key in known if key.fingerprint == fingerprint), None)
    return [
        _line(
            "seal",
            *(
                (Outcome.OK, _("Yes. What was sealed has not been changed since."))
                if intact
                else (Outcome.FAILED, _("No. The content no longer fits the seal."))
            ),
        ),
        _line("key", *_whose(ours, trusted=status.trusted)),
        _line(
            "whole",
            *(
                (Outcome.OK, _("Yes, from the first byte to the last."))
                if whole
                else (Outcome.FAILED, _("No. Something was added after the seal was put on."))
            ),
        ),
        _line("time", *_time(status)),
    ]


def _whose(ours: SealCertificate | None, *, trusted: bool) -> tuple[Outcome, str]:
    if ours is None or not trusted:
        return Outcome.FAILED, _("No. The seal was made with a key that is not ours.")
    if ours.is_test:
        return Outcome.OK, _(
            "Yes, but it is a TEST SEAL, made with a development key. It has no legal value."
        )
    return Outcome.OK, _("Yes. It was made with the key “%(subject)s”.") % {"subject": ours.subject}


def _time(status: Any) -> tuple[Outcome, str]:
    stamp = status.timestamp_validity
    if stamp is None:
        return Outcome.NOT_APPLICABLE, _(
            "There is no time stamp of an authority. The time in the evidence is that of our clock."
        )
    if stamp.valid and stamp.intact:
        moment = stamp.timestamp.astimezone(UTC)
        return Outcome.OK, _("Yes, for %(moment)s UTC.") % {"moment": f"{moment:%Y-%m-%d %H:%M:%S}"}
    return Outcome.FAILED, _("No. The time stamp does not fit the seal.")


def _trust(version: DocumentVersion | None, known: list[SealCertificate]) -> ValidationContext:
    """Trust the roots of every key that ever sealed here, at the time of the sealing.

    A document whose digest we know existed when we say it was sealed, so a key that has
    run out since then still counts; for other files only today counts.
    """
    roots, others = [], []
    for row in known:
        chain = [
            asn1_x509.Certificate.load(der)
            for _type, _headers, der in pem.unarmor(row.chain_pem.encode(), multiple=True)
        ]
        roots.append(chain[-1])
        others += chain[:-1]
    moment = timezone.now()
    if version is not None and version.sealed_at is not None and version.sealed_with_id:
        key = next(row for row in known if row.pk == version.sealed_with_id)
        moment = _within(version.sealed_at, key.valid_from_at, key.valid_until_at)
    return ValidationContext(
        trust_roots=roots,
        other_certs=others,
        allow_fetching=False,
        moment=moment,
        revocation_mode="soft-fail",
    )


def _within(moment: datetime, begins_at: datetime, ends_at: datetime) -> datetime:
    second = timedelta(seconds=1)
    return max(begins_at + second, min(moment, ends_at - second))


# --- what is inside ---------------------------------------------------------------------


def _evidence(data: bytes, version: DocumentVersion) -> list[Line]:
    files = _attached_files(data)
    raw = files.get("evidence.json")
    if raw is None:
        return [_line("evidence", Outcome.FAILED, _("No. The evidence is missing."))]
    evidence = json.loads(raw)
    same = digest(raw) == version.evidence_sha256
    same_pdf = digest(files.get(version.file_name, b"")) == version.pdf_sha256
    lines = [
        _line(
            "evidence",
            *(
                (
                    Outcome.OK,
                    _("Yes: who signed, when and how, and the very PDF that was signed."),
                )
                if same and same_pdf
                else (Outcome.FAILED, _("No. The evidence differs from our record."))
            ),
        )
    ]
    findings = [finding for check in evidence_checks() for finding in check(version, evidence)]
    if not findings:
        lines.append(_line("log", Outcome.NOT_APPLICABLE, _("There is no log to compare with.")))
    lines += [
        _line("log", Outcome.OK if finding.ok else Outcome.FAILED, finding.text)
        for finding in findings
    ]
    return lines


def _attached_files(data: bytes) -> dict[str, bytes]:
    """Files embedded in one of our own PDFs, by name."""
    names = PdfFileReader(io.BytesIO(data)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    specifications = [names[index] for index in range(1, len(names), 2)]
    return {str(item["/UF"]): item["/EF"]["/F"].data for item in specifications}


def _status(version: DocumentVersion) -> Line:
    if version.status == version.Status.WITHDRAWN:
        return _line("status", Outcome.FAILED, _("No. It was withdrawn."))
    if version.status == version.Status.SUPERSEDED:
        later = version.superseded_by.version if version.superseded_by else ""
        return _line(
            "status",
            Outcome.OK,
            _("It is genuine, but version %(version)s was signed in its place.")
            % {"version": later},
        )
    return _line("status", Outcome.OK, _("Yes. It is signed, sealed and current."))


def _not_ours() -> list[Line]:
    unread = _("Not looked at, because the file is not one that we sealed.")
    return [_line(key, Outcome.NOT_APPLICABLE, unread) for key in ("evidence", "log", "status")]
