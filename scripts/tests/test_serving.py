"""The portal as `make run` starts it: it greets, works, and leaves nothing behind."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(var_dir: Path) -> list[int]:
    """Return the processes that carry this data directory in their environment."""
    mark = f"VAR_DIR={var_dir}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found


def start(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], Path]:
    output = Path(environment["VAR_DIR"]) / "output"
    with output.open("wb") as stream:
        portal = subprocess.Popen(
            [sys.executable, "scripts/serve.py"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    return portal, output


def wait_for_greeting(portal: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while "Ctrl-C stops everything." not in output.read_text():
        assert portal.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.1)


def assert_worker_takes_a_task(environment: dict[str, str]) -> None:
    """Queue a task from another process, through the broker, and wait until it is done."""
    task = "notifications.sweep_outbox"
    queue = f"from implportal.celery import app; print(app.send_task({task!r}).id)"
    queued = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", queue],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    log = Path(environment["VAR_DIR"]) / "logs" / "worker.log"
    deadline = time.monotonic() + 30
    while f"Task {task}[{queued.stdout.strip()}] succeeded" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture
def environment(tmp_path):
    port = free_port()
    # the run on PostgreSQL and Valkey hands them on; without them all is under VAR_DIR
    servers = {n: os.environ[n] for n in ("DATABASE_URL", "BROKER_URL") if n in os.environ}
    return {
        **servers,
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
    }


def test_the_portal_greets_and_leaves_no_process_behind(tmp_path, environment):
    # Ctrl-C, the service manager's wish, a crash; each next start finds the data again
    for how, expected_status in (
        (signal.SIGINT, 0),
        (signal.SIGTERM, 0),
        (signal.SIGKILL, -signal.SIGKILL),
    ):
        portal, output = start(environment)
        try:
            wait_for_greeting(portal, output)
            with urllib.request.urlopen(
                f"{environment['BASE_URL']}/accounts/login/", timeout=10
            ) as page:
                assert page.status == 200
            assert len(processes_of(tmp_path)) >= 4
            assert_worker_takes_a_task(environment)
        finally:
            portal.send_signal(how)
            status = portal.wait(30)

        assert status == expected_status
        deadline = time.monotonic() + 15
        while processes_of(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert processes_of(tmp_path) == []


def test_a_second_start_on_the_same_data_is_refused_and_told_where_the_first_is(
    tmp_path, environment
):
    with (tmp_path / "running").open("w") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        running.write("http://127.0.0.1:8000 (process 1)")
        running.flush()

        portal, output = start(environment)

        assert portal.wait(30) == 1
    assert "running already" in output.read_text()
    assert "http://127.0.0.1:8000 (process 1)" in output.read_text()
    assert not (tmp_path / "implportal.sqlite3").exists()
