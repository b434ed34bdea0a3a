import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import ExtendedKeyUsage, KeyUsage

from implportal.documents.checks import seal_key_is_real
from implportal.documents.keys import SealKeyMissing, development, load_signer


def test_the_development_chain_is_made_once_and_is_ours_alone(settings):
    first, second = load_signer(), load_signer()

    folder = Path(settings.VAR_DIR) / "keys"
    assert first.fingerprint == second.fingerprint
    assert first.is_test is True
    assert len(first.chain) == 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "dev" / "seal.p12").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["dev"]


def test_two_that_start_at_once_use_the_same_key():
    with ThreadPoolExecutor(4) as pool:
        fingerprints = {key.fingerprint for key in pool.map(lambda _n: load_signer(), range(4))}

    assert len(fingerprints) == 1


def test_its_certificate_is_for_sealing_documents():
    certificate = load_signer().certificate

    usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    extended = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
    assert development.DOCUMENT_SIGNING in list(extended)


@pytest.fixture
def p12(settings, tmp_path):
    bundle = pkcs12.load_pkcs12(development.chain_file().read_bytes(), None)
    data = pkcs12.serialize_key_and_certificates(
        b"seal",
        bundle.key,
        bundle.cert.certificate,
        [entry.certificate for entry in bundle.additional_certs],
        serialization.BestAvailableEncryption(b"secret"),
    )
    (tmp_path / "seal.p12").write_bytes(data)
    (tmp_path / "passphrase").write_text("secret\n")
    settings.SEAL_KEY = "p12"
    settings.SEAL_P12_FILE = str(tmp_path / "seal.p12")
    settings.SEAL_P12_PASSPHRASE_FILE = str(tmp_path / "passphrase")
    return tmp_path


def test_a_file_with_a_passphrase_is_read(p12):
    key = load_signer()

    assert (key.is_test, len(key.chain)) == (False, 3)


def test_a_wrong_passphrase_is_said_so(p12):
    (p12 / "passphrase").write_text("wrong")
    with pytest.raises(SealKeyMissing, match="passphrase is wrong"):
        load_signer()


@pytest.mark.parametrize("name", ["seal.p12", "passphrase"])
def test_a_missing_file_is_said_so(p12, name):
    (p12 / name).unlink()
    with pytest.raises(SealKeyMissing):
        load_signer()


def test_production_refuses_the_development_key(settings):
    settings.SEAL_KEY = "dev"
    assert [message.id for message in seal_key_is_real()] == ["documents.E001"]
    settings.SEAL_KEY = "p12"
    assert seal_key_is_real() == []
