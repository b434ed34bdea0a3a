"""Seals on one small page: levels, authorities that fail, keys that change."""

import io
import shutil
import subprocess
import zlib
from base64 import a85decode

import page
import pydyf
import pytest
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

from implportal.documents import sealing
from implportal.documents.engine import end_plainly
from implportal.documents.keys import SealKeyMissing, load_signer
from implportal.documents.sealing import NoTrustedTime, SealFailed, prepare, seal, stamps
from implportal.documents.tests.authority import Authority
from implportal.documents.tests.pages import a_page

MOODS = {
    "error": "answered with the error 503",
    "slow": "did not answer within",
    "garbage": "cannot be understood",
    "no-authority": "is not a time-stamp authority",
    "wrong-nonce": "something else than it was asked",
    "wrong-digest": "something else than it was asked",
    "refuses": r"refused the request \(rejection\)",
}


@pytest.fixture
def authority():
    with Authority() as authority:
        yield authority


@pytest.fixture
def use_key(settings, tmp_path):
    """Return a function that sets up a key issued by an authority, and loads it."""

    def _use_key(authority, name="seal", **options):
        file = authority.seal_file(tmp_path, name, **options)
        settings.SEAL_KEY, settings.SEAL_P12_FILE = "p12", str(file)
        settings.SEAL_P12_PASSPHRASE_FILE = str(file.with_suffix(".passphrase"))
        return load_signer()

    return _use_key


def sealed(key):
    plan = prepare(key)
    return seal(a_page(), key=key, plan=plan), plan


def signature(data):
    (found,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    return found


def has_stamp(data):
    attributes = signature(data).signer_info["unsigned_attrs"]
    return "signature_time_stamp_token" in [one["type"].native for one in attributes]


def test_without_an_authority_the_seal_is_b_b_and_says_why(authority, use_key):
    data, plan = sealed(use_key(authority))

    assert (plan.level, plan.remark) == ("B-B", "no time-stamp authority is set up")
    assert not has_stamp(data)
    assert authority.asked == []


def test_with_an_authority_the_seal_is_b_t(authority, use_key, settings, tmp_path):
    authority.use(settings, tmp_path)

    data, plan = sealed(use_key(authority))

    assert plan.level == "B-T"
    assert plan.remark == "the certificates do not say where revocation data is to be had"
    assert has_stamp(data)
    assert "Test time stamps" in plan.stamper.authority
    assert len(plan.stamper.chain) == 2
    assert authority.asked == ["/tsa", "/tsa"]


@pytest.mark.parametrize("kind", ["crl", "ocsp"])
def test_with_revocation_data_the_seal_is_b_lt(use_key, settings, tmp_path, kind):
    with Authority(revocation=kind) as authority:
        authority.use(settings, tmp_path)
        data, plan = sealed(use_key(authority))

    assert (plan.level, plan.remark) == ("B-LT", "")
    store = PdfFileReader(io.BytesIO(data)).root["/DSS"]
    assert len(store["/CRLs" if kind == "crl" else "/OCSPs"]) >= 1
    assert len(store["/Certs"]) == 3


@pytest.mark.parametrize("kind", ["crl", "ocsp"])
def test_without_an_answer_about_revocation_the_seal_is_b_t_and_says_why(
    use_key, settings, tmp_path, kind
):
    with Authority(revocation=kind, revocation_fails=True) as authority:
        authority.use(settings, tmp_path)
        data, plan = sealed(use_key(authority))

    assert (plan.level, plan.remark) == ("B-T", "revocation data could not be had")
    assert "/DSS" not in PdfFileReader(io.BytesIO(data)).root


@pytest.mark.parametrize("kind", ["crl", "ocsp"])
def test_a_revoked_key_does_not_seal(use_key, settings, tmp_path, kind):
    with Authority(revocation=kind) as authority:
        authority.use(settings, tmp_path)
        key = use_key(authority)
        authority.revoked.add(key.certificate.serial_number)
        with pytest.raises(SealFailed, match="has been revoked"):
            prepare(key)


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT"])
def test_every_level_conforms_and_pdfsig_agrees(use_key, settings, tmp_path, level):
    with Authority(revocation="crl" if level == "B-LT" else "") as authority:
        if level != "B-B":
            authority.use(settings, tmp_path)
        data, plan = sealed(use_key(authority))

    assert plan.level == level
    for profile in ("3a", "ua1"):
        assert page.validate_pdf_bytes(data, profile=profile).failures == []
    if not shutil.which("pdfsig"):
        pytest.skip("poppler's pdfsig is not installed")
    (tmp_path / "sealed.pdf").write_bytes(data)
    said = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "sealed.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert said.count("Signature #") == 1


@pytest.mark.parametrize("mood", MOODS)
def test_an_authority_that_gives_no_right_stamp_stops_the_sealing(
    authority, use_key, settings, tmp_path, monkeypatch, mood
):
    monkeypatch.setattr(stamps, "SECONDS_TO_ANSWER", 0.3)
    authority.use(settings, tmp_path)
    authority.mood = mood

    with pytest.raises(NoTrustedTime, match=MOODS[mood]):
        prepare(use_key(authority))


def test_an_authority_that_is_down_stops_the_sealing(authority, use_key, settings, tmp_path):
    settings.SEAL_TSA_URL = "http://127.0.0.1:9/tsa"
    key = use_key(authority)
    with pytest.raises(NoTrustedTime, match="cannot be reached"):
        prepare(key)


def test_an_authority_that_we_do_not_trust_stops_the_sealing(
    authority, use_key, settings, tmp_path
):
    with Authority(name="Other") as other:
        other.root = other.issue("Other root", other.stamping.key, None, is_authority=True)
        authority.use(settings, tmp_path, trusts=other)

        with pytest.raises(NoTrustedTime, match="SEAL_TSA_ROOTS does not trust"):
            prepare(use_key(authority))


def test_an_authority_that_fails_half_way_stops_the_sealing(authority, use_key, settings, tmp_path):
    authority.use(settings, tmp_path)
    key = use_key(authority)
    plan = prepare(key)
    authority.mood = "error"

    with pytest.raises(NoTrustedTime, match="error 503"):
        seal(a_page(), key=key, plan=plan)


@pytest.mark.parametrize("content", [None, b"", b"no certificates"])
def test_unreadable_roots_are_said_so(authority, use_key, settings, tmp_path, content):
    authority.use(settings, tmp_path)
    file = tmp_path / "tsa-roots.pem"
    file.unlink() if content is None else file.write_bytes(content)

    with pytest.raises(SealFailed, match="cannot be read from SEAL_TSA_ROOTS"):
        prepare(use_key(authority))


def test_an_authority_may_ask_for_name_and_password(authority, use_key, settings, tmp_path):
    authority.use(settings, tmp_path)
    authority.auth = ("portal", "secret")
    key = use_key(authority)
    with pytest.raises(NoTrustedTime, match="error 401"):
        prepare(key)

    (tmp_path / "password").write_text("secret\n")
    settings.SEAL_TSA_USER, settings.SEAL_TSA_PASSWORD_FILE = "portal", str(tmp_path / "password")
    assert prepare(key).level == "B-T"

    (tmp_path / "password").unlink()
    with pytest.raises(SealFailed, match="password file"):
        prepare(key)


def test_a_certificate_of_another_key_does_not_seal(authority, use_key):
    key, other = use_key(authority), use_key(authority, "other", key=3)
    crossed = sealing.SealKey(other.signer, key.chain)
    crossed.signer._signing_cert = key.chain_for_pyhanko[0]

    with pytest.raises(SealFailed, match="belong together"):
        seal(a_page(), key=crossed, plan=prepare(crossed))


def test_a_certificate_that_has_run_out_does_not_seal(authority, use_key):
    with pytest.raises(SealKeyMissing, match="ran out on"):
        use_key(authority, days=(-10, -1))
    with pytest.raises(SealKeyMissing, match="is not valid before"):
        use_key(authority, days=(1, 10))


def test_a_certificate_that_ends_like_a_line_is_written_so_that_nobody_drops_its_last_byte():
    writer = sealing._PlainWriter(io.BytesIO(a_page()))
    for data in (b"certificate\r", b"certificate\n", b"certificate"):
        stream = writer.add_object(StreamObject(stream_data=data)).get_object()

        assert stream.data == data
        assert stream.encoded_data[-1:] not in b"\r\n"


@pytest.mark.parametrize("filters", [None, "/DCTDecode"])
def test_a_stream_of_the_pages_that_ends_like_a_line_is_written_so_too(filters):
    for number in range(256):
        raw = b"q %c Q" % number
        stream = pydyf.Stream([raw], {"Filter": filters} if filters else {}, compress=not filters)
        if filters:
            stream.stream = [raw + b"\r"]
        if zlib.compress(raw, 9)[-1:] in b"\r\n":
            break

    end_plainly(stream)

    encoded = stream.data
    assert encoded.endswith(b"~>\nendstream")
    body = encoded.partition(b"\nstream\n")[2].removesuffix(b"~>\nendstream")
    assert a85decode(body) == (raw + b"\r" if filters else zlib.compress(raw, 9))
    inner = filters or "/FlateDecode"
    assert f"/Filter [/ASCII85Decode {inner}]".encode() in encoded
