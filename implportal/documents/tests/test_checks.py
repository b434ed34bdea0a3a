"""Whether the seal works is found out before somebody has signed in vain."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from implportal.documents.domain.seals import check_seal
from implportal.documents.reminders import seal_key_ending
from implportal.documents.tests.authority import Authority
from implportal.notifications.models import Message

TOKEN = {
    "SEAL_KEY": "pkcs11",
    "SEAL_PKCS11_MODULE": "/module.so",
    "SEAL_PKCS11_TOKEN": "portal",
    "SEAL_PKCS11_KEY": "seal",
    "SEAL_PKCS11_PIN_FILE": "/pin",
    "SEAL_PKCS11_CERTIFICATES_FILE": "/chain.pem",
}


@pytest.fixture
def p12(settings, tmp_path):
    """Return a function that sets up a key that ends after so many days."""
    with Authority() as authority:

        def _p12(days=1000):
            file = authority.seal_file(tmp_path, days=(-1, days))
            settings.SEAL_KEY, settings.SEAL_P12_FILE = "p12", str(file)
            settings.SEAL_P12_PASSPHRASE_FILE = str(file.with_suffix(".passphrase"))
            authority.use(settings, tmp_path)
            return authority

        yield _p12


def test_the_command_says_what_the_next_seal_will_be(p12):
    p12()
    said = StringIO()

    call_command("check_seal", stdout=said)

    assert "CN=Test seal,O=Test Ltd" in said.getvalue()
    assert "Test time stamps (Test Ltd)" in said.getvalue()
    assert "level    PAdES B-T" in said.getvalue()
    assert "not higher: the certificates do not say where" in said.getvalue()


def test_the_command_ends_with_an_error_where_nothing_can_be_sealed(p12):
    p12().mood = "error"

    with pytest.raises(CommandError, match=r"cannot be sealed: .* error 503"):
        call_command("check_seal")


def test_administrators_are_told_once_a_day_that_nothing_can_be_sealed(
    p12, settings, adam, ines, noon
):
    p12()
    Path(settings.SEAL_P12_PASSPHRASE_FILE).write_text("wrong")

    for hours in (0, 1, 24):
        assert check_seal(at=noon + timedelta(hours=hours)) is None

    told = Message.objects.order_by("pk")
    assert [message.user for message in told] == [adam, adam]
    assert "its passphrase is wrong" in told[0].text


def test_a_seal_that_works_is_nothing_to_write_about(p12, adam, noon):
    p12()

    key, plan = check_seal(at=noon)

    assert (key.is_test, plan.level) == (False, "B-T")
    assert not Message.objects.exists()


@pytest.mark.parametrize(("days", "reminded"), [(59, True), (61, False)])
def test_administrators_are_reminded_sixty_days_before_the_key_ends(
    p12, adam, ines, days, reminded
):
    p12(days=days)
    now = datetime.now(UTC)

    reminders = list(seal_key_ending(now))

    assert [reminder.user for reminder in reminders] == ([adam] if reminded else [])
    if reminded:
        assert reminders[0].due_on == (now + timedelta(days=days)).date()


@pytest.mark.django_db
def test_a_development_or_unreadable_key_has_no_end_to_remind_of(settings):
    assert list(seal_key_ending(datetime.now(UTC))) == []
    settings.SEAL_KEY, settings.SEAL_P12_PASSPHRASE_FILE = "p12", "/nowhere"
    assert list(seal_key_ending(datetime.now(UTC))) == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SEAL_KEY": "usb"}, "SEAL_KEY must be one of dev, p12, pkcs11"),
        ({"SEAL_KEY": "p12"}, "SEAL_P12_FILE is not set, and SEAL_KEY=p12 needs it"),
        *(
            ({**TOKEN, name: ""}, f"{name} is not set, and SEAL_KEY=pkcs11 needs it")
            for name in list(TOKEN)[1:]
        ),
        ({"SEAL_TSA_URL": "tsa.example.com"}, "SEAL_TSA_URL must begin with http:// or https://"),
        (
            {"SEAL_TSA_URL": "https://tsa.example.com"},
            "SEAL_TSA_ROOTS is not set, and SEAL_TSA_URL needs it",
        ),
        (
            {"SEAL_TSA_USER": "portal"},
            "SEAL_TSA_PASSWORD_FILE is not set, and SEAL_TSA_USER needs it",
        ),
        ({"SEAL_WITHOUT_TRUSTED_TIME": "maybe"}, "SEAL_WITHOUT_TRUSTED_TIME must be 1 or 0"),
    ],
)
def test_a_wrong_setting_stops_the_start_by_name(settings, tmp_path, variables, words):
    environment = {name: value for name, value in os.environ.items() if "SEAL_" not in name}
    run = subprocess.run(
        [sys.executable, "-c", "import implportal.settings"],
        cwd=settings.BASE_DIR,
        env={**environment, "VAR_DIR": str(tmp_path), "SECRET_KEY": "x" * 50, **variables},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert words in run.stderr
