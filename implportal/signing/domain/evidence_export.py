"""Everything that proves one signing, in a ZIP that can be checked without the portal."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.models import Chain
from implportal.audit.registry import Action
from implportal.documents.canonical import canonical_bytes, digest
from implportal.documents.models import DocumentVersion, Seal
from implportal.documents.verification import attached_files
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.signing.domain.evidence import SCHEMA, events_of
from implportal.signing.models import RequestState, SignatureRequest
from implportal.signing.permissions import may_export_evidence

SCHEMA_FILE = Path(__file__).parents[1] / "schema" / f"evidence-{SCHEMA}.json"
CHECK_FILE = Path(settings.BASE_DIR) / "templates" / "signing" / "export" / "check_chain.py"
CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""A ZIP cannot say an earlier time."""

EVIDENCE_EXPORTED = Action(
    "signing.evidence_exported",
    gettext_lazy("exported the evidence of %(number)s, version %(version)s"),
)


class NothingProved(DomainError):
    """There is evidence to hand out only when everybody has signed and the seal is on."""


@transaction.atomic
def export_evidence(*, request: SignatureRequest, actor: User, at: datetime) -> bytes:
    """Return the ZIP with the evidence of a completed request.

    The export is put on the record of the project, not on the chain of the request: that
    chain is in the ZIP, and the same state of it gives the same bytes.

    Raises:
        NotAllowed: ``actor`` does not run the project; it tells addresses of people.
        NothingProved: it is not completed.
    """
    request = SignatureRequest.objects.select_related(
        "project", "version__sealed_with", "version__seal__stamped_by"
    ).get(pk=request.pk)
    if not may_export_evidence(actor, request.project):
        raise NotAllowed
    if request.state != RequestState.COMPLETED:
        raise NothingProved(_("There is no sealed document yet, so nothing can be exported."))
    packed = _pack(evidence_files(request), at=request.version.sealed_at)
    version = request.version
    record(
        EVIDENCE_EXPORTED,
        subject=request,
        actor=actor,
        at=at,
        project=request.project,
        details={
            "number": version.number,
            "version": version.version,
            "zip_sha256": digest(packed),
        },
    )
    return packed


def export_name(request: SignatureRequest) -> str:
    return f"{request.version.number}-v{request.version.version}-evidence.zip"


def evidence_files(request: SignatureRequest) -> dict[str, bytes]:
    """The files of the export by name, without the list of their digests."""
    version = request.version
    with version.pdf.open() as frozen, version.sealed_pdf.open() as sealed:
        files = {"frozen.pdf": frozen.read(), "sealed.pdf": sealed.read()}
    for name, data in attached_files(files["sealed.pdf"]).items():
        if name == "evidence.json":
            files[name] = data
        elif name != version.file_name:
            files[f"signatures/{name}"] = data
    chain = Chain.objects.get(name=request.chain)
    files["content.json"] = canonical_bytes(version.content)
    files["chain.json"] = canonical_bytes(
        {
            "name": chain.name,
            "length": chain.length,
            "head": chain.head,
            "events": events_of(chain),
        }
    )
    files[f"evidence-schema-{SCHEMA}.json"] = SCHEMA_FILE.read_bytes()
    files["check_chain.py"] = CHECK_FILE.read_bytes()
    files |= _certificates(version)
    files["HOW-TO-CHECK.html"] = _how_to_check(request, files)
    return files


def _certificates(version: DocumentVersion) -> dict[str, bytes]:
    """Of the key that sealed and of the authority that stamped, each with its chain, as PEM."""
    chains = {}
    if version.sealed_with:
        chains["seal"] = version.sealed_with.chain_pem
    seal = Seal.objects.select_related("stamped_by").filter(version=version).first()
    if seal and seal.stamped_by:
        chains["time-stamp"] = seal.stamped_by.chain_pem
    files = {}
    for name, chain in chains.items():
        certificates = CERTIFICATE.findall(chain)
        files[f"certificates/{name}-chain.pem"] = chain.encode()
        files[f"certificates/{name}-root.pem"] = certificates[-1].encode()
    return files


def _how_to_check(request: SignatureRequest, files: dict[str, bytes]) -> bytes:
    version = request.version
    return render_to_string(
        "signing/export/how_to_check.html",
        {
            "version": version,
            "names": sorted(files),
            "sealed_at": version.sealed_at.astimezone(UTC),
            "is_test": bool(version.sealed_with and version.sealed_with.is_test),
            "has_stamp": "certificates/time-stamp-root.pem" in files,
            "organisation": settings.ORGANISATION_NAME,
        },
    ).encode()


def _pack(files: dict[str, bytes], *, at: datetime) -> bytes:
    """A ZIP in which nothing but the files decides the bytes."""
    sums = "".join(f"{digest(files[name])}  {name}\n" for name in sorted(files))
    moment = max(at.astimezone(UTC).timetuple()[:6], EARLIEST)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in sorted((files | {"SHA256SUMS": sums.encode()}).items()):
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, data, compresslevel=6)
    return packed.getvalue()
