"""The whole thread with a real seal: what goes into the file, and what comes out of it later."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta

import jsonschema
import pytest
from django.db import transaction
from django.urls import reverse

from implportal.audit.domain import hash_of
from implportal.audit.models import Chain, Entry
from implportal.documents.canonical import digest
from implportal.documents.domain.verifications import verify_upload
from implportal.documents.models import DocumentVersion
from implportal.documents.verification import Outcome, attached_files, verify
from implportal.kernel.errors import NotAllowed
from implportal.signing.domain import codes
from implportal.signing.domain.consents import current_consent
from implportal.signing.domain.evidence import events_of
from implportal.signing.domain.evidence_export import (
    SCHEMA_FILE,
    NothingProved,
    evidence_files,
    export_evidence,
)
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.domain.signing import needs_code
from implportal.signing.models import Signer
from implportal.signing.tests.conftest import at as address_at
from implportal.signing.tests.conftest import code_of
from implportal.signing.tests.domain.test_signing import BROWSER, link_of, sign  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def _pages_at_once():
    """Here they are about pages of paper, so nothing is put in their place."""


@pytest.fixture
def keys(settings, tmp_path_factory):
    """Keys take seconds to make; these are the same for all that follows."""
    settings.VAR_DIR = tmp_path_factory.getbasetemp() / "keys-of-evidence"


@pytest.fixture
def completed(keys, frozen, asked, carl, dora, sign, now, django_capture_on_commit_callbacks):  # noqa: F811
    """Carl signs with a code, Dora approves; the document is sealed."""
    request = asked(
        frozen(kind="test.coded"),
        [SignerSpec(carl, order=1), SignerSpec(dora, role="APPROVER", order=2)],
    )
    with django_capture_on_commit_callbacks(execute=True):
        for name in ("Carl Client", "Dora Client"):
            link = link_of(request, name)
            assert needs_code(request, link)
            codes.send_code(link=link, session=BROWSER.session, at=now)
            digits = code_of(link.signer)
            codes.check_code(link=link, session=BROWSER.session, digits=digits, at=now)
            sign(request, name)
    request.refresh_from_db()
    assert request.state == "COMPLETED", request.state_reason
    return request


@pytest.fixture
def data(completed):
    with DocumentVersion.objects.get(pk=completed.version_id).sealed_pdf.open() as file:
        return file.read()


def evidence_in(data):
    return json.loads(attached_files(data)["evidence.json"])


# --- evidence ---------------------------------------------------------------------------


def test_the_evidence_has_the_published_form_and_says_everything(completed, data, client):
    schema = json.loads(b"".join(client.get("/verify/evidence-schema-1.json").streaming_content))
    jsonschema.Draft202012Validator.check_schema(schema)
    evidence = evidence_in(data)

    jsonschema.validate(evidence, schema, cls=jsonschema.Draft202012Validator)

    carl, dora = evidence["signers"]
    version = DocumentVersion.objects.get(pk=completed.version_id)
    assert carl["statement"]["content_sha256"] == version.content_sha256  # D1
    assert carl["statement"]["pdf_sha256"] == version.pdf_sha256  # D2
    assert carl["statement"]["consent_sha256"] == current_consent("en").sha256  # D3
    assert carl["statement"]["picture_sha256"] is None  # D4: typed
    assert carl["statement_sha256"] == Signer.objects.get(name="Carl Client").statement_sha256
    assert carl["statement"]["signer"] == {
        "name": "Carl Client", "email": "carl@client.example", "order": 1,
    }  # fmt: skip
    assert carl["code"]["sent_to"] == "c•••••@client.example"
    assert (carl["method"], carl["consent"]["version"]) == ("TYPED", "1")
    assert {"delivery", "sent_at", "opened_at"} <= set(carl["link"])
    assert (carl["address"], carl["user_agent"]) == (BROWSER.address, BROWSER.user_agent)
    assert (carl["language"], carl["time_zone"]) == (BROWSER.language, BROWSER.time_zone)
    assert carl["signed_at"].endswith("+00:00")
    assert carl["application"].startswith("implportal ")
    assert dora["statement"]["role"] == "APPROVER"
    assert [person["state"] for person in evidence["people"]] == ["SIGNED", "SIGNED"]
    actions = [event["action"] for event in evidence["events"]]
    for action in ("link_sent", "code_sent", "code_passed", "link_opened", "signed", "approved"):
        assert f"signing.{action}" in actions
    assert carl["delegated_from"] is None


def test_the_schema_refuses_what_is_no_evidence(data):
    schema = json.loads(SCHEMA_FILE.read_text())
    for path, wrong in (
        (("chain", "head"), "abc"),
        (("signers", 0, "statement", "pdf_sha256"), None),
        (("signers", 0, "method"), "CLICKED"),
        (("events", 0, "sequence"), 0),
        (("events", 0, "more"), 1),
        (("signers",), []),
    ):
        evidence = place = evidence_in(data)
        *way, last = path
        for step in way:
            place = place[step]
        place[last] = wrong
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(evidence, schema)


# --- after sealing ----------------------------------------------------------------------


def test_the_chain_goes_on_after_sealing_and_the_file_stays_valid(completed, data, now, client):
    verdict = verify_upload(file=io.BytesIO(data), at=now)
    verify_upload(file=io.BytesIO(data), at=now)
    assert verdict.is_valid

    later = verify(data)
    assert later.is_valid
    assert "they are the first of the chain on record" in later.line("log").meaning
    chain = Chain.objects.get(name=completed.chain)
    assert chain.length > evidence_in(data)["chain"]["length"]
    actions = [event["action"] for event in events_of(chain)]
    assert actions.count("signing.verified") == 1
    assert actions.count("signing.completed") == 1


def test_a_download_is_told_by_the_page_and_a_get_changes_nothing(completed, visit):
    link = link_of(completed, "Carl Client")
    browser = visit(link)
    entries = Entry.objects.filter(chain__name=completed.chain, action="signing.downloaded")

    for route in ("link_document_file", "link_sealed_file"):
        b"".join(browser.get(address_at(route, link)).streaming_content)
    assert not entries.exists()

    for _click in range(2):
        assert browser.post(address_at("link_sealed_file", link)).status_code == 204
    assert browser.post(address_at("link_document_file", link)).status_code == 204

    told = [(entry.actor_name, entry.details["file"]) for entry in entries.order_by("pk")]
    assert told == [("Carl Client", "sealed PDF"), ("Carl Client", "frozen PDF")]


def test_a_download_by_a_reader_is_on_the_record_of_the_project(frozen, shared, visit):
    link = shared(frozen())

    assert visit(link).post(address_at("link_document_file", link)).status_code == 204

    entry = Entry.objects.get(action="signing.downloaded")
    assert entry.chain.name == f"project:{link.project_id}"


# --- what was changed in the database ---------------------------------------------------


def edit_event(request):
    Entry.objects.filter(chain__name=request.chain, sequence=3).update(actor_name="Nobody")


def delete_event(request):
    Entry.objects.filter(chain__name=request.chain, sequence=3).delete()


def reorder_events(request):
    entries = Entry.objects.filter(chain__name=request.chain)
    entries.filter(sequence=3).update(sequence=99)
    entries.filter(sequence=4).update(sequence=3)
    entries.filter(sequence=99).update(sequence=4)


def rewrite_the_whole_chain(request):
    """Every hash fits again; only the sealed file remembers."""
    chain, previous = Chain.objects.get(name=request.chain), ""
    for entry in chain.entries.order_by("sequence"):
        if entry.sequence == 3:
            entry.actor_name = "Nobody"
        entry.previous_hash = previous
        previous = entry.hash = hash_of(entry)
        entry.save()
    Chain.objects.filter(pk=chain.pk).update(head=previous)


def edit_signature(request):
    signer = request.signers.get(name="Carl Client")
    signer.evidence["address"] = "203.0.113.9"
    signer.save(update_fields=["evidence"])


def forget_signature(request):
    signer = request.signers.get(name="Carl Client")
    signer.state, signer.evidence, signer.statement_sha256 = "VERIFIED", None, ""
    signer.save(update_fields=["state", "evidence", "statement_sha256"])


def replace_digest_of_evidence(request):
    DocumentVersion.objects.filter(pk=request.version_id).update(evidence_sha256="0" * 64)


def forget_the_request(request):
    type(request).objects.filter(pk=request.pk).update(state="CANCELLED", completed_at=None)


HARM = {
    edit_event: ("log", "The chain of events on record is broken from event 3 on."),
    delete_event: ("log", "The chain of events on record is broken from event 3 on."),
    reorder_events: ("log", "The chain of events on record is broken from event 3 on."),
    rewrite_the_whole_chain: (
        "log", "The events in the file are not those of the chain on record.",
    ),
    edit_signature: ("evidence", "The signatures in the file are not those on record."),
    forget_signature: ("evidence", "The signatures in the file are not those on record."),
    replace_digest_of_evidence: ("evidence", "No. The evidence differs from our record."),
    forget_the_request: ("evidence", "No completed signing is on record for it."),
}  # fmt: skip


def test_whatever_was_changed_in_the_database_after_sealing_is_found(
    completed, data, as_owner_of_the_database
):
    assert verify(data).is_valid
    for harm, (key, reason) in HARM.items():
        with transaction.atomic():
            with as_owner_of_the_database():
                harm(completed)
            verdict = verify(data)
            transaction.set_rollback(True)
        told = (verdict.line(key).outcome, verdict.line(key).meaning)
        assert told == (Outcome.FAILED, reason), harm.__name__
        assert not verdict.is_valid
    assert verify(data).is_valid


# --- export -----------------------------------------------------------------------------


@pytest.fixture
def unpacked(completed, ines, now, tmp_path):
    packed = export_evidence(request=completed, actor=ines, at=now)
    folder = tmp_path / "evidence"
    zipfile.ZipFile(io.BytesIO(packed)).extractall(folder)
    return folder


def run_check(folder):
    """By a Python that knows nothing but its own library, in a world without settings."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "check_chain.py")],
        capture_output=True, text=True, env={}, cwd="/", check=False,
    )  # fmt: skip


def test_the_export_holds_what_proves_the_signing(completed, unpacked, data):
    names = {str(file.relative_to(unpacked)) for file in unpacked.rglob("*") if file.is_file()}

    assert names == {
        "HOW-TO-CHECK.html", "SHA256SUMS", "certificates/seal-chain.pem",
        "certificates/seal-root.pem", "chain.json", "check_chain.py", "content.json",
        "evidence-schema-1.json", "evidence.json", "frozen.pdf", "sealed.pdf",
    }  # fmt: skip
    version = DocumentVersion.objects.get(pk=completed.version_id)
    assert (unpacked / "sealed.pdf").read_bytes() == data
    assert digest((unpacked / "frozen.pdf").read_bytes()) == version.pdf_sha256
    assert digest((unpacked / "evidence.json").read_bytes()) == version.evidence_sha256
    page = (unpacked / "HOW-TO-CHECK.html").read_text()
    assert "TEST SEAL" in page
    assert version.sealed_sha256 in page
    assert "<script" not in page


def test_the_same_evidence_gives_the_same_bytes(completed, ines, bea, now):
    first = export_evidence(request=completed, actor=ines, at=now)
    second = export_evidence(request=completed, actor=ines, at=now + timedelta(days=1))

    assert first == second
    exports = Entry.objects.filter(action="signing.evidence_exported")
    assert [entry.details["zip_sha256"] for entry in exports] == [digest(first)] * 2
    assert {entry.chain.name for entry in exports} == {f"project:{completed.project_id}"}


def test_a_bare_python_finds_everything_right(unpacked):
    done = run_check(unpacked)

    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines()[-1] == "ALL RIGHT"
    assert "NO " not in done.stdout


def sums_made_anew(folder):
    lines = [line.partition("  ")[2] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = "".join(f"{digest((folder / name).read_bytes())}  {name}\n" for name in lines)
    (folder / "SHA256SUMS").write_text(sums)


CHANGES = {
    "frozen.pdf": lambda data: data + b" ",
    "sealed.pdf": lambda data: data[: len(data) // 2],
    "evidence.json": lambda data: data.replace(b"192.0.2.7", b"192.0.2.8"),
    "chain.json": lambda data: data.replace(b"Carl Client", b"Karl Client", 1),
    "content.json": lambda data: data.replace(b"Delivery", b"Deliverx", 1),
}


def test_a_changed_file_is_found_even_if_the_list_of_digests_was_made_anew(unpacked):
    for name, change in CHANGES.items():
        kept = (unpacked / name).read_bytes()
        (unpacked / name).write_bytes(change(kept))
        assert f"NO   {name}" in run_check(unpacked).stdout

        sums_made_anew(unpacked)
        done = run_check(unpacked)

        assert (done.returncode, name) == (1, name)
        assert "NOT RIGHT" in done.stdout
        (unpacked / name).write_bytes(kept)
        sums_made_anew(unpacked)
    assert run_check(unpacked).returncode == 0


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_public_tools_agree(unpacked):
    folder = unpacked / "certificates"
    done = subprocess.run(
        ["openssl", "verify", "-purpose", "any", "-CAfile", "seal-root.pem",
         "-untrusted", "seal-chain.pem", "seal-chain.pem"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "seal-chain.pem: OK" in done.stdout, done.stderr
    sums = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
    assert subprocess.run(sums, cwd=unpacked, check=False).returncode == 0


def test_only_who_runs_the_project_takes_the_evidence_home(completed, sam, conny, adam, now):
    for user in (sam, conny):
        with pytest.raises(NotAllowed):
            export_evidence(request=completed, actor=user, at=now)
    assert not Entry.objects.filter(action="signing.evidence_exported").exists()

    assert export_evidence(request=completed, actor=adam, at=now)


def test_there_is_nothing_to_export_before_the_seal(frozen, asked, ines, now, sign_in):
    request = asked(frozen())
    with pytest.raises(NothingProved):
        export_evidence(request=request, actor=ines, at=now)

    address = reverse("signing:request_evidence", args=[request.project_id, request.pk])
    assert sign_in(ines).post(address).url == request.get_absolute_url()


def test_the_page_of_the_request_hands_the_zip_out(completed, ines, sign_in):
    browser = sign_in(ines)
    address = reverse("signing:request_evidence", args=[completed.project_id, completed.pk])

    assert address in browser.get(completed.get_absolute_url()).content.decode()
    answer = browser.post(address)

    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].endswith('-v1-evidence.zip"')
    assert "evidence.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert browser.get(address).status_code == 405


def test_the_files_of_the_export_are_few_enough_to_be_made_at_once(
    completed, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        evidence_files(completed)
