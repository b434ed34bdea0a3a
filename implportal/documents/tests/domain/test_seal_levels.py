"""Whole documents, sealed with time stamps, with revocation data, and with changing keys."""

import shutil
import subprocess
import time
from datetime import UTC, datetime

import page
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from implportal.audit.models import Entry
from implportal.documents.domain.seals import seal_version
from implportal.documents.domain.versions import render_version
from implportal.documents.keys import SealKeyMissing, load_signer
from implportal.documents.models import Seal, SealCertificate, TimeAuthority
from implportal.documents.sealing import NoTrustedTime, SealFailed, prepare, seal
from implportal.documents.tests.authority import Authority
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.documents.tests.pages import a_page
from implportal.documents.verification import Outcome, verify

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING


@pytest.fixture
def authority():
    with Authority() as authority:
        yield authority


@pytest.fixture
def use_key(settings, tmp_path):
    """Return a function that has an authority issue a key, and sets it up."""

    def _use_key(authority, name="seal", **options):
        file = authority.seal_file(tmp_path, name, **options)
        settings.SEAL_KEY, settings.SEAL_P12_FILE = "p12", str(file)
        settings.SEAL_P12_PASSPHRASE_FILE = str(file.with_suffix(".passphrase"))

    return _use_key


@pytest.fixture
def rendered(noon):
    version = DocumentVersionFactory(version=1)
    render_version(version_id=version.pk, now=noon)
    version.refresh_from_db()
    return version


def put_seal(version, noon):
    certificate = {
        "signers": [{"name": "Carl", "typed_name": "Carl", "signed_at": noon}],
        "events": [{"at": noon, "who": "Carl", "text": "signed"}],
        "chain_head": "c" * 64,
    }
    return seal_version(
        version=version, evidence={"schema": 1}, certificate=certificate, sealed_at=noon
    )


def bytes_of(version):
    with version.sealed_pdf.open() as file:
        return file.read()


def text_of(data, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("poppler's pdftotext is not installed")
    (tmp_path / "text.pdf").write_bytes(data)
    command = ["pdftotext", "-raw", tmp_path / "text.pdf", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return " ".join(said.split())


def test_a_time_stamp_is_on_record_in_the_verdict_and_on_the_page(
    rendered, noon, authority, use_key, settings, tmp_path
):
    use_key(authority)
    authority.use(settings, tmp_path)

    version = put_seal(rendered, noon)

    record = Seal.objects.get()
    assert (record.version, record.level) == (version, "B-T")
    assert record.stamped_by == TimeAuthority.objects.get()
    assert "Test time stamps" in record.stamped_by.subject
    assert abs((record.stamped_at - datetime.now(UTC)).total_seconds()) < 60
    assert version.has_trusted_time
    assert Entry.objects.get(action="documents.sealed").details["level"] == "PAdES B-T"
    verdict = verify(bytes_of(version))
    assert verdict.is_valid
    line = verdict.line("time")
    assert line.outcome == Outcome.OK
    assert "Test time stamps" in line.meaning
    assert f"confirmed {record.stamped_at:%Y-%m-%d %H:%M:%S} UTC" in line.meaning
    page_text = text_of(bytes_of(version), tmp_path)
    assert "UTC, PAdES B-T" in page_text
    assert "The seal carries a time stamp of Test time stamps (Test Ltd)" in page_text


def test_level_and_time_stamp_stand_on_the_pages(
    rendered, noon, authority, use_key, settings, tmp_path, ines, sign_in, client
):
    use_key(authority)
    authority.use(settings, tmp_path)
    version = put_seal(rendered, noon)
    version.project.implementation_manager = ines
    version.project.save(update_fields=["implementation_manager"])

    listed = sign_in(ines).get(version.get_absolute_url()).content.decode()
    public = client.get(version.verification_url).content.decode()

    assert "PAdES B-T" in listed
    assert "PAdES B-T. Time confirmed by an authority." in public
    assert "Test time stamps (Test Ltd)" in public


def test_with_revocation_data_the_document_says_b_lt_and_conforms(
    rendered, noon, use_key, settings, tmp_path
):
    with Authority(revocation="ocsp") as authority:
        use_key(authority)
        authority.use(settings, tmp_path)
        version = put_seal(rendered, noon)

    data = bytes_of(version)
    assert (version.seal.level, version.seal.remark) == ("B-LT", "")
    verdict = verify(data)
    assert verdict.is_valid
    assert verdict.line("whole").outcome == Outcome.OK
    assert "(PAdES B-LT). Proof that no certificate had been revoked is inside" in (
        verdict.line("time").meaning
    )
    for profile in ("3a", "ua1"):
        assert page.validate_pdf_bytes(data, profile=profile).failures == []


def test_without_the_authority_nothing_is_sealed_until_it_is_back(
    rendered, noon, authority, use_key, settings, tmp_path
):
    use_key(authority)
    authority.use(settings, tmp_path)
    authority.mood = "error"
    with pytest.raises(NoTrustedTime, match="error 503"):
        put_seal(rendered, noon)
    rendered.refresh_from_db()
    assert not rendered.is_sealed
    assert not Seal.objects.exists()

    authority.mood = "well"

    assert put_seal(rendered, noon).seal.level == "B-T"


@pytest.mark.parametrize("stamps", [0, 1])
def test_sealing_without_trusted_time_has_to_be_allowed_and_says_so(
    rendered, noon, authority, use_key, settings, tmp_path, stamps
):
    use_key(authority)
    authority.use(settings, tmp_path)
    authority.stamps_left = stamps  # with one it fails only after the pages are laid out
    settings.SEAL_WITHOUT_TRUSTED_TIME = True

    version = put_seal(rendered, noon)

    why = "sealed without trusted time: The time-stamp authority answered with the error 503"
    assert (version.seal.level, version.seal.remark) == ("B-B", why)
    assert (version.has_trusted_time, version.seal.stamped_at) == (False, None)
    verdict = verify(bytes_of(version))
    assert verdict.line("time").outcome == Outcome.NOT_APPLICABLE
    assert why in verdict.line("time").meaning
    page_text = text_of(bytes_of(version), tmp_path)
    assert "None. The time is that of the portal’s own clock" in page_text
    assert why in page_text


def test_what_was_sealed_with_an_earlier_key_still_verifies(rendered, noon, authority, use_key):
    use_key(authority, "first")
    first = put_seal(rendered, noon)
    later = DocumentVersionFactory(project=rendered.project, version=2)
    render_version(version_id=later.pk, now=noon)
    use_key(authority, "second", key=3)
    second = put_seal(later, noon)

    for version, name in ((first, "first"), (second, "second")):
        verdict = verify(bytes_of(version))
        assert verdict.is_valid
        assert f"CN=Test {name},O=Test Ltd" in verdict.line("key").meaning
        assert version.sealed_with.fingerprint[:16] in verdict.line("key").meaning
    assert SealCertificate.objects.count() == 2


def test_another_key_of_the_same_issuer_is_not_ours(rendered, noon, authority, use_key):
    use_key(authority, "ours")
    put_seal(rendered, noon)
    use_key(authority, "stranger", key=3)
    key = load_signer()

    verdict = verify(seal(a_page(), key=key, plan=prepare(key)))

    outcomes = {line.key: line.outcome for line in verdict.lines}
    assert (outcomes["seal"], outcomes["whole"]) == (Outcome.OK, Outcome.OK)
    assert (outcomes["known"], outcomes["key"]) == (Outcome.FAILED, Outcome.FAILED)


def test_a_time_stamp_of_an_authority_we_do_not_know_is_called_that(
    rendered, noon, authority, use_key, settings, tmp_path
):
    with Authority(name="Other") as other:
        other.root = other.issue("Other root", other.stamping.key, None, is_authority=True)
        other.stamping = other.issue("Other stamps", other.stamping.key, TIME_STAMPING)
        use_key(authority)
        other.use(settings, tmp_path)
        key = load_signer()
        stamped = seal(a_page(), key=key, plan=prepare(key))
    settings.SEAL_TSA_ROOTS = settings.SEAL_TSA_URL = ""
    put_seal(rendered, noon)

    line = verify(stamped).line("time")

    assert line.outcome == Outcome.NOT_APPLICABLE
    assert "an intact time stamp" in line.meaning
    assert "an authority that we do not know" in line.meaning


def test_what_was_sealed_before_key_and_authority_ran_out_still_verifies(
    rendered, noon, authority, use_key, settings, tmp_path
):
    authority.use(settings, tmp_path)
    for seconds in (4, 8, 16, 32):  # on a busy machine sealing takes its time
        days = (-1, seconds / 86400)
        use_key(authority, days=days)
        authority.stamping = authority.issue(
            "Test time stamps", authority.stamping.key, TIME_STAMPING, days=days
        )
        ends_at = authority.stamping.certificate.not_valid_after_utc
        try:
            version = put_seal(rendered, noon)
            break
        except (SealKeyMissing, SealFailed):
            continue
    while datetime.now(UTC) <= ends_at:
        time.sleep(0.2)

    with pytest.raises(SealKeyMissing, match="ran out"):
        load_signer()
    verdict = verify(bytes_of(version))
    assert verdict.is_valid
    assert verdict.line("time").outcome == Outcome.OK
