"""What a person meets who starts the portal on a machine that is not ready for it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def script(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**env, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_run_says_that_the_port_is_in_use_before_it_sets_anything_up(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        run = script(["scripts/run"], PORT=str(port), VAR_DIR=str(tmp_path / "var"))

    assert run.returncode == 1
    assert f"Port {port} is in use already." in run.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("port", ["web", "0", "65536", "80a", "-1"])
def test_run_says_what_a_port_is(tmp_path, port):
    run = script(["scripts/run"], PORT=port, VAR_DIR=str(tmp_path / "var"))

    assert run.returncode == 1
    assert f"PORT must be a number between 1 and 65535, not '{port}'." in run.stderr
    assert not (tmp_path / "var").exists()


def test_bootstrap_says_that_the_data_directory_cannot_be_written():
    # /proc cannot be written by anybody, not even by root
    run = script(["scripts/bootstrap"], VAR_DIR="/proc/portal")

    assert run.returncode == 1
    assert "The directory /proc/portal, where the portal keeps its data, cannot" in run.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "SECRET_KEY is not set."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must have at least 40 characters."),
        ({"BASE_URL": "portal.example.com"}, "BASE_URL must begin with http:// or https://."),
        ({"DATABASE_URL": "mysql://db.example.com/x"}, "DATABASE_URL must begin with"),
        ({"DEBUG": "perhaps"}, "DEBUG must be 1 or 0, not 'perhaps'."),
        ({"SEAL_KEY": "wax"}, "SEAL_KEY must be one of dev, p12, pkcs11, not 'wax'."),
        ({"SEAL_KEY": "p12"}, "SEAL_P12_FILE is not set, and SEAL_KEY=p12 needs it."),
    ],
)
def test_a_missing_or_wrong_variable_stops_the_start_by_name(tmp_path, variables, sentence):
    secret = {"SECRET_KEY": "x" * 40} if variables else {}

    run = script(
        [sys.executable, "manage.py", "check"],
        **{"VAR_DIR": str(tmp_path), **secret, **variables},
    )

    assert run.returncode == 1
    assert f"implportal cannot start: {sentence}" in run.stderr
    assert "Traceback" not in run.stderr


def test_env_example_explains_exactly_the_variables_that_are_read():
    sources = [
        path.read_text()
        for path in (ROOT / "implportal").rglob("*.py")
        if "tests" not in path.parts
    ]
    read = {
        name
        for source in sources
        for name in re.findall(r"\benv\.[a-z_]+\(\s*\"([A-Z0-9_]+)\"", source)
    }

    explained = set(
        re.findall(r"^#([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )

    # PORT is read by scripts/run, SECRET_KEY by env.secret_key
    assert explained == read | {"PORT", "SECRET_KEY"}


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-setup.txt"]
)
def test_every_required_package_is_pinned_with_a_hash(name):
    lines = (ROOT / name).read_text().splitlines()

    packages = [n for n, line in enumerate(lines) if line and line[0] not in "# "]
    assert packages
    assert all("==" in lines[n] and "--hash=sha256:" in lines[n + 1] for n in packages)
    assert "://" not in "\n".join(lines)


def test_the_environment_wins_over_the_env_file(tmp_path):
    (tmp_path / ".env").write_text(
        '# a note\nPORT=8001\n\nORGANISATION_NAME="Sonne & Mond GmbH"\nLOG_LEVEL=DEBUG'
    )
    show = 'echo "$PORT|$ORGANISATION_NAME|$LOG_LEVEL|$BASE_URL|$VAR_DIR"'

    shown = script(
        ["bash", "-euc", f'cd "$1"; . {ROOT}/scripts/environment.sh; {show}', "-", str(tmp_path)],
        LOG_LEVEL="ERROR",
    )

    assert shown.stdout.strip() == (
        f"8001|Sonne & Mond GmbH|ERROR|http://127.0.0.1:8001|{tmp_path}/var"
    )
