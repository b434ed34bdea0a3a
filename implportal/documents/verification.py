"""Is this file what we sealed? Every question is answered apart, in plain words.

Nothing here raises: whatever goes wrong while reading a file that a stranger hands in
means that the file is not valid.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.reader import PdfFileReader

from implportal.documents.canonical import digest
from implportal.documents.inspection import SealFacts, Trust, Unreadable, inspect, inspect_apart
from implportal.documents.models import DocumentVersion, Seal, SealCertificate, TimeAuthority
from implportal.documents.registry import EvidenceFinding, evidence_checks
from implportal.documents.sealing import FIELD, outside_loop
from implportal.documents.sealing.stamps import SealFailed, as_pem, trusted_authorities

logger = logging.getLogger(__name__)

MAX_BYTES = 25 * 1024 * 1024
SEAL_KEYS = ("seal", "key", "whole", "time")
CONTENT_KEYS = ("evidence", "log", "status")


class Outcome(StrEnum):
    OK = "OK"
    FAILED = "FAILED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True)
class Line:
    """One question about the file, its answer, and why the question is asked."""

    key: str
    question: str
    outcome: Outcome
    meaning: str
    why: str


@dataclass(frozen=True)
class Verdict:
    """All answers. ``version`` is set when the file is, to the last byte, one of ours."""

    lines: list[Line]
    sha256: str
    version: DocumentVersion | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the file is a sealed document of ours; one failed line is enough to say no."""
        return self.is_sealed_file and all(line.outcome != Outcome.FAILED for line in self.lines)

    @property
    def is_sealed_file(self) -> bool:
        return self.version is not None and self.version.sealed_sha256 == self.sha256

    @property
    def is_frozen_file(self) -> bool:
        """Whether it is the document as it was before anybody signed."""
        return self.version is not None and not self.is_sealed_file

    def line(self, key: str) -> Line:
        return next(line for line in self.lines if line.key == key)


def verify(data: bytes) -> Verdict:
    """Check a file against our record and by itself.

    Costs a handful of queries; a file of ours is read here, any other in a process apart.
    """
    sha256 = digest(data)
    if len(data) > MAX_BYTES:
        meaning = _("No. The file is larger than any document of ours; it was not read.")
        unread = _("Not looked at.")
        rest = [_line(key, Outcome.NOT_APPLICABLE, unread) for key in SEAL_KEYS + CONTENT_KEYS]
        return Verdict([_line("known", Outcome.FAILED, meaning), *rest], sha256)
    known = DocumentVersion.objects.select_related("seal__stamped_by")
    version = (
        known.filter(sealed_sha256=sha256).order_by("pk").first()
        or known.filter(pdf_sha256=sha256).order_by("pk").first()
    )
    lines = [_known(version, sha256), *_unless_it_breaks(SEAL_KEYS, lambda: _seal(data, version))]
    if version is not None and version.sealed_sha256 == sha256:
        lines += _unless_it_breaks(("evidence", "log"), lambda: _evidence(data, version))
        lines.append(_status(version))
    else:
        unread = _("Not looked at, because the file is not one that we sealed.")
        lines += [_line(key, Outcome.NOT_APPLICABLE, unread) for key in CONTENT_KEYS]
    return Verdict(lines, sha256, version)


def _unless_it_breaks(keys: tuple[str, ...], answer: Callable[[], list[Line]]) -> list[Line]:
    """Whatever goes wrong while answering is the answer: no."""
    try:
        return answer()
    except Exception:  # a file made to break us is not valid either
        logger.exception("Verification stopped")
        meaning = _("The check stopped with an error, so the file does not count as valid.")
        return [_line(key, Outcome.FAILED, meaning) for key in keys]


def _line(key: str, outcome: Outcome, meaning: str) -> Line:
    question, why = {
        "known": (
            _("Is it the very file that we sealed?"),
            _(
                "The SHA-256 digest is the fingerprint of a file: it changes with any byte. "
                "This answer counts most, for it needs no trust in the file itself."
            ),
        ),
        "seal": (
            _("Is there an intact seal?"),
            _("The seal is an electronic signature over the content; changed content breaks it."),
        ),
        "key": (
            _("Is it our seal?"),
            _("Anybody can seal a file with some key. We know each key that ever sealed here."),
        ),
        "whole": (
            _("Does the seal cover the whole file?"),
            _("A PDF can be added to without breaking its seal; what is added is not sealed."),
        ),
        "time": (
            _("Did an independent authority confirm the time?"),
            _("With its time stamp nobody, not even we, can have sealed the file later."),
        ),
        "evidence": (
            _("Is the evidence inside the same as in our record?"),
            _("The evidence says who signed what, when and how. It is attached to the PDF."),
        ),
        "log": (
            _("Does the log of events fit?"),
            _(
                "Every event carries the digest of the one before. An event that was changed, "
                "added, left out or moved breaks that chain."
            ),
        ),
        "status": (
            _("Is the document still current?"),
            _("A genuine document can have been replaced by a newer one or taken back."),
        ),
    }[key]
    return Line(key, question, outcome, meaning, why)


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
                "No. It is the frozen document before signing, the unsigned text of %(number)s, "
                "version %(version)s: genuine, but it does not show that anybody signed."
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
    if b"%PDF-" not in data[:1024]:
        return _without_seal(
            _("No. The file is empty.") if not data else _("No. The file is no PDF.")
        )
    keys = list(SealCertificate.objects.order_by("pk"))
    seal = None if version is None else getattr(version, "seal", None)
    trust = Trust(
        chains=tuple(key.chain_pem for key in keys),
        moment=_moment(version, keys),
        authorities=_authorities(),
        stamp_moment=(seal and seal.stamped_at) or timezone.now(),
    )
    try:
        if version is None:
            facts = inspect_apart(data, trust)
        else:
            facts = outside_loop(lambda: inspect(data, trust))
    except Unreadable:
        logger.info("A file handed in for verification could not be read", exc_info=True)
        return _without_seal(
            _("No. The seal cannot be read: the file is damaged, was altered, or is no PDF.")
        )
    if not facts.seals:
        return _without_seal(_("No. The file carries no seal at all."))
    return _seal_lines(facts, keys, seal)


def _without_seal(meaning: str) -> list[Line]:
    none = _("There is no seal that could be read.")
    return [
        _line("seal", Outcome.FAILED, meaning),
        _line("key", Outcome.FAILED, none),
        _line("whole", Outcome.FAILED, none),
        _line("time", Outcome.NOT_APPLICABLE, none),
    ]


def _seal_lines(facts: SealFacts, keys: list[SealCertificate], seal: Seal | None) -> list[Line]:
    ours = next((key for key in keys if key.fingerprint == facts.fingerprint), None)
    return [
        _line("seal", *_intact(facts)),
        _line("key", *_whose(ours, is_trusted=facts.is_trusted)),
        _line(
            "whole",
            *(
                (Outcome.OK, _("Yes, from the first byte to the last."))
                if facts.covers_file
                else (Outcome.FAILED, _("No. Something was added after the seal was put on."))
            ),
        ),
        _line("time", *_time(facts, seal)),
    ]


def _intact(facts: SealFacts) -> tuple[Outcome, str]:
    if facts.seals > 1:
        return Outcome.FAILED, _("No. The file carries more than one seal; ours have one.")
    if facts.field != FIELD:
        return Outcome.FAILED, _("No. The seal is not put on as ours are.")
    if not facts.is_intact:
        return Outcome.FAILED, _("No. The content no longer fits the seal.")
    return Outcome.OK, _("Yes. What was sealed has not been changed since.")


def _whose(ours: SealCertificate | None, *, is_trusted: bool) -> tuple[Outcome, str]:
    if ours is None or not is_trusted:
        return Outcome.FAILED, _("No. The seal was made with a key that is not ours.")
    if ours.is_test:
        return Outcome.OK, _(
            "Yes, but it is a TEST SEAL, made with a development key. It has no legal value."
        )
    return Outcome.OK, _(
        "Yes. It was made with the key “%(subject)s” (SHA-256 %(fingerprint)s…)."
    ) % {"subject": ours.subject, "fingerprint": ours.fingerprint[:16]}


def _time(facts: SealFacts, seal: Seal | None) -> tuple[Outcome, str]:
    if not facts.stamped_at:
        if seal and seal.stamped_at:
            return Outcome.FAILED, _("No. The time stamp that we recorded is not there.")
        why = f" ({seal.remark})" if seal and seal.remark else ""
        return Outcome.NOT_APPLICABLE, _(
            "There is no time stamp of an authority%(why)s. The time in the evidence is that of "
            "our clock."
        ) % {"why": why}
    said = {
        "moment": f"{datetime.fromisoformat(facts.stamped_at).astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "authority": seal.stamped_by.subject if seal and seal.stamped_by else facts.stamped_by,
    }
    if not facts.stamp_is_intact:
        return Outcome.FAILED, _("No. The time stamp does not fit the seal.")
    if seal and seal.stamped_by and seal.stamped_by.fingerprint != facts.stamp_fingerprint:
        return Outcome.FAILED, _("No. The time stamp is not the one that we recorded.")
    if not facts.stamp_is_trusted:
        return Outcome.NOT_APPLICABLE, (
            _(
                "There is an intact time stamp for %(moment)s UTC, but it is of an authority "
                "that we do not know: “%(authority)s”."
            )
            % said
        )
    said["level"] = Seal.Level.B_LT.label if facts.has_revocation_data else Seal.Level.B_T.label
    meaning = _("Yes: “%(authority)s” confirmed %(moment)s UTC (%(level)s).") % said
    if facts.has_revocation_data:
        meaning += " " + _("Proof that no certificate had been revoked is inside.")
    return Outcome.OK, meaning


def _authorities() -> tuple[str, ...]:
    """Chains of the time-stamp authorities that we trust or ever took a stamp from."""
    known = [row.chain_pem for row in TimeAuthority.objects.order_by("pk")]
    try:
        known += [as_pem([root]) for root in trusted_authorities()]
    except SealFailed:
        logger.warning("SEAL_TSA_ROOTS cannot be read", exc_info=True)
    return tuple(known)


def _moment(version: DocumentVersion | None, keys: list[SealCertificate]) -> datetime:
    """When the seal has to have been good.

    A document whose digest we know existed when we say it was sealed, so a key that has
    run out since then still counts; for other files only today counts.
    """
    if version is None or version.sealed_at is None or not version.sealed_with_id:
        return timezone.now()
    key = next(row for row in keys if row.pk == version.sealed_with_id)
    second = timedelta(seconds=1)
    return max(key.valid_from_at + second, min(version.sealed_at, key.valid_until_at - second))


# --- what is inside ---------------------------------------------------------------------


def _evidence(data: bytes, version: DocumentVersion) -> list[Line]:
    files = attached_files(data)
    raw = files.get("evidence.json")
    if raw is None:
        missing = _("No. The evidence is missing.")
        return [_line(key, Outcome.FAILED, missing) for key in ("evidence", "log")]
    evidence = json.loads(raw)
    same = (
        digest(raw) == version.evidence_sha256
        and digest(files.get(version.file_name, b"")) == version.pdf_sha256
    )
    findings = [
        EvidenceFinding(ok=True, text=_("Yes, and the very PDF that was signed is attached too."))
        if same
        else EvidenceFinding(ok=False, text=_("No. The evidence differs from our record."))
    ]
    findings += [finding for check in evidence_checks() for finding in check(version, evidence)]
    return [_found("evidence", findings), _found("log", findings)]


def _found(key: str, findings: list[EvidenceFinding]) -> Line:
    """One line of all findings about ``key``; where some failed it speaks of those alone."""
    about = [finding for finding in findings if finding.line == key]
    failed = [finding for finding in about if not finding.ok]
    if not about:
        return _line(key, Outcome.NOT_APPLICABLE, _("There is no log to compare with."))
    outcome = Outcome.FAILED if failed else Outcome.OK
    return _line(key, outcome, " ".join(finding.text for finding in failed or about))


def attached_files(data: bytes) -> dict[str, bytes]:
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
