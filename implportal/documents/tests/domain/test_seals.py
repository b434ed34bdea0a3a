import io
import json
from pathlib import Path

import page
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from implportal.audit.models import Entry
from implportal.documents import verification
from implportal.documents.canonical import canonical_bytes, digest
from implportal.documents.domain.seals import NotReadyToSeal, seal_version
from implportal.documents.domain.versions import ContentWasChanged, render_version
from implportal.documents.keys import SealKeyMissing
from implportal.documents.models import SealCertificate
from implportal.documents.registry import EvidenceFinding, register_evidence_check
from implportal.documents.sealing import SealFailed
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.documents.verification import Outcome, verify

pytestmark = pytest.mark.django_db

EVIDENCE = {"schema": "test/1", "signers": [{"name": "Carl"}]}


def certificate(noon):
    return {
        "signers": [{"name": "Carl", "typed_name": "Carl", "signed_at": noon, "method": "Typed"}],
        "events": [{"at": noon, "who": "Carl", "text": "signed"}],
        "chain_head": "c" * 64,
    }


def sealed_version(noon, **changes):
    version = DocumentVersionFactory(version=1, **changes)
    render_version(version_id=version.pk, now=noon)
    return seal_version(
        version=version, evidence=EVIDENCE, certificate=certificate(noon), sealed_at=noon
    )


@pytest.fixture
def sealed(noon):
    return sealed_version(noon)


@pytest.fixture
def data(sealed):
    with sealed.sealed_pdf.open() as file:
        return file.read()


def outcomes(verdict):
    return {line.key: line.outcome for line in verdict.lines}


def test_a_sealed_version_verifies(sealed, data):
    verdict = verify(data)

    assert outcomes(verdict) == {
        "known": Outcome.OK,
        "seal": Outcome.OK,
        "key": Outcome.OK,
        "whole": Outcome.OK,
        "time": Outcome.NOT_APPLICABLE,
        "evidence": Outcome.OK,
        "log": Outcome.NOT_APPLICABLE,
        "status": Outcome.OK,
    }
    assert (verdict.is_valid, verdict.version) == (True, sealed)
    assert "TEST SEAL" in verdict.line("key").meaning


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_a_sealed_file_conforms_to_pdf_a_and_pdf_ua(data, profile):
    report = page.validate_pdf_bytes(data, profile=profile)

    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_evidence_and_the_signed_pdf_are_inside(sealed, data):
    files = verification.attached_files(data)

    evidence = json.loads(files["evidence.json"])
    assert evidence["signers"] == EVIDENCE["signers"]
    assert evidence["document"]["pdf_sha256"] == sealed.pdf_sha256
    assert files["evidence.json"] == canonical_bytes(evidence)
    assert digest(files["evidence.json"]) == sealed.evidence_sha256
    assert digest(files[sealed.file_name]) == sealed.pdf_sha256


def test_the_seal_is_one_invisible_pades_signature(data):
    (seal,) = PdfFileReader(io.BytesIO(data)).embedded_signatures

    assert (seal.field_name, seal.sig_object["/SubFilter"]) == ("Seal", "/ETSI.CAdES.detached")


def test_sealing_again_returns_the_same_file(sealed, noon):
    again = seal_version(
        version=sealed, evidence={"other": 1}, certificate=certificate(noon), sealed_at=noon
    )

    assert again.sealed_sha256 == sealed.sealed_sha256
    assert SealCertificate.objects.count() == 1
    assert Entry.objects.filter(action="documents.sealed").count() == 1


def test_a_later_seal_supersedes_the_earlier(sealed, noon):
    later = DocumentVersionFactory(project=sealed.project, version=2)
    render_version(version_id=later.pk, now=noon)
    seal_version(version=later, evidence={}, certificate=certificate(noon), sealed_at=noon)

    sealed.refresh_from_db()
    assert (sealed.status, sealed.superseded_by) == ("SUPERSEDED", later)
    with sealed.sealed_pdf.open() as file:
        verdict = verify(file.read())
    assert verdict.is_valid
    assert "version 2 was signed in its place" in verdict.line("status").meaning


def test_it_refuses_before_the_pdf_is_there(noon):
    version = DocumentVersionFactory()
    with pytest.raises(NotReadyToSeal):
        seal_version(version=version, evidence={}, certificate=certificate(noon), sealed_at=noon)


def test_it_refuses_a_frozen_file_that_was_changed(noon):
    version = DocumentVersionFactory()
    render_version(version_id=version.pk, now=noon)
    version.refresh_from_db()
    with Path(version.pdf.path).open("ab") as file:
        file.write(b" ")

    with pytest.raises(ContentWasChanged):
        seal_version(version=version, evidence={}, certificate=certificate(noon), sealed_at=noon)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"SEAL_KEY": "p12", "SEAL_P12_PASSPHRASE_FILE": "/nowhere"}, SealKeyMissing),
        ({"SEAL_TSA_URL": "http://127.0.0.1:9/tsa"}, SealFailed),
    ],
)
def test_without_key_or_time_nothing_is_kept_and_it_can_be_retried(
    noon, settings, changes, refusal
):
    version = DocumentVersionFactory()
    render_version(version_id=version.pk, now=noon)
    before = {name: getattr(settings, name) for name in changes}
    for name, value in changes.items():
        setattr(settings, name, value)

    with pytest.raises(refusal):
        seal_version(version=version, evidence={}, certificate=certificate(noon), sealed_at=noon)

    version.refresh_from_db()
    assert not version.is_sealed
    for name, value in before.items():
        setattr(settings, name, value)
    assert seal_version(
        version=version, evidence={}, certificate=certificate(noon), sealed_at=noon
    ).is_sealed


def test_a_flipped_byte_in_the_body_is_not_valid(data):
    changed = bytearray(data)
    changed[5_000] ^= 1
    verdict = verify(bytes(changed))

    assert not verdict.is_valid
    assert outcomes(verdict)["known"] == Outcome.FAILED
    assert outcomes(verdict)["seal"] == Outcome.FAILED


def test_bytes_after_the_end_are_not_valid(data):
    verdict = verify(data + b"\n% more\n")

    assert not verdict.is_valid
    assert outcomes(verdict)["known"] == Outcome.FAILED


def test_the_unsigned_text_is_not_valid_but_recognised(sealed):
    with sealed.pdf.open() as file:
        verdict = verify(file.read())

    assert not verdict.is_valid
    assert "unsigned text of SD-2026-0001" in verdict.line("known").meaning
    assert verdict.line("seal").meaning == "No. The file carries no seal at all."


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7", b"not a pdf", b"\x00" * 1000])
def test_junk_is_not_valid(junk):
    assert not verify(junk).is_valid


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(verification, "MAX_BYTES", 10)

    verdict = verify(b"x" * 11)

    assert verdict.line("seal").outcome == Outcome.NOT_APPLICABLE
    assert (verdict.is_valid, verdict.line("known").outcome) == (False, Outcome.FAILED)


def test_an_error_while_checking_is_not_valid(data, monkeypatch):
    monkeypatch.setattr(verification, "_evidence", lambda *_all: 1 / 0)

    verdict = verify(data)

    assert not verdict.is_valid
    assert outcomes(verdict)["evidence"] == outcomes(verdict)["log"] == Outcome.FAILED


@pytest.mark.parametrize("ok", [True, False])
def test_other_apps_check_the_evidence_too(data, ok):
    register_evidence_check(lambda _version, _evidence: [EvidenceFinding(ok, "The chain …", "log")])

    verdict = verify(data)

    assert verdict.is_valid is ok
    assert verdict.line("log").meaning == "The chain …"


def test_evidence_that_differs_from_the_record_is_not_valid(sealed, data, monkeypatch):
    monkeypatch.setattr(verification, "attached_files", lambda _data: {"evidence.json": b"{}"})

    verdict = verify(data)

    assert not verdict.is_valid
    assert outcomes(verdict)["evidence"] == Outcome.FAILED


def test_a_key_that_is_not_ours_is_not_valid(data, as_owner_of_the_database):
    with as_owner_of_the_database():
        SealCertificate.objects.update(fingerprint="0" * 64)

    verdict = verify(data)

    assert (verdict.is_valid, outcomes(verdict)["key"]) == (False, Outcome.FAILED)


def test_a_withdrawn_document_is_not_valid(sealed, data):
    type(sealed).objects.update(status="WITHDRAWN")

    assert not verify(data).is_valid
