"""The sealing key on a token: SoftHSM plays the hardware; without it these tests skip."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from implportal.documents.keys import SealKeyMissing, load_signer, token
from implportal.documents.sealing import SealFailed, prepare, seal
from implportal.documents.tests.authority import Authority, spare_key
from implportal.documents.tests.pages import a_page

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
PIN = "2580"

pytestmark = pytest.mark.skipif(
    not shutil.which("softhsm2-util"), reason="SoftHSM (Debian: softhsm2) is not installed"
)


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory):
    """Make one token with two keys; a process looks for tokens only once.

    Returns the module and the key on the elliptic curve.
    """
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    run("--init-token", "--free", "--label", "portal", "--pin", PIN, "--so-pin", "13579")
    curve = ec.generate_private_key(ec.SECP256R1())
    for number, (label, key) in enumerate((("rsa", spare_key(2)), ("curve", curve)), start=1):
        file = folder / f"{label}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        run(
            *("--import", file, "--token", "portal", "--label", label, "--id", f"0{number}"),
            *("--pin", PIN),
        )
    yield next(name for name in MODULES if Path(name).exists()), curve
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def run(*words):
    subprocess.run(["softhsm2-util", *map(str, words)], check=True, capture_output=True)


@pytest.fixture
def authority():
    with Authority() as authority:
        yield authority


@pytest.fixture
def configured(softhsm, authority, settings, tmp_path, monkeypatch):
    """Settings for the RSA key, all of them right."""
    monkeypatch.setattr(token, "_refused_pins", set())
    (tmp_path / "pin").write_text(f"{PIN}\n")
    chain = authority.seal_certificate().pem + authority.root.pem
    (tmp_path / "chain.pem").write_bytes(chain)
    settings.SEAL_KEY = "pkcs11"
    settings.SEAL_PKCS11_MODULE, _curve = softhsm
    settings.SEAL_PKCS11_TOKEN, settings.SEAL_PKCS11_KEY = "portal", "rsa"
    settings.SEAL_PKCS11_PIN_FILE = str(tmp_path / "pin")
    settings.SEAL_PKCS11_CERTIFICATES_FILE = str(tmp_path / "chain.pem")
    return tmp_path


def test_a_key_on_a_token_seals_again_and_again(configured, authority, settings):
    authority.use(settings, configured)
    key = load_signer()

    for _time in range(2):
        plan = prepare(key)
        assert plan.level == "B-T"
        assert seal(a_page(), key=key, plan=plan).startswith(b"%PDF-")
    assert (key.is_test, len(key.chain)) == (False, 2)


def test_a_key_on_an_elliptic_curve_seals_too(configured, authority, softhsm, settings):
    settings.SEAL_PKCS11_KEY = "curve"
    chain = authority.seal_certificate(key=softhsm[1]).pem + authority.root.pem
    (configured / "chain.pem").write_bytes(chain)
    key = load_signer()

    assert seal(a_page(), key=key, plan=prepare(key)).startswith(b"%PDF-")


def test_a_certificate_of_another_key_does_not_seal(configured, authority):
    chain = authority.seal_certificate(key=3).pem + authority.root.pem
    (configured / "chain.pem").write_bytes(chain)
    key = load_signer()

    with pytest.raises(SealFailed, match="belong together"):
        seal(a_page(), key=key, plan=prepare(key))


def test_a_wrong_pin_is_tried_once_so_that_the_token_does_not_lock_itself(configured, monkeypatch):
    (configured / "pin").write_text("0000")
    with pytest.raises(SealKeyMissing, match="SEAL_PKCS11_PIN_FILE is wrong"):
        load_signer()

    with monkeypatch.context() as patched:
        patched.setattr(token, "open_pkcs11_session", lambda *_all, **_named: 1 / 0)
        with pytest.raises(SealKeyMissing, match="SEAL_PKCS11_PIN_FILE is wrong"):
            load_signer()

    (configured / "pin").write_text(PIN)
    assert load_signer().fingerprint


@pytest.mark.parametrize(
    ("name", "value", "refusal"),
    [
        (
            "SEAL_PKCS11_MODULE",
            "/nowhere/module.so",
            r"“portal” cannot be reached through /nowhere",
        ),
        ("SEAL_PKCS11_TOKEN", "other", "“other” cannot be reached"),
        ("SEAL_PKCS11_KEY", "other", "no private key, or several, with the label “other”"),
        ("SEAL_PKCS11_PIN_FILE", "/nowhere/pin", "PIN file of the sealing key cannot be read"),
        ("SEAL_PKCS11_CERTIFICATES_FILE", "/nowhere/chain.pem", "certificates .* cannot be read"),
    ],
)
def test_a_wrong_setting_is_said_so(configured, settings, name, value, refusal):
    setattr(settings, name, value)

    with pytest.raises(SealKeyMissing, match=refusal):
        load_signer()


def test_the_pin_is_in_no_text_that_is_logged(configured):
    assert PIN not in repr(load_signer().signer._token)
